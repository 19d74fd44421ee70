import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { STATES, type mongo } from 'mongoose';
import { systemTime } from '../time/time-source.ts';
import { systemRandom } from '../process/ids.ts';
import { MemoryStream } from '../log/memory-stream.ts';
import { startService, type Foundation, type ServiceParts } from './service.ts';
import { silentLogger, testDatabase } from '../write/things.fixture.ts';

const alone = () => Promise.reject(new Error('nobody else is there'));
let stream: MemoryStream;
let parts: ServiceParts;
let foundation: Foundation | undefined;
let stopped: string[];

beforeEach(async () => {
  stream = new MemoryStream();
  stopped = [];
  foundation = undefined;
  parts = {
    service: 'things',
    config: { host: '127.0.0.1', port: 0, mongodbUri: await databaseUri(), database: testDatabase() },
    deps: {
      time: systemTime,
      random: systemRandom,
      logger: silentLogger,
      stream,
      pull: alone,
      signToken: alone,
      verifyToken: alone,
    },
  };
});

afterEach(() => stream.close());

function part(name: string): { stop(): Promise<void> } {
  return { stop: async () => void stopped.push(name) };
}

async function collectionNames(db: mongo.Db): Promise<string[]> {
  return (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
}

function isOpen(): boolean {
  return foundation?.connection.readyState !== STATES.disconnected;
}

test('a service stops its parts, the last first, and then lets go of the database', async () => {
  const service = await startService(parts, async (opened) => {
    foundation = opened;
    for (const name of ['mirror', 'timers', 'server']) opened.keep(part(name));
    return { name: 'things' };
  });
  expect([service.name, isOpen()]).toEqual(['things', true]);
  await service.stop();
  expect([stopped, isOpen()]).toEqual([['server', 'timers', 'mirror'], false]);
});

test('a service lets its records take their new form before it makes an index', async () => {
  const found: string[][] = [];
  const look = { name: 'look', run: async (db: mongo.Db) => void found.push(await collectionNames(db)) };
  const service = await startService({ ...parts, migrations: [look] }, async ({ journal }) => ({ db: journal.db }));
  const then = await collectionNames(service.db);
  await service.stop();
  expect([found, then]).toEqual([[[]], ['log', 'meta', 'migrations']]);
});

test('a service whose records cannot take their new form does not start', async () => {
  const failing = { name: 'fail', run: () => Promise.reject(new Error('the machine ends')) };
  const starting = startService({ ...parts, migrations: [failing] }, async (opened) => ((foundation = opened), {}));
  await expect(starting).rejects.toThrow('the machine ends');
  expect(foundation).toBeUndefined();
});

test('a service that fails to start stops what had begun', async () => {
  const starting = startService(parts, async (opened) => {
    foundation = opened;
    opened.startRelay();
    opened.keep(part('mirror'));
    throw new Error('the port is taken');
  });
  await expect(starting).rejects.toThrow('the port is taken');
  expect([stopped, isOpen()]).toEqual([['mirror'], false]);
});

test('a part that fails to stop does not keep the others from stopping, and its error is reported', async () => {
  const service = await startService(parts, async (opened) => {
    foundation = opened;
    opened.keep(part('mirror'));
    opened.keep({ stop: () => Promise.reject(new Error('the relay hangs')) });
    opened.keep(part('server'));
    return {};
  });
  await expect(service.stop()).rejects.toMatchObject({ errors: [{ message: 'the relay hangs' }] });
  expect([stopped, isOpen()]).toEqual([['server', 'mirror'], false]);
});
