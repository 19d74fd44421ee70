import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { changedSuites, unitSuites, type RunJest } from '../setup/choose-suites.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const jest: RunJest = (args) => {
  const options = ['--conditions=source', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...args];
  const { stdout } = spawnSync(process.execPath, options, { cwd: ROOT, encoding: 'utf8' });
  return JSON.parse(stdout) as string[];
};

const DESK = 'tests/live-incident.test.ts';
const BROWSER = 'tests/portal/reading.test.ts';
const KILLS = 'tests/durability/kill-rig.test.ts';
const DESK_KILLS = 'tests/durability/desk-kill-rig.test.ts';
const TENANTS = 'tests/tenants/matrix.test.ts';
const UNIT = 'kit/src/time/local-time.test.ts';

describe('a change touches', () => {
  test.each([
    [
      'a rule',
      'services/tickets/src/incident/policy.ts',
      ['services/tickets/src/service.test.ts', DESK, DESK_KILLS, TENANTS],
      [UNIT, KILLS],
    ],
    [
      'data that a module names',
      'services/tickets/data/priority.yaml',
      ['services/tickets/src/sla/reference-data.test.ts', DESK],
      [UNIT],
    ],
    [
      'the SDL',
      'schema/tickets/incident.graphql',
      ['schema/src/sdl.test.ts', 'gateway/src/gateway.test.ts', BROWSER, TENANTS],
      [UNIT],
    ],
    ['the portal', 'portal/src/main.tsx', ['portal/src/messages.test.ts', BROWSER], [UNIT, KILLS, DESK_KILLS]],
    [
      'the durable write',
      'kit/src/log/log.ts',
      ['services/tickets/src/service.test.ts', KILLS, DESK_KILLS, DESK],
      [UNIT],
    ],
    ['the API that clients read', 'schema/api.graphql', [TENANTS], [UNIT]],
    ['a suite', UNIT, [UNIT], [DESK, TENANTS]],
    ['a page', 'docs/api.md', ['tests/docs/documents.test.ts'], [UNIT, DESK]],
    ['the packages', 'pnpm-lock.yaml', [UNIT, KILLS, BROWSER], []],
  ])('%s', (_what, file, touched, untouched) => {
    const suites = changedSuites(jest, [file]);
    expect(suites).toEqual(expect.arrayContaining(touched));
    expect(suites.filter((suite) => untouched.includes(suite))).toEqual([]);
  });
});

test('a unit suite needs no database, no desk and no browser', () => {
  const suites = unitSuites(jest);
  expect(suites).toContain(UNIT);
  expect(
    suites.filter((suite) =>
      [DESK, BROWSER, KILLS, DESK_KILLS, TENANTS, 'services/tickets/src/service.test.ts'].includes(suite),
    ),
  ).toEqual([]);
});
