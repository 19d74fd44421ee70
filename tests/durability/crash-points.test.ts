/**
 * One crash for each row of the table of crash points in README.md: service and engine die together at the named step,
 * start again on the same data, and nothing that was acknowledged is lost or doubled.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { connectMongo } from '@desk/kit/process/mongo';
import { startEngine } from '@desk/local/engine/engine';
import { checkRig } from './rig-check.ts';
import { RigProcess } from './rig-process.ts';
import { RIG, type RigRequest } from './rig-protocol.ts';

const redisUrl = process.env['REDIS_URL'];
const prefix = `desk-crash-${randomBytes(6).toString('hex')}:`;
const CRASH_MS_MAX = 120_000;
/** Requests of each writer in one test: the crash comes within them, and some come after it. */
const REQUESTS = 10;

let directory: string;
let rig: RigProcess;
let redis: Redis | null = null;
const acknowledged: RigRequest[] = [];
const things: string[] = [];
let asked = 0;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'desk-crash-'));
  rig = new RigProcess({ directory, redis: redisUrl ? { url: redisUrl, prefix } : null, weakWrites: false });
  redis = redisUrl ? new Redis(redisUrl) : null;
  await rig.start();
}, CRASH_MS_MAX);

afterAll(async () => {
  await rig.end();
  await redis?.del(`${prefix}ev:${RIG}`);
  redis?.disconnect();
  await rm(directory, { recursive: true, force: true });
});

/** The row of the table, the step at which the tree dies (at which pass of it), and what it leaves behind. */
const CRASHES: [row: string, place: string, left: string][] = [
  ['C1', 'create.beforeInsert:2', 'nothing of a creation'],
  ['C1', 'commit.beforeWrite:5', 'nothing of a change'],
  ['C2', 'create.afterInsert:2', 'a creation that nobody was told of'],
  ['C2', 'commit.afterWrite:5', 'a change that nobody was told of'],
  ['C4', 'drain.beforeAppend:3', 'acknowledged events that are in no log'],
  ['C6', 'drain.afterAppend:3', 'events in the log and in the outbox'],
  ['C6', 'drain.beforeTrim:3', 'events that are about to be trimmed'],
  ['C6', 'drain.afterTrim:3', 'a trim that may be taken back'],
  ['C7', 'publish.beforeAppend:3', 'a log ahead of the stream'],
  ['C8', 'publish.afterAppend:3', 'a stream ahead of its mark'],
  ['C11', 'consume.afterEffect:7', 'an effect without its checkpoint'],
  ['C12', 'consume.beforeCheckpoint:3', 'effects that are not on disk'],
  ['C12', 'consume.afterCheckpoint:3', 'a checkpoint right behind its effects'],
];

test.each(CRASHES)(
  '%s: a crash at %s, which leaves %s, loses and doubles nothing',
  async (_row, place) => {
    await crashUnderWriters(place);
    expect((await checkRig(rig.mongodbUri, acknowledged)).violations).toEqual([]);
  },
  CRASH_MS_MAX,
);

(redisUrl ? test : test.skip)(
  'C9: a crash after which the stream is gone too loses and doubles nothing',
  async () => {
    await crashUnderWriters('publish.afterAppend:3', async () => void (await redis?.del(streamKey())));
    expect((await checkRig(rig.mongodbUri, acknowledged)).violations).toEqual([]);
  },
  CRASH_MS_MAX,
);

(redisUrl ? test : test.skip)(
  'C10: a crash after which the stream has a hole loses and doubles nothing',
  async () => {
    await crashUnderWriters('publish.afterAppend:3', async () => {
      const entries = (await redis?.xrevrange(streamKey(), '+', '-', 'COUNT', 3)) ?? [];
      for (const [id] of entries.slice(1)) await redis?.xdel(streamKey(), id);
    });
    expect((await checkRig(rig.mongodbUri, acknowledged)).violations).toEqual([]);
  },
  CRASH_MS_MAX,
);

test(
  'C15: everybody goes on from a backup that was put back; where the stream is gone, under an epoch that was raised',
  async () => {
    await Promise.all([write(), write()]);
    await rig.kill();
    const [kept, backup] = [acknowledged.length, await mkdtemp(path.join(os.tmpdir(), 'desk-backup-'))];
    await cp(directory, backup, { recursive: true, filter: (file) => !file.endsWith('.sock') });
    await rig.start();
    await Promise.all([write(), write()]);
    await rig.kill();

    await rm(directory, { recursive: true });
    await cp(backup, directory, { recursive: true });
    await rm(backup, { recursive: true });
    acknowledged.length = kept;
    things.length = 0;
    if (!redisUrl) await raiseEpoch();
    await rig.start();
    await Promise.all([write(), write()]);
    expect((await checkRig(rig.mongodbUri, acknowledged, 1)).violations).toEqual([]);
  },
  CRASH_MS_MAX,
);

/** What an operator does to restore a database while its service is stopped: docs/operating.md. */
async function raiseEpoch(): Promise<void> {
  const engine = await startEngine({ directory });
  const connection = await connectMongo(engine.uri, RIG);
  const epoch = Math.floor(Date.now() / 1_000);
  await connection.collection<{ _id: string; epoch: number }>('meta').updateOne({ _id: 'log' }, { $set: { epoch } });
  await connection.close();
  await engine.stop();
}

function streamKey(): string {
  return `${prefix}ev:${RIG}`;
}

/** Lets writers work, the tree die at the place, and come back; resolves when every request is acknowledged. */
async function crashUnderWriters(place: string, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  rig.crashAt(place);
  const writing = Promise.all([write(), write(), write(), write()]);
  await rig.crashed();
  await meanwhile();
  await rig.start();
  await writing;
}

async function write(): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) {
    const key = `k${asked++}`;
    const thing = i % 4 === 0 ? undefined : things[asked % things.length];
    const request: RigRequest = thing ? { kind: 'count', key, by: 1, thing } : { kind: 'create', key, by: 1 };
    const answer = await rig.ask(request);
    if (answer.thing === null) throw new Error(`${key} failed: ${answer.error}`);
    acknowledged.push(request);
    if (request.kind === 'create') things.push(answer.thing);
  }
}
