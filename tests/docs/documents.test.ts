import { expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const documents = [
  ...['README.md', 'STYLE.md', 'GLOSSARY.md', 'tests/README.md', 'tests/durability/README.md'],
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

test('the reading tables name files that are there', () => {
  const files = [...read('docs/architecture.md').matchAll(/^\| `([^`]+)` +\|/gm)].map(([, file = '']) => file);
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function markdownBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}
