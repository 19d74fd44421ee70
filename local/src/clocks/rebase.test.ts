import { ConfigProblem } from '@desk/kit/process/config';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { reportIncidents, withTickets } from '../store/tickets.fixture.ts';
import { runRebase } from './rebase.ts';

const environment = { ...process.env };
const HOUR_MS = 3_600_000;

let data: string;

beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'desk-rebase-'));
  delete process.env['MONGODB_URI']; // The test run's own engine: here the command chooses.
  await fill();
});
afterAll(async () => {
  process.env = environment;
  await rm(data, { recursive: true, force: true });
});

/** Two incidents in the data folder; the first follows a version of the policy before the newest. */
async function fill(): Promise<void> {
  await reportIncidents(data, 'Under the old agreement', 'Under the newest');
  await withTickets(data, ({ incidents }) =>
    incidents.records.collection.updateOne(
      { number: 1 },
      {
        $set: { 'clocks.$[].policyVersion': 0, 'clocks.$[].budgetMs': HOUR_MS },
      },
    ),
  );
}

async function rebase(...args: string[]): Promise<string[]> {
  let said = '';
  expect(await runRebase(['--data', data, ...args], { stdout: { write: (text) => (said += text) } })).toBe(0);
  return said.trim().split('\n');
}

test('lists what would move, and moves nothing before it is told to', async () => {
  const listed = await rebase();
  expect(listed).toEqual([
    expect.stringMatching(/^INC-000001 RESPONSE +\S+Z -> \S+Z$/),
    expect.stringMatching(/^INC-000001 RESOLUTION \S+Z -> \S+Z$/),
    '2 clocks would move; --apply --reason TEXT moves them.',
  ]);
  expect(await rebase()).toEqual(listed);
});

test('needs a reason before it moves anything', async () => {
  await expect(runRebase(['--data', data, '--apply'])).rejects.toThrow(ConfigProblem);
});

test('moves what it listed, once', async () => {
  const moved = await rebase('--apply', '--reason', 'The agreement of July.');
  expect([moved.length, moved.at(-1)]).toEqual([3, '2 clocks moved.']);
  expect(await rebase('--apply', '--reason', 'Again.')).toEqual(['0 clocks moved.']);
});
