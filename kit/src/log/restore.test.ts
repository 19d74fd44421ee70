import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { until } from '@desk/testkit/until';
import type { Connection, Model } from 'mongoose';
import { connectMongo } from '../process/mongo.ts';
import { systemRandom } from '../process/ids.ts';
import { startService, type ServiceParts } from '../service/service.ts';
import { systemTime } from '../time/time-source.ts';
import type { Aggregates } from '../write/aggregates.ts';
import {
  buildDraft,
  buildThing,
  silentLogger,
  testDatabase,
  thingSchema,
  type Thing,
} from '../write/things.fixture.ts';
import { UNTOLD_MAX } from '../write/restore.ts';
import type { Log } from './log.ts';
import { MemoryStream } from './memory-stream.ts';

/** A service of things, as a process runs it. */
interface Running {
  things: Aggregates<Thing>;
  log: Log;
  stop(): Promise<void>;
}

const alone = () => Promise.reject(new Error('nobody else is there'));
let stream: MemoryStream;
let parts: ServiceParts;
let database: Connection;
let running: Running | null = null;
let made = 0;

beforeEach(async () => {
  stream = new MemoryStream();
  const config = { host: '127.0.0.1', port: 0, mongodbUri: await databaseUri(), database: testDatabase() };
  const deps = { time: systemTime, random: systemRandom, logger: silentLogger, stream, pull: alone };
  parts = { service: 'things', config, deps: { ...deps, signToken: alone, verifyToken: alone } };
  database = await connectMongo(config.mongodbUri, config.database);
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await stream.close();
  await database.dropDatabase();
  await database.close();
});

async function start(): Promise<Running> {
  running = await startService(parts, async (foundation) => {
    const model: Model<Thing> = foundation.connection.model<Thing>('Thing', thingSchema, 'things');
    const things = await foundation.journal.aggregates<Thing>(model, 'thing');
    foundation.startRelay();
    return { things, log: foundation.log };
  });
  return running;
}

async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

/** Makes a thing, and gives its number once others may have been told of it. */
async function make({ things, log }: Running): Promise<number> {
  const _id = `thing_${++made}`;
  const { record } = await things.create(buildThing({ _id }), [buildDraft()], { numbered: true });
  await until('it is told', async () => {
    if ((await things.collection.findOne({ _id }))?.dirty !== false) return false;
    const last = await stream.last('things');
    return last?.epoch === log.epoch && last.pos === (await log.head());
  });
  return record.number ?? 0;
}

async function copyOf(collection: string): Promise<object[]> {
  return database.collection(collection).find().toArray();
}

/** Puts the database back as it was when the copy was taken. */
async function putBack(copy: Record<string, object[]>): Promise<void> {
  for (const [collection, documents] of Object.entries(copy)) {
    await database.collection(collection).deleteMany({});
    if (documents.length) await database.collection(collection).insertMany(documents);
  }
}

async function backup(): Promise<Record<string, object[]>> {
  return { things: await copyOf('things'), log: await copyOf('log'), meta: await copyOf('meta') };
}

describe('an older copy of the database that is put back', () => {
  test('begins a new epoch by itself, and gives no number again that was told', async () => {
    const before = await start();
    expect([await make(before), await make(before)]).toEqual([1, 2]);
    const copy = await backup();
    const told = [await make(before), await make(before), await make(before)];
    await stop();
    await putBack(copy);
    const after = await start();
    expect(after.log.epoch).toBeGreaterThan(before.log.epoch);
    const number = await make(after);
    expect([told, number]).toEqual([[3, 4, 5], 2 + told.length + UNTOLD_MAX + 1]);
  });

  test('gives no number again after it was put back twice, or after the next start', async () => {
    const first = await start();
    await make(first);
    const copy = await backup();
    const told = [await make(first), await make(first)];
    await stop();
    await putBack(copy);
    const second = await start();
    const again = await backup();
    told.push(await make(second), await make(second));
    await stop();
    await putBack(again);
    told.push(await make(await start()));
    await stop();
    told.push(await make(await start()));
    expect(new Set(told).size).toBe(told.length);
  });
});

test('a database that is as it was left goes on in its epoch, and in its numbers', async () => {
  const before = await start();
  expect(await make(before)).toBe(1);
  await stop();
  const after = await start();
  expect([after.log.epoch, await make(after)]).toEqual([before.log.epoch, 2]);
});

test('a stream that was emptied tells nothing', async () => {
  const before = await start();
  await make(before);
  await stop();
  await stream.close();
  stream = new MemoryStream();
  parts = { ...parts, deps: { ...parts.deps, stream } };
  expect((await start()).log.epoch).toBe(before.log.epoch);
});
