import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { START, type Position } from './entry.ts';
import { eventsRoute, httpPull, type PullEvents } from './pull.ts';
import { buildDraft, buildThing, openDesk, type Desk } from '../write/things.fixture.ts';
import type { SignToken } from '../api/token.ts';

let desk: Desk;
let app: FastifyInstance;
let url: string;
let pull: PullEvents;
let signedFor: Parameters<SignToken>[] = [];
let authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  desk = await openDesk();
  await desk.things.create(buildThing(), [buildDraft({ personal: { name: 'A. Person' } }), buildDraft(), buildDraft()]);
  await desk.log.drain();
  app = fastify();
  app.addHook('onRequest', async (request) => void authorizations.push(request.headers.authorization));
  eventsRoute(app, desk.log);
  app.get('/broken/events', async (_request, reply) => reply.code(503).send({}));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  pull = httpPull({ things: url, broken: `${url}/broken`, gone: 'http://127.0.0.1:1' }, async (...asked) => {
    signedFor.push(asked);
    return 'a-token';
  });
});

afterAll(async () => {
  await app.close();
  await desk.close();
});

function at(pos: number): Position {
  return { epoch: desk.log.epoch, pos };
}

test('a pull gives what the log gives', async () => {
  expect(await pull('things', at(1), 100)).toEqual(await desk.log.read(at(1), 100));
});

test('a pull names the log’s end', async () => {
  expect((await pull('things', START, 1)).head).toEqual(at(3));
});

test('a pull gives at most as many as asked', async () => {
  expect((await pull('things', START, 2)).events).toHaveLength(2);
});

test('a pull from a position that the log does not know gives null', async () => {
  expect((await pull('things', at(9), 100)).events).toBeNull();
});

test('a pull gives nothing personal', async () => {
  expect(JSON.stringify(await pull('things', START, 100))).not.toContain('A. Person');
});

test('a pull comes with a token between services, for the service that is asked', async () => {
  signedFor = [];
  authorizations = [];
  await pull('things', START, 1);
  expect([signedFor, authorizations]).toEqual([[['things', { purpose: 'SERVICE', viewer: null }]], ['Bearer a-token']]);
});

test.each(['broken', 'gone', 'unknown'])('a pull from a service that does not answer rejects: %s', async (service) => {
  await expect(pull(service, START, 1)).rejects.toThrow();
});

describe('a malformed request is refused', () => {
  test.each([
    '',
    '?epoch=1',
    '?epoch=x&pos=1',
    '?epoch=1&pos=-1',
    '?epoch=1&pos=1&limit=0',
    '?epoch=1&pos=1&limit=201',
    '?epoch=1&pos=1.5',
  ])('/events%s', async (query) => {
    expect((await fetch(`${url}/events${query}`)).status).toBe(400);
  });
});
