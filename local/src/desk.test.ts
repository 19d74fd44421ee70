import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { startDesk, type RunningDesk } from './desk.ts';
import { startEngine, type RunningEngine } from './engine/engine.ts';

const PORT = 4_310;
let home: string;
let engine: RunningEngine;
let connection: mongoose.Connection;

beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'desk-start-'));
  engine = await startEngine({ directory: path.join(home, 'elsewhere') });
  connection = await mongoose.createConnection(engine.uri).asPromise();
});

afterAll(async () => {
  await connection.close();
  await engine.stop();
  rmSync(home, { recursive: true, force: true });
});

function data(): string {
  return path.join(home, 'data');
}

/** Starts a desk on the database that stands for somebody's own. */
function start(environment: Record<string, string> = {}): Promise<RunningDesk> {
  return startDesk({
    directory: data(),
    port: PORT,
    demoData: true,
    environment: { MONGODB_URI: engine.uri, LOG_LEVEL: 'silent', ...environment },
  });
}

/** How many records the database holds, of the directory and of tickets. */
function counts(): Promise<number[]> {
  const of = (database: string, collection: string) =>
    connection.getClient().db(database).collection(collection).countDocuments();
  return Promise.all([of('directory', 'organizations'), of('directory', 'people'), of('tickets', 'incidents')]);
}

async function startAndStop(): Promise<RunningDesk['demoData']> {
  const desk = await start();
  await desk.stop();
  return desk.demoData;
}

test('in production nothing is touched before the refusal', async () => {
  await expect(start({ NODE_ENV: 'production' })).rejects.toThrow('NODE_ENV');
  const databases = (await connection.getClient().db().admin().listDatabases()).databases.map(({ name }) => name);
  expect([databases.filter((name) => name === 'directory' || name === 'tickets'), existsSync(data())]).toEqual([
    [],
    false,
  ]);
});

test('a database of MONGODB_URI gets demo data while it is empty, and keeps them once', async () => {
  const first = await startAndStop();
  const seeded = await counts();
  expect([first, await startAndStop(), await counts()]).toEqual(['THERE', 'THERE', seeded]);
  expect(Math.min(...seeded)).toBeGreaterThan(0);
});

test('a database of MONGODB_URI that holds other data gets no demo data', async () => {
  for (const name of ['directory', 'tickets']) await connection.getClient().db(name).dropDatabase();
  const organizations = connection.getClient().db('directory').collection<{ _id: string }>('organizations');
  await organizations.insertOne({ _id: 'org_theirs' });
  expect([await startAndStop(), await counts()]).toEqual(['REFUSED', [1, 0, 0]]);
});
