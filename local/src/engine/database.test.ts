import { createLogger } from '@desk/kit/process/logger';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@desk/testkit/until';
import { openDatabase, type Database } from './database.ts';
import { processRuns } from './holder.ts';

const silent = createLogger('test', 'silent');
let directory: string;
let database: Database | null = null;
let launcher: ChildProcess | null = null;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'mongod-'));
});

afterEach(async () => {
  await database?.stop();
  database = null;
  launcher?.kill('SIGKILL');
  launcher = null;
  rmSync(directory, { recursive: true, force: true });
});

/** A program that stands for a `mongod`. */
function standIn(...args: string[]): string {
  const binary = path.join(directory, 'stand-in');
  const program = fileURLToPath(new URL('./mongod.fixture.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  writeFileSync(
    binary,
    `#!/bin/sh\nexec "${process.execPath}" --import "${tsx}" "${program}" ${args.join(' ')} "$@"\n`,
  );
  chmodSync(binary, 0o755);
  return binary;
}

async function open(binary = standIn()): Promise<Database> {
  database = await openDatabase({ MONGOD_BINARY: binary }, directory, silent);
  return database;
}

/** The process of the program that stands for a `mongod`. */
async function pid(): Promise<number> {
  const lock = path.join(directory, 'mongod', 'mongod.lock');
  await until('it runs', () => existsSync(lock) && readFileSync(lock, 'utf8') !== '');
  return Number(readFileSync(lock, 'utf8'));
}

test('a mongod that is stopped ends, and does not count as one that died', async () => {
  const opened = await open();
  let death: string | null = null;
  void opened.died.then((reason) => (death = reason));
  const mongod = await pid();
  await opened.stop();
  expect([death, processRuns(mongod)]).toEqual([null, false]);
});

test('a mongod that dies is reported, with the reason', async () => {
  const { died } = await open();
  process.kill(await pid(), 'SIGKILL');
  expect(await died).toBe('mongod ended (SIGKILL).');
});

test('a mongod that ends at its start is reported at once', async () => {
  await expect(open(standIn('--exit', '3'))).rejects.toThrow('mongod ended (code 3).');
});

test('a mongod that is no program is reported at once', async () => {
  await expect(open(path.join(directory, 'nothing'))).rejects.toThrow('MONGOD_BINARY could not be started');
});

test('two desks each have a port of their own', async () => {
  const first = await open();
  const other = mkdtempSync(path.join(os.tmpdir(), 'mongod-'));
  const second = await openDatabase({ MONGOD_BINARY: standIn() }, other, silent);
  await second.stop();
  rmSync(other, { recursive: true, force: true });
  expect(second.uri).not.toBe(first.uri);
});

test('a mongod leaves Ctrl-C to the desk, and does not outlive one that is killed', async () => {
  const program = `
    import { openDatabase } from './database.ts';
    process.on('SIGINT', () => process.send('interrupted'));
    const logger = { info() {} };
    await openDatabase({ MONGOD_BINARY: ${JSON.stringify(standIn())} }, ${JSON.stringify(directory)}, logger);
    process.send('started');`;
  const desk = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program],
    {
      cwd: path.dirname(fileURLToPath(import.meta.url)),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true, // A group of its own, as a terminal's.
    },
  );
  launcher = desk;
  await once(desk, 'message');
  const mongod = await pid();
  process.kill(-(desk.pid ?? 0), 'SIGINT');
  await once(desk, 'message');
  expect(processRuns(mongod)).toBe(true);
  desk.kill('SIGKILL');
  await until('it has ended', () => !processRuns(mongod));
});
