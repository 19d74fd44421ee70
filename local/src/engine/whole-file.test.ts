import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeWhole } from './whole-file.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'desk-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a file is written, and takes the place of the one before', () => {
  const file = path.join(directory, 'secrets.json');
  writeFileSync(file, 'before');
  writeWhole(file, 'after é', 0o600);
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['after é', 0o600]);
  expect(readdirSync(directory)).toEqual(['secrets.json']);
});

test('a file that cannot be written whole leaves nothing beside it', () => {
  // A folder that stands at its name cannot be replaced by a file.
  const file = path.join(directory, 'secrets.json');
  mkdirSync(path.join(file, 'inside'), { recursive: true });
  expect(() => writeWhole(file, 'text')).toThrow();
  expect(readdirSync(directory)).toEqual(['secrets.json']);
});
