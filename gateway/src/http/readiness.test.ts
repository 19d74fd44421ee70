import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ManualTime } from '@desk/kit/time/time-source';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchReadiness } from './readiness.ts';

let time: ManualTime;
let service: Server;
let asked: number;
let status: number;
let readiness: ReturnType<typeof watchReadiness>;

beforeEach(async () => {
  time = new ManualTime('2026-04-06T15:00:00Z');
  [asked, status] = [0, 200];
  service = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  readiness = watchReadiness({ tickets: url, nobody: 'http://127.0.0.1:1' }, time);
});
afterEach(async () => {
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});

test('a service that takes writes is ready, one that does not answer is not', async () => {
  expect(await readiness()).toEqual({ tickets: 'ready', nobody: 'not ready' });
});

test('however many ask, a service is asked once a second', async () => {
  await Promise.all(Array.from({ length: 20 }, () => readiness()));
  time.advance(999);
  await readiness();
  expect(asked).toBe(1);
  status = 503;
  time.advance(1);
  expect(await readiness()).toMatchObject({ tickets: 'not ready' });
  expect(asked).toBe(2);
});

test('a clock that is put back makes no state last', async () => {
  await readiness();
  status = 503;
  time.advance(-60_000);
  expect(await readiness()).toMatchObject({ tickets: 'not ready' });
});
