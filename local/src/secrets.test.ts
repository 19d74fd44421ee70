import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSecrets } from './secrets.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'desk-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('secrets are made once, and only this user reads them', async () => {
  const made = await loadSecrets(directory);
  expect(await loadSecrets(directory)).toEqual(made);
  expect(statSync(path.join(directory, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test.each(['', '{"internal":', '{}', 'null', '"text"'])(
  'a damaged file is named, with what to do: %j',
  async (text) => {
    writeFileSync(path.join(directory, 'secrets.json'), text);
    await expect(loadSecrets(directory)).rejects.toThrow(/secrets\.json does not hold .* delete it/);
  },
);
