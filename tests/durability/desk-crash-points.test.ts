/** One crash for each named step, spread over the services; `kill-rig --crashes` tries every step of every service. */
import { generateTokenKeys } from '@desk/kit/api/token';
import { DOMAINS } from '@desk/schema/domains';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Acknowledged } from './desk-writers.ts';
import { crashDesk, sampledCrashes } from './desk-crash.ts';
import { DeskTree } from './desk-process.ts';
import { rigRedis } from './kill-loop.ts';

const redisUrl = process.env['REDIS_URL'];
const CRASH_MS_MAX = 180_000;

let directory: string;
let tree: DeskTree;
const stream = redisUrl ? rigRedis(redisUrl, DOMAINS) : null;
let acknowledged: Acknowledged[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'desk-crash-'));
  tree = new DeskTree({ directory, redis: stream?.settings ?? null, keys: await generateTokenKeys() });
  await tree.start();
}, CRASH_MS_MAX);

afterAll(async () => {
  await tree?.end();
  await stream?.close();
  await rm(directory, { recursive: true, force: true });
});

test.each(sampledCrashes())(
  '%s: a crash of all services at its %s loses and doubles nothing',
  async (domain, place) => {
    const word = `${domain}${place.replace('.', '')}`.toLowerCase();
    const done = await crashDesk(tree, [domain, place], { before: acknowledged, word });
    acknowledged = done.acknowledged;
    expect(done.violations).toEqual([]);
  },
  CRASH_MS_MAX,
);

test('the sample holds each service', () => {
  const counts = DOMAINS.map((domain) => sampledCrashes().filter((crash) => crash[0] === domain).length);
  expect(counts.filter((count) => count < 1)).toEqual([]);
});
