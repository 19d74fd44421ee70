import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const DIST = fileURLToPath(new URL('../../portal/dist', import.meta.url));
/** What a reader loads before the first page is seen, compressed. */
const FIRST_LOAD_BYTES_MAX = 200_000;

test('the portal and its first page load with at most 200 kB', () => {
  const page = readFileSync(path.join(DIST, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  // The texts come with the page, in one language: the longer one counts.
  const texts = readdirSync(path.join(DIST, 'assets')).filter((name) => /^messages\.(en|fr)-.+\.js$/.test(name));
  const largest = texts.map((name) => gzipSync(readFileSync(path.join(DIST, 'assets', name))).length);
  expect(texts).toHaveLength(2);
  const bytes = files.map((file) => gzipSync(readFileSync(path.join(DIST, file))).length);
  expect(files.length).toBeGreaterThan(1);
  expect(bytes.reduce((sum, each) => sum + each, 0) + Math.max(...largest)).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});
