import type { Logger } from '@desk/kit/process/logger';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import { EngineFailure, spawnProgram, startEngine } from './engine.ts';
import { freePort } from './ports.ts';

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
/** The first port that is tried. */
const MONGOD_PORT = 27_017;
const LOOK_EVERY_MS = 100;

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

/** Starts a `mongod` of the machine on a port of its own, as a replica set of one. It ends with this process, however that ends. */
async function startMongod(binary: string, directory: string, logger: Logger): Promise<Database> {
  mkdirSync(directory, { recursive: true });
  const { port } = await freePort(MONGOD_PORT);
  const place = ['--dbpath', directory, '--bind_ip', '127.0.0.1', '--port', String(port)];
  const child = spawnProgram('mongod-child', [binary, ...place, '--replSet', 'desk', '--noscripting']);
  const ended = new Promise<string>((resolve) => {
    child.once('message', (reason) => resolve(reason as string));
    child.once('close', () => resolve('mongod was left by the process that ran it.'));
  });
  let stopping = false;
  const died = new Promise<string>((resolve) => {
    void ended.then((reason) => {
      if (!stopping) resolve(reason);
    });
  });
  const stop = async () => {
    stopping = true;
    child.kill('SIGTERM');
    await ended;
  };
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: MONGOD_START_MS_MAX });
  try {
    const failed = ended.then((reason) => Promise.reject(new EngineFailure(reason)));
    await Promise.race([initiate(client, port), failed]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await client.close();
  }
  logger.info({ port }, 'mongod is ready');
  return { uri, what: `mongod of MONGOD_BINARY on port ${port}`, died, stop };
}

/** Makes the `mongod` a replica set of one, and waits until it is its primary. */
async function initiate(client: mongoose.mongo.MongoClient, port: number): Promise<void> {
  const admin = client.db('admin');
  try {
    await admin.command({ replSetInitiate: { _id: 'desk', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } });
  } catch (error) {
    if (!String(error).includes('already initialized')) throw error;
  }
  const deadline = performance.now() + MONGOD_START_MS_MAX;
  while (!(await admin.command({ hello: 1 }))['isWritablePrimary']) {
    if (performance.now() > deadline) throw new EngineFailure('mongod did not become a primary within a minute.');
    await delay(LOOK_EVERY_MS);
  }
}
