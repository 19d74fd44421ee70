import { expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A count may be off by this part of it, or by a few lines where the file is short: a reader plans his time by it. */
const TOLERANCE = 0.1;
const TOLERANCE_LINES = 5;

const documents = [
  ...['README.md', 'STYLE.md', 'GLOSSARY.md'],
  ...markdownBelow('docs'),
  ...readdirSync(path.join(ROOT, 'services')).map((service) => `services/${service}/README.md`),
];

test.each(documents)('every link in %s leads to something', (document) => {
  const targets = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  const own = targets.filter((target) => !/^[a-z]+:|^#/.test(target));
  const missing = own.filter((target) => {
    const [file = ''] = target.split('#');
    return !existsSync(path.join(ROOT, path.dirname(document), file));
  });
  expect(missing).toEqual([]);
});

test('the reading tables name files that are there, as long as they say', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| `([^`]+)` +\| +(\d+) \|/gm)];
  expect(rows.length).toBeGreaterThan(0);
  const wrong = rows.flatMap(([, file = '', said = '']) => {
    if (!existsSync(path.join(ROOT, file))) return [`${file} is not there`];
    const lines = read(file).split('\n').length - 1;
    const allowed = Math.max(lines * TOLERANCE, TOLERANCE_LINES);
    return Math.abs(lines - Number(said)) <= allowed ? [] : [`${file} has ${lines} lines, not ${said}`];
  });
  expect(wrong).toEqual([]);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function markdownBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}
