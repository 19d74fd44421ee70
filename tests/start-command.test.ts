import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@desk/local/engine/ports';
import { PORT_FIRST } from './desk/desk-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STOP_MS_MAX = 120_000;

/** Starts the desk by a command, and stops that command when it is ready. What it ended with, and what it said. */
async function stopped(
  [file, ...args]: readonly [string, ...string[]],
  signal: NodeJS.Signals,
): Promise<{ code: number | string | null; said: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
  const { MONGODB_URI: _shared, REDIS_URL: _redis, ...env } = process.env;
  const port = String((await freePort(PORT_FIRST)).port);
  const command = spawn(file, [...args, '--empty', '--port', port, '--data', directory], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Not `exit`: the pipe ends when everything below the command has ended too.
  const ended = once(command, 'close');
  let said = '';
  const ready = new Promise<void>((resolve) => {
    command.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (/ready in [\d.]+ s/.test(said)) resolve();
    });
  });
  await Promise.race([ready, ended]);
  command.kill(signal);
  const late = new Promise<[string]>((resolve) => setTimeout(resolve, STOP_MS_MAX, ['not ended']).unref());
  const [code] = (await Promise.race([ended, late])) as [number | string | null];
  // What is left of it would hold the suite up.
  if (code === 'not ended' && command.pid) process.kill(-command.pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true });
  return { code, said };
}

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  'a supervisor that stops the command by %s ends the desk in order',
  async (signal) => {
    const { code, said } = await stopped([process.execPath, 'desk.mjs', 'start'], signal);
    expect([code, said.includes('Stopped.')]).toEqual([0, true]);
  },
);

/** What a start that is refused ends with, and what it says. */
async function refused(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<{ code: number; said: string }> {
  const command = spawn(process.execPath, ['desk.mjs', 'start', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  command.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(command, 'close')) as [number];
  return { code, said };
}

test('a port that must be the one asked for, and is taken, ends the start and names its holder', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
  const { code, said } = await refused(['--strict', '--port', String(port), '--data', directory]);
  server.close();
  expect([code, said]).toEqual([1, expect.stringMatching(new RegExp(`^Port ${port} is held by .*pid ${process.pid}`))]);
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});

test('an option that the start does not have is named, with those that it has', async () => {
  const { code, said } = await refused(['--prot', '4']);
  expect([code, said]).toEqual([1, expect.stringMatching(/--prot.*\nThe options of npm start are --port N/s)]);
});

test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
  ['a file for the data', ['--data', 'package.json'], {}, /^The data directory .*package.json cannot be used: .*\.$/],
  [
    'settings of the wrong form',
    [],
    { LOG_LEVEL: 'loud', REDIS_URL: 'ftp://x', MONGODB_URI: 'postgres://x' },
    /^The configuration is wrong:\n {2}LOG_LEVEL: .*\n {2}MONGODB_URI: .*\n {2}REDIS_URL: .*$/,
  ],
  ['a database that does not answer', [], { MONGODB_URI: 'mongodb://127.0.0.1:1/' }, /^MONGODB_URI: must name .*$/],
])('%s ends the start with a sentence that says what must be true', async (_what, args, settings, sentence) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
  const port = String((await freePort(PORT_FIRST)).port);
  const place = args.length ? args : ['--data', directory];
  const { code, said } = await refused(['--port', port, ...place], settings);
  await rm(directory, { recursive: true });
  expect([code, said.trim()]).toEqual([1, expect.stringMatching(sentence)]);
});

test('a supervisor that stops npm ends the desk in order', async () => {
  const { code, said } = await stopped(['npm', 'start', '--'], 'SIGTERM');
  expect([code === 'not ended', said.includes('Stopped.')]).toEqual([false, true]);
});
