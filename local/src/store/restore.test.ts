import { ConfigProblem } from '@desk/kit/process/config';
import { createLogger } from '@desk/kit/process/logger';
import { UNTOLD_MAX } from '@desk/kit/write/restore';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openDatabase } from '../engine/database.ts';
import { EngineFailure } from '../engine/engine.ts';
import { runRestore } from './restore.ts';
import { reportIncidents, withTickets } from './tickets.fixture.ts';

const environment = { ...process.env };
const home = mkdtempSync(path.join(os.tmpdir(), 'desk-restore-'));
let data: string;
let copy: string;
let runs = 0;

beforeEach(() => {
  process.env = { ...environment };
  delete process.env['MONGODB_URI']; // The test run's own engine: here the command chooses.
  data = path.join(home, `data-${++runs}`);
  copy = path.join(home, `copy-${runs}`);
});
afterAll(() => {
  process.env = environment;
  rmSync(home, { recursive: true, force: true });
});

/** A data folder with four incidents, and a copy of it that was taken after the second. */
async function copied(): Promise<void> {
  await reportIncidents(data, 'First', 'Second');
  cpSync(data, copy, { recursive: true, filter: (file) => !file.endsWith('.sock') });
  expect(await reportIncidents(data, 'Third', 'Fourth')).toEqual([3, 4]);
}

async function run(command: 'restore' | 'raise-epoch', ...args: string[]): Promise<string> {
  let said = '';
  const code = await runRestore(command, [...args, '--data', data], { stdout: { write: (text) => (said += text) } });
  expect(code).toBe(0);
  return said;
}

const epoch = (): Promise<number> => withTickets(data, async ({ foundation }) => foundation.log.epoch);

test('a copy is put in place: a new epoch begins, no number is given again, and what was there is kept beside it', async () => {
  await copied();
  const before = await epoch();
  const said = await run('restore', copy, '--skip', '10');
  expect(said).toMatch(/The one before is .*mongodb\.before-.*\n.*A new epoch begins in tickets\./s);
  expect(readdirSync(data).filter((name) => name.startsWith('mongodb'))).toHaveLength(2);
  expect(await epoch()).toBeGreaterThan(before);
  expect(await reportIncidents(data, 'Third anew')).toEqual([2 + 10 + UNTOLD_MAX + 1]);
});

test('the epochs of a database that was restored by its own tools are raised where MONGODB_URI says', async () => {
  await copied();
  const before = await epoch();
  const database = await openDatabase({}, data, createLogger('test', 'silent'));
  process.env['MONGODB_URI'] = database.uri;
  expect(await run('raise-epoch')).toContain('A new epoch begins in tickets.');
  delete process.env['MONGODB_URI'];
  await database.stop();
  expect(await epoch()).toBeGreaterThan(before);
});

test('nothing is put in place of a desk that runs', async () => {
  await copied();
  const database = await openDatabase({}, data, createLogger('test', 'silent'));
  await expect(run('restore', copy)).rejects.toThrow(EngineFailure);
  await database.stop();
  expect(readdirSync(data).filter((name) => name.startsWith('mongodb'))).toEqual(['mongodb']);
});

test.each([
  ['a folder that is no copy', () => [home]],
  ['no folder', () => []],
  ['a number of records below 0', () => [copy, '--skip=-1']],
])('%s is refused with what must be true', async (_what, args) => {
  await expect(runRestore('restore', [...args(), '--data', data])).rejects.toThrow(ConfigProblem);
});

test('a place without a database of the desk is named', async () => {
  await expect(run('raise-epoch')).rejects.toThrow('there is no database of the desk here');
});
