import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES = path.join(ROOT, '.dependency-cruiser.cjs');
const TOOL = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** A file, what it imports, and the rules that this breaks. `type:` before the imported file imports a type. */
type Arrow = [from: string, to: string, ...broken: string[]];

/** The orders of folders as STYLE.md tells them. */
const KIT = ['time', 'process', 'api', 'write', 'log', 'conversation', 'service'];
const GATEWAY = ['limits', 'identity', 'supergraph', 'live', 'http'];
const PORTAL = ['text', 'ui', 'api', 'live', 'app', 'forms'];

const UPWARD: Arrow[] = [
  ...upward('kit', KIT),
  ...upward('gateway', GATEWAY),
  ...upward('portal', PORTAL),
  ['kit/src/new-folder/a.ts', 'kit/src/time/b.ts', 'kit-folder-has-a-place'],
  ['kit/src/write/one.ts', 'type:kit/src/write/other.ts', 'no-circle'],
  ['gateway/src/new-folder/a.ts', 'gateway/src/limits/b.ts', 'gateway-folder-has-a-place'],
  ['kit/src/service/c.ts', 'kit/src/root.ts', 'kit-service-imports-before'],
  ['gateway/src/http/b.ts', 'gateway/src/config.ts', 'gateway-http-imports-before'],
  ['portal/src/forms/a.tsx', 'portal/src/incident/b.ts', 'portal-forms-imports-before'],
  ['portal/src/incident/a.ts', 'portal/src/nouns.ts', 'portal-folders-below'],
  ['local/src/engine/a.ts', 'local/src/desk.ts', 'local-folders-below'],
];

const BETWEEN_PACKAGES: Arrow[] = [
  ['kit/src/api/c.ts', 'services/tickets/src/context.ts', 'kit-below'],
  ['kit/src/api/d.ts', 'type:@desk/tickets/context', 'kit-below'],
  ['schema/src/a.ts', 'kit/src/api/b.ts', 'schema-below'],
  ['services/tickets/src/service.ts', 'type:services/directory/src/person/person.ts', 'services-below'],
  ['services/tickets/src/store.ts', 'gateway/src/config.ts', 'services-below'],
  ['gateway/src/config.ts', 'type:services/tickets/src/context.ts', 'gateway-below'],
  ['gateway/src/gateway.ts', 'services/directory/src/person/person.ts', 'gateway-takes-types-of-services'],
  ['gateway/src/main.ts', 'local/src/desk.ts', 'gateway-below'],
  ['portal/src/nouns.ts', 'kit/src/api/b.ts', 'portal-below'],
  ['local/src/desk.ts', 'portal/src/main.tsx', 'local-below'],
  ['local/src/main.ts', 'testkit/src/a.ts', 'local-below', 'tests-above-all'],
  ['testkit/src/b.ts', 'portal/src/main.tsx', 'testkit-below'],
  ['kit/src/log/d.ts', 'kit/src/log/things.fixture.ts', 'tests-above-all'],
  ['services/tickets/src/main.ts', 'services/tickets/src/service.test.ts', 'tests-above-all'],
  ['gateway/src/http/c.ts', 'tests/setup.ts', 'tests-above-all'],
  ['local/src/ports.ts', '@desk/nowhere', 'no-import-unseen'],
];

const IN_A_SERVICE: Arrow[] = [
  ...['store', 'mutations', 'resolvers', 'port'].map<Arrow>((name) => [
    `services/tickets/src/incident/rule-beside-${name}.ts`,
    `type:services/tickets/src/sla/${name}.ts`,
    'rules-reach-no-store',
  ]),
  ['services/tickets/src/sla/a.ts', 'type:services/tickets/src/context.ts', 'rules-reach-no-store'],
  ['services/tickets/src/sla/b.ts', 'type:kit/src/time/time-source.ts', 'rules-reach-no-store'],
  ['services/tickets/src/sla/c.ts', 'kit/src/process/mongo.ts', 'rules-reach-no-store'],
  ['services/tickets/src/sla/d.ts', 'kit/src/log/b.ts', 'rules-take-types-of-what-acts'],
  ['services/tickets/src/sla/e.ts', 'kit/src/service/b.ts', 'rules-take-types-of-what-acts'],
  ...[
    'mongoose',
    'graphql',
    'fastify',
    '@apollo/server',
    'node:fs',
    'node:http',
    'node:net',
    'node:dns/promises',
  ].map<Arrow>((name, place) => [
    `services/tickets/src/sla/outside-${place}.ts`,
    `type:${name}`,
    'rules-know-few-packages',
  ]),
  ['services/tickets/src/incident/mutations.ts', 'services/tickets/src/service.ts', 'nouns-below-assembly'],
  ['services/tickets/src/incident/store.ts', 'services/tickets/src/demo/seed.ts', 'nouns-below-assembly'],
  [
    'services/tickets/src/incident/resolvers.ts',
    'services/tickets/src/context.ts',
    'nouns-take-the-type-of-the-context',
  ],
  ['services/tickets/src/config.ts', 'services/tickets/src/sla/port.ts', 'ports-behind-the-store'],
];

