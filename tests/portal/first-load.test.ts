import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../portal/dist', import.meta.url));
/** What a reader loads before the first page is seen, as it is transferred. */
const FIRST_LOAD_BYTES_MAX = 200_000;

test('the portal and its first page load with at most 200 kB', () => {
  const page = readFileSync(path.join(DIST, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  // The texts come with the page, in one language: the longer one counts.
  const texts = readdirSync(path.join(DIST, 'assets')).filter((name) => /^messages\.(en|fr)-.+\.js$/.test(name));
  expect(texts).toHaveLength(2);
  expect(files.length).toBeGreaterThan(1);
  const bytes = files.reduce((sum, file) => sum + transferred(file), 0);
  const longest = Math.max(...texts.map((name) => transferred(`/assets/${name}`)));
  expect(bytes + longest).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

/** The size of a file as a browser gets it. The smallest are not compressed. */
function transferred(file: string): number {
  const place = path.join(DIST, file);
  return statSync(`${place}.br`, { throwIfNoEntry: false })?.size ?? statSync(place).size;
}
