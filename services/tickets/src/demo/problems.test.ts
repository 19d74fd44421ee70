import { pageRequest } from '@desk/kit/api/page';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../tickets.fixture.ts';
import { areProblemsSeedable, seedProblems } from './problems.ts';
import { seedIncidents, type DemoIds } from './seed.ts';

/** Ids as the directory's demo data give them: whatever name is asked for is known. */
class Known extends Map<string, string> {
  override get(name: string): string {
    return `id_${name}`;
  }
}

const ids: DemoIds = { organizations: new Known(), people: new Known(), staff: new Set(['sam']) };
const NOW = new Date('2026-06-29T14:00:00Z');
const ALL = pageRequest({ first: 100 });

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(NOW.toISOString());
  expect(await areProblemsSeedable(desk.service)).toBe(true);
  await seedIncidents(desk.service, ids, NOW);
  await seedProblems(desk.service, ids, NOW);
});
afterAll(() => desk.service.stop());

test('the demo tells of problems and known errors in every state that they rest in', async () => {
  const { problems, knownErrors } = desk.service.store;
  const told = (await problems.list('ALL', { filter: {}, inside: true, order: null }, ALL)).rows;
  expect(new Set(told.map(({ state }) => state))).toEqual(
    new Set(['NEW', 'INVESTIGATING', 'KNOWN_ERROR', 'FIX_IN_PROGRESS', 'RESOLVED', 'CLOSED', 'CANCELLED']),
  );
  const known = (await knownErrors.list('ALL', { filter: {}, order: null }, ALL)).rows;
  expect(new Set(known.map(({ state }) => state))).toEqual(new Set(['DRAFT', 'PUBLISHED', 'RETIRED']));
});

test('the incidents of a problem are linked to it, and the one that waits names its number', async () => {
  const { problems, incidents } = desk.service.store;
  const problem = await problems.find('ALL', 'PRB-000005');
  const { rows } = await incidents.listCausedBy('ALL', problem?._id ?? '', ALL);
  expect(rows.map(({ hold }) => hold?.waitsFor)).toEqual(['PRB-000005']);
});

test('told again, on another day, it adds nothing', async () => {
  await desk.service.log.drain();
  const before = await desk.service.log.head();
  await seedProblems(desk.service, ids, new Date('2026-07-24T14:00:00.000Z'));
  await desk.service.log.drain();
  expect(await desk.service.log.head()).toEqual(before);
  expect(await areProblemsSeedable(desk.service)).toBe(true);
});
