/** Chooses suites by what they depend on: Jest knows the imports, and the tables here the rest. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Modules that start an engine, a desk or a browser. A suite that reaches none of them is a unit suite. */
const HEAVY = [
  'testkit/src/database.ts',
  'tests/desk/desk-process.ts',
  'tests/durability/process-tree.ts',
  'local/src/engine/engine.ts',
];

/** Where something of this changes, every suite may fail. */
const EVERYTHING = /^[^/]+\.(js|mjs|json|yaml)$|\/package\.json$|^tests\/setup\//;
/** Suites that read files of the repository which they do not import. They are quick, and belong to every change. */
const READERS = /^(tests\/(docs|rules)|schema|portal|local\/src\/build)\b/;
/** What suites need without importing it: where a file of the left changes, the modules of the right count as changed. */
const STAND_INS = [
  // The desk that browsers and partners meet is built of all sources.
  [/^(kit|schema|services|gateway|local|portal)\//, ['tests/desk/desk-process.ts']],
  [/^portal\//, ['tests/portal/first-load.test.ts']],
  // These start processes by their paths.
  [/^tests\/examples\//, ['tests/example-client.test.ts']],
  [/^(kit|schema|local\/src\/engine)\//, ['tests/durability/process-tree.ts']],
  [/^(services|local\/src)\//, ['tests/durability/desk-process.ts']],
  [/^local\/src\/engine\//, ['testkit/src/database.ts', 'local/src/engine/engine.ts']],
  // This module reads the SDL, and types are generated from it.
  [/^schema\/.*\.graphql$/, ['schema/src/sdl.ts', 'portal/src/generated/api.ts']],
];
const MODULE = /\.(ts|tsx|js|mjs)$/;
const TEST = /\.(test|fixture)\.tsx?$/;

/** The suites that need no engine, no desk and no browser. `jest` runs Jest with arguments, and answers what it prints. */
export function unitSuites(jest) {
  const heavy = new Set(relatedTo(jest, HEAVY));
  return suites(jest).filter((suite) => !heavy.has(suite));
}

/** The suites that a change can touch: that of this tree against the main branch. */
export function changedSuites(jest, changed = changedFiles()) {
  const all = suites(jest);
  if (changed.some((file) => EVERYTHING.test(file))) return all;
  const touched = new Set(relatedTo(jest, [...new Set(changed.flatMap(modulesOf))]));
  return all.filter((suite) => touched.has(suite) || (changed.length > 0 && READERS.test(suite)));
}

/** A changed file as modules: itself, or those that name it where it is none, as data; and those that stand for it. */
function modulesOf(file) {
  if (TEST.test(file)) return [file];
  const modules = MODULE.test(file) ? [file] : git('grep', '-lF', path.basename(file), '--', '*.ts', '*.mjs');
  return [...modules, ...STAND_INS.flatMap(([pattern, standIns]) => (pattern.test(file) ? standIns : []))];
}

function changedFiles() {
  const main = ['origin/main', 'main'].find((name) => git('rev-parse', '--verify', '--quiet', name).length);
  const [base = 'HEAD'] = main ? git('merge-base', 'HEAD', main) : [];
  return [...git('diff', '--name-only', '--no-renames', base), ...git('ls-files', '--others', '--exclude-standard')];
}

function suites(jest) {
  return jest(['--listTests', '--json']).map((file) => path.relative(ROOT, file));
}

function relatedTo(jest, modules) {
  const present = modules.filter((file) => existsSync(path.join(ROOT, file)));
  return present.length
    ? jest(['--listTests', '--json', '--findRelatedTests', ...present]).map((file) => path.relative(ROOT, file))
    : [];
}

function git(...args) {
  const { stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX });
  return stdout.split('\n').filter(Boolean);
}
