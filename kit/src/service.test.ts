import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { STATES } from 'mongoose';
import { systemClock } from './clock.ts';
import { systemRandom } from './ids.ts';
import { MemoryStream } from './memory-stream.ts';
import { startService, type Foundation, type ServiceParts } from './service.ts';
import { silentLogger, testDatabase, testMongoUri } from './things.fixture.ts';

const alone = () => Promise.reject(new Error('nobody else is there'));
let stream: MemoryStream;
let parts: ServiceParts;
let foundation: Foundation;
let stopped: string[];

beforeEach(() => {
  stream = new MemoryStream();
  stopped = [];
  parts = {
    service: 'things',
    config: { host: '127.0.0.1', port: 0, mongodbUri: testMongoUri(), database: testDatabase() },
    deps: {
      clock: systemClock,
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

function isOpen(): boolean {
  return foundation.connection.readyState !== STATES.disconnected;
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

test('a part that fails to stop does not keep the others from it, and is told of', async () => {
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
