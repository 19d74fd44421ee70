import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startEngine, type RunningEngine } from '../../local/src/engine.ts';
import { processRuns } from '../../local/src/engine-holder.ts';

/** What the run started, for `global-teardown.ts`. */
export interface TestDatabase {
  engine: RunningEngine;
  directory: string;
}

declare global {
  // Jest loads set-up and tear-down apart; the global object is what they share.
  var deskTestDatabase: TestDatabase | undefined;
}

/** Longer than a local Redis ever takes to answer a ping. */
const REDIS_PING_MS_MAX = 500;

const REDIS_URL = 'redis://127.0.0.1:6379';

const DIRECTORY_PREFIX = 'desk-test-';

/**
 * Gives the whole run one database: `MONGODB_URI` where it is set, else an embedded engine on a new directory, named
 * in the same variable (without a database name; each test file chooses its own). Sets `REDIS_URL` where one answers.
 */
export default async function setUp(): Promise<void> {
  if (!process.env['MONGODB_URI']) await startTestDatabase();
  if (!process.env['REDIS_URL'] && (await redisAnswers())) process.env['REDIS_URL'] = REDIS_URL;
}

async function startTestDatabase(): Promise<void> {
  await sweepDirectories();
  const directory = await mkdtemp(path.join(os.tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`));
  const engine = await startEngine({ directory });
  globalThis.deskTestDatabase = { engine, directory };
  process.env['MONGODB_URI'] = engine.uri;
}

/** Removes what runs that were killed left behind; a directory's name holds the id of the process that made it. */
async function sweepDirectories(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = new RegExp(`^${DIRECTORY_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || processRuns(Number(pid))) continue;
    // What is another user's, or is still being closed, stays for a later run.
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function redisAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(REDIS_URL);
    const socket = net.connect(Number(port), hostname);
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(REDIS_PING_MS_MAX, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('connect', () => socket.write('PING\r\n'));
  });
}
