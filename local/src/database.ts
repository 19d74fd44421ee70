import type { Logger } from '@desk/kit/logger';
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import mongoose from 'mongoose';
import { EngineFailure, startEngine } from './engine.ts';

/** A MongoDB that the desk can use, and how to let go of it. */
export interface Database {
  uri: string;
  /** What was chosen, in words. */
  what: string;
  /** Resolves with a sentence when the database ends by itself; otherwise stays pending. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/** The settings that choose a database. */
export interface DatabaseSettings {
  MONGODB_URI?: string | undefined;
  MONGOD_BINARY?: string | undefined;
  NODE_ENV?: string | undefined;
}

const never = new Promise<string>(() => {});
const MONGOD_START_MS_MAX = 60_000;
const MONGOD_STOP_MS_MAX = 20_000;

/**
 * The database, in this order: MONGODB_URI; the `mongod` that MONGOD_BINARY names, started as a replica set of one; the
 * embedded engine. In production only the first: the embedded engine is an experimental alpha.
 */
export async function openDatabase(settings: DatabaseSettings, directory: string, logger: Logger): Promise<Database> {
  if (settings.MONGODB_URI) {
    return { uri: settings.MONGODB_URI, what: 'MongoDB of MONGODB_URI', died: never, stop: async () => {} };
  }
  if (settings.NODE_ENV === 'production') {
    throw new EngineFailure(
      'NODE_ENV is production and MONGODB_URI is not set. The embedded engine is an experimental alpha and is not for production: set MONGODB_URI.',
    );
  }
  if (settings.MONGOD_BINARY) return startMongod(settings.MONGOD_BINARY, path.join(directory, 'mongod'), logger);
  const engine = await startEngine({ directory: path.join(directory, 'mongodb'), logger });
  return {
    uri: engine.uri,
    what: 'embedded MongoDB engine (experimental)',
    died: engine.died,
    stop: () => engine.stop(),
  };
}

/** Starts a `mongod` of the machine on a socket of its own, as a replica set of one. */
async function startMongod(binary: string, directory: string, logger: Logger): Promise<Database> {
  mkdirSync(directory, { recursive: true });
  const port = 27_000 + (process.pid % 1_000);
  const args = [
    '--dbpath',
    directory,
    '--replSet',
    'desk',
    '--bind_ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--noscripting',
  ];
  const child = spawn(binary, args, { stdio: 'ignore' });
  const died = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`MONGOD_BINARY could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`mongod ended (${signal ?? `code ${code}`}).`));
  });
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  await Promise.race([initiate(uri, port), died.then((reason) => Promise.reject(new EngineFailure(reason)))]);
  logger.info({ pid: child.pid, port }, 'mongod is ready');
  return {
    uri,
    what: `mongod of MONGOD_BINARY on port ${port}`,
    died,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), MONGOD_STOP_MS_MAX);
      child.kill('SIGTERM');
      await died;
      clearTimeout(timer);
    },
  };
}

async function initiate(uri: string, port: number): Promise<void> {
  const connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: MONGOD_START_MS_MAX })
    .asPromise();
  const admin = connection.getClient().db('admin');
  try {
    await admin.command({ replSetInitiate: { _id: 'desk', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } });
  } catch (error) {
    if (!String(error).includes('already initialized')) throw error;
  }
  const deadline = performance.now() + MONGOD_START_MS_MAX;
  while (!(await admin.command({ hello: 1 }))['isWritablePrimary']) {
    if (performance.now() > deadline) throw new EngineFailure('mongod did not become a primary within a minute.');
  }
  await connection.close();
}
