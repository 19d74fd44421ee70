import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { deathReason, startEngine, type RunningEngine } from './engine.ts';
import type { EngineReport } from './child.ts';

/** Undone after each test, the last first. */
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (let ending = endings.pop(); ending; ending = endings.pop()) await ending();
});

function makeDirectory(): string {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'engine-')));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function start(directory: string): Promise<RunningEngine> {
  const engine = await startEngine({ directory });
  endings.push(() => engine.stop());
  return engine;
}

async function connect(uri: string): Promise<mongoose.Connection> {
  const connection = mongoose.createConnection(uri, { dbName: 'engine', serverSelectionTimeoutMS: 5_000 });
  endings.push(() => connection.close(true));
  return connection.asPromise();
}

function socketOf(engine: RunningEngine): string {
  return decodeURIComponent(new URL(engine.uri).host);
}

/** The engine's process alone, as a launcher sees it. */
async function spawnEngineProcess(directory: string): Promise<{ child: ChildProcess; report: EngineReport }> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', 'child.ts', directory], {
    cwd: path.dirname(fileURLToPath(import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  endings.push(() => child.kill('SIGKILL'));
  const [report] = (await once(child, 'message')) as [EngineReport];
  return { child, report };
}

/** A process that starts an engine on the directory and then does nothing. */
async function spawnLauncher(directory: string): Promise<ChildProcess> {
  const program = `
    import { startEngine } from ${JSON.stringify(new URL('./engine.ts', import.meta.url).href)};
    await startEngine({ directory: ${JSON.stringify(directory)} });
    process.send('started');`;
  const launcher = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program],
    {
      cwd: path.dirname(fileURLToPath(import.meta.url)),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  endings.push(() => launcher.kill('SIGKILL'));
  await once(launcher, 'message');
  return launcher;
}

test('every acknowledged insert is there after the engine is killed under eight writers', async () => {
  const directory = makeDirectory();
  const roundsOfKills = 3;
  const acknowledged = new Set<string>();
  for (let round = 0; round < roundsOfKills; round += 1) {
    const engine = await start(directory);
    const rows = (await connect(engine.uri)).collection<{ _id: string }>('rows');
    const enough = acknowledged.size + 200;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let step = 0; step < 10_000; step += 1) {
        const id = `${round}-${writer}-${step}`;
        await rows.insertOne({ _id: id });
        acknowledged.add(id);
        if (acknowledged.size === enough) process.kill(engine.pid, 'SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    await engine.died;
  }
  const rows = (await connect((await start(directory)).uri)).collection<{ _id: string }>('rows');
  const stored = new Set((await rows.find().toArray()).map((row) => row._id));
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
});

test('a write is acknowledged by majority and journal', async () => {
  const connection = await connect((await start(makeDirectory())).uri);
  expect(connection.getClient().options.writeConcern).toMatchObject({ w: 'majority', journal: true });
});

test('a client that was connected before a crash goes on with the restarted engine', async () => {
  const directory = makeDirectory();
  const first = await start(directory);
  const connection = await connect(first.uri);
  await connection.collection('rows').insertOne({ name: 'before' });
  process.kill(first.pid, 'SIGKILL');
  await first.died;
  await start(directory);
  expect(await connection.collection('rows').countDocuments()).toBe(1);
});

test('a socket left by a killed engine is replaced', async () => {
  const directory = makeDirectory();
  const killed = await start(directory);
  process.kill(killed.pid, 'SIGKILL');
  await killed.died;
  expect(existsSync(socketOf(killed))).toBe(true);
  const next = await start(directory);
  await expect(connect(next.uri)).resolves.toBeDefined();
});

test('a second engine on the same directory is refused with the holder and what to do', async () => {
  const directory = makeDirectory();
  const engine = await start(directory);
  await expect(startEngine({ directory })).rejects.toThrow(
    new RegExp(
      `^The data directory ${directory} is in use by process ${process.pid} \\(its engine is process ${engine.pid}\\) ` +
        'since .*Z\\. Stop that process, or choose another directory',
    ),
  );
});

test('the first engine goes on when a second one is refused', async () => {
  const directory = makeDirectory();
  const connection = await connect((await start(directory)).uri);
  await startEngine({ directory }).catch(() => undefined);
  await expect(connection.collection('rows').insertOne({})).resolves.toMatchObject({ acknowledged: true });
});

test('after a launcher is killed the next start waits for its engine to close', async () => {
  const directory = makeDirectory();
  const launcher = await spawnLauncher(directory);
  launcher.kill('SIGKILL');
  await expect(start(directory)).resolves.toMatchObject({ uri: expect.any(String) });
});

test('an engine that is killed reports the reason', async () => {
  const directory = makeDirectory();
  const engine = await start(directory);
  process.kill(engine.pid, 'SIGKILL');
  await expect(engine.died).resolves.toBe(
    `The embedded MongoDB engine on ${directory} ended: ` +
      'it was killed, by a person or because the machine is out of memory.',
  );
});

test('an engine that is stopped reports no death', async () => {
  const engine = await startEngine({ directory: makeDirectory() });
  let death: string | null = null;
  void engine.died.then((reason) => (death = reason));
  await engine.stop();
  expect(death).toBeNull();
});

test.each([
  { code: 14, signal: null, freeBytes: 1e9, reason: 'it may not write some of its files' },
  { code: null, signal: 'SIGABRT', freeBytes: 1e6, reason: 'the disk is full' },
  { code: null, signal: 'SIGABRT', freeBytes: 1e9, reason: 'it aborted' },
  { code: null, signal: 'SIGSEGV', freeBytes: 1e9, reason: 'it was ended by SIGSEGV' },
  { code: 0, signal: null, freeBytes: 1e9, reason: 'it was asked to close by another process' },
  { code: 3, signal: null, freeBytes: 1e9, reason: 'with exit code 3' },
] as const)('an end by code $code, signal $signal is explained: $reason', ({ reason, ...end }) => {
  expect(deathReason({ ...end, directory: '/data' })).toContain(reason);
});

test('the engine process exits 0 when told to close', async () => {
  const { child } = await spawnEngineProcess(makeDirectory());
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('the engine process exits 0 when its launcher is gone', async () => {
  const { child } = await spawnEngineProcess(makeDirectory());
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('the engine process leaves Ctrl-C to its launcher', async () => {
  const engine = await start(makeDirectory());
  process.kill(engine.pid, 'SIGINT');
  const connection = await connect(engine.uri);
  await expect(connection.collection('rows').insertOne({})).resolves.toMatchObject({ acknowledged: true });
});

test('a closed engine leaves no socket', async () => {
  const engine = await start(makeDirectory());
  await engine.stop();
  expect(existsSync(socketOf(engine))).toBe(false);
});

test('the socket is in the data directory, for this user only', async () => {
  const directory = makeDirectory();
  const socket = socketOf(await start(directory));
  expect({ place: path.dirname(socket), mode: statSync(socket).mode & 0o777 }).toEqual({
    place: directory,
    mode: 0o600,
  });
});

test('a directory with a path too long for a socket is served, with a short one', async () => {
  const directory = path.join(makeDirectory(), 'é'.repeat(60));
  const engine = await start(directory);
  const connection = await connect(engine.uri);
  await connection.collection('rows').insertOne({});
  expect(Buffer.byteLength(socketOf(engine))).toBeLessThanOrEqual(100);
});

test('a directory name with spaces, accents, % and # is served', async () => {
  const connection = await connect((await start(path.join(makeDirectory(), 'données 100% #1'))).uri);
  await expect(connection.collection('rows').insertOne({})).resolves.toMatchObject({ acknowledged: true });
});

test('a data directory that is a file is refused with what to do', async () => {
  const file = path.join(makeDirectory(), 'file');
  writeFileSync(file, '');
  await expect(startEngine({ directory: file })).rejects.toThrow(
    `The data directory ${file} cannot be used: a file of this name is in the way; choose another directory.`,
  );
});

test('data that the engine cannot read is refused with its own words', async () => {
  const directory = makeDirectory();
  mkdirSync(path.join(directory, 'mongod.lock'));
  await expect(startEngine({ directory })).rejects.toThrow(`The embedded MongoDB engine did not open ${directory}: `);
});