const ALLOWED: Arrow[] = [
  // The other half of a circle, which is named once.
  ['kit/src/write/other.ts', 'type:kit/src/write/one.ts'],
  ['services/learning/src/course/a.ts', 'services/learning/src/lesson/b.ts'],
  ['services/learning/src/lesson/a.ts', 'services/learning/src/course/b.ts'],
  ['kit/src/service/a.ts', 'kit/src/time/b.ts'],
  ['gateway/src/http/a.ts', 'gateway/src/limits/b.ts'],
  ['gateway/src/identity/a.ts', 'type:services/directory/src/person/person.ts'],
  ['portal/src/main.tsx', 'portal/src/nouns.ts'],
  ['portal/src/person/a.ts', 'portal/src/app/b.ts'],
  ['services/tickets/src/incident/port.ts', 'type:services/tickets/src/context.ts'],
  ['services/tickets/src/incident/port.ts', 'node:fs'],
  ['services/tickets/src/incident/actions.ts', 'zod'],
  ['services/tickets/src/incident/actions.ts', 'type:kit/src/log/b.ts'],
  ['services/tickets/src/incident/actions.ts', 'services/tickets/src/sla/sla.ts'],
  ['services/tickets/src/incident/actions.ts', 'type:schema/directory/events.ts'],
  ['services/tickets/src/resolvers.ts', 'services/tickets/src/incident/actions.ts'],
  ['services/tickets/src/demo/seed.ts', 'type:services/tickets/src/resolvers.ts'],
  ['services/tickets/src/incident/actions.test.ts', 'testkit/src/a.ts'],
  ['local/src/reset.ts', 'services/tickets/src/demo/seed.ts'],
  ['bench/src/a.ts', 'kit/src/log/things.fixture.ts'],
];

const PLANTED = [...UPWARD, ...BETWEEN_PACKAGES, ...IN_A_SERVICE];
let tree: string;
let found: Violation[];

beforeAll(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'desk-rules-'));
  write('tsconfig.json', '{}');
  write('package.json', '{ "private": true, "type": "module" }');
  for (const name of ['mongoose', 'graphql', 'fastify', '@apollo/server', 'zod']) {
    write(`node_modules/${name}/package.json`, '{ "main": "index.js" }');
    write(`node_modules/${name}/index.js`, '');
  }
  // As pnpm links the packages of the workspace.
  mkdirSync(path.join(tree, 'node_modules/@desk'));
  symlinkSync('../../services/tickets', path.join(tree, 'node_modules/@desk/tickets'));
  write(
    'services/tickets/package.json',
    '{ "exports": { "./*": { "source": "./src/*.ts", "default": "./dist/*.js" } } }',
  );
  for (const [from, to] of [...PLANTED, ...ALLOWED]) plant(from, to);
  found = violations(tree);
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

test.each(PLANTED)('%s may not import %s', (from, _to, ...broken) => {
  expect(rulesBrokenBy(from)).toEqual(broken);
});

test.each(ALLOWED)('%s may import %s', (from) => {
  expect(rulesBrokenBy(from)).toEqual([]);
});

test('folders may not form a circle where no files do', () => {
  const circles = found.filter(
    ({ rule, from }) => rule.name === 'no-circle-of-folders' && from.startsWith('services/learning/'),
  );
  expect(circles.map(({ from, to }) => [from, to])).toEqual([
    ['services/learning/src/course', 'services/learning/src/lesson'],
    ['services/learning/src/lesson', 'services/learning/src/course'],
  ]);
});

test('each rule is broken here once at least', () => {
  const { forbidden } = createRequire(import.meta.url)(RULES) as { forbidden: { name: string }[] };
  const broken = new Set(found.map(({ rule }) => rule.name));
  expect(forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
});

test('the repository keeps all rules', () => {
  expect(violations(ROOT).map(({ rule, from, to }) => `${from} → ${to}: ${rule.name}`)).toEqual([]);
});

/** Each folder imports each folder behind it. */
function upward(name: string, order: string[]): Arrow[] {
  return order.flatMap((low, place) =>
    order
      .slice(place + 1)
      .map<Arrow>((high) => [
        `${name}/src/${low}/to-${high}.ts`,
        `${name}/src/${high}/b.ts`,
        `${name}-${low}-imports-before`,
      ]),
  );
}

function plant(from: string, to: string): void {
  const [, type, imported = ''] = /^(type:)?(.*)$/.exec(to) ?? [];
  const isFile = /^[^@].*\/.*\.tsx?$/.test(imported);
  if (isFile) write(imported, '');
  const specifier = isFile ? path.posix.relative(path.dirname(from), imported).replace(/^(?!\.)/, './') : imported;
  write(from, `import ${type ? 'type ' : ''}{ x } from '${specifier}';\n`);
}

/** Adds a line to a file. */
function write(file: string, line: string): void {
  mkdirSync(path.join(tree, path.dirname(file)), { recursive: true });
  appendFileSync(path.join(tree, file), line);
}

function rulesBrokenBy(file: string): string[] {
  return found.filter(({ from }) => from === file).map(({ rule }) => rule.name);
}

function violations(root: string): Violation[] {
  const { stdout, stderr } = spawnSync(process.execPath, [TOOL, '--config', RULES, '--output-type', 'json', '.'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (stderr) throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return summary.violations;
}
