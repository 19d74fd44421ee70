import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { startEngine } from './engine/engine.ts';
import { resetData } from './reset.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'reset-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fill(...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), 'x');
  }
}

test('throws away what the desk made, and nothing that others keep there', async () => {
  fill('mongodb/data', 'mongod/data', 'secrets.json', 'thesis.txt', 'photos/one.jpg');
  await resetData(directory, {});
  expect(readdirSync(directory).sort()).toEqual(['photos', 'thesis.txt']);
});

test('of a directory that is not there does nothing', async () => {
  await expect(resetData(path.join(directory, 'none'), {})).resolves.toBeUndefined();
});

test('is refused while a desk runs on the data, which goes on with them', async () => {
  const engine = await startEngine({ directory: path.join(directory, 'mongodb') });
  const connection = await mongoose.createConnection(engine.uri, { dbName: 'x' }).asPromise();
  await expect(resetData(directory, {})).rejects.toThrow(`A desk runs on ${directory}`);
  await expect(connection.collection('things').insertOne({})).resolves.toMatchObject({ acknowledged: true });
  await connection.close();
  await engine.stop();
});

test('is refused while a mongod runs on the data, and not for one that ended', async () => {
  fill('mongod/mongod.lock');
  writeFileSync(path.join(directory, 'mongod/mongod.lock'), `${process.pid}\n`);
  await expect(resetData(directory, {})).rejects.toThrow(`A desk runs on ${directory}`);
  writeFileSync(path.join(directory, 'mongod/mongod.lock'), '');
  await resetData(directory, {});
  expect(readdirSync(directory)).toEqual([]);
});

test('is refused where the data are elsewhere', async () => {
  fill('secrets.json');
  await expect(resetData(directory, { MONGODB_URI: 'mongodb://user:pass-1234@host/' })).rejects.toThrow('MONGODB_URI');
  expect(readdirSync(directory)).toEqual(['secrets.json']);
});
