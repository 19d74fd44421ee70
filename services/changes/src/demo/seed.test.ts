import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../changes.fixture.ts';
import { areChangesSeedable, seedChanges, type DemoIds } from './seed.ts';

const NOW = new Date('2026-11-26T14:00:00.000Z');
const IDS: DemoIds = {
  organizations: new Map(
    ['SME', 'LDC-001', 'LDC-002', 'LDC-003', 'LDC-004'].map((code) => [code, `org_${code.replace('-', '')}`]),
  ),
  people: new Map(['cleo', 'lena', 'bo', 'jonas', 'marc', 'omar'].map((login) => [login, `per_${login}`])),
  staff: new Set(['cleo']),
};

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(NOW.toISOString());
  expect(await areChangesSeedable(desk.service)).toBe(true);
  await seedChanges(desk.service, IDS, NOW);
});
afterAll(() => desk.service.stop());

test('the demo tells of twelve changes, in every state that the slice reaches at rest', async () => {
  const found = await desk.service.store.changes.records.collection.find({}, { sort: { number: 1 } }).toArray();
  expect(found).toHaveLength(12);
  expect(new Set(found.map(({ state }) => state))).toEqual(
    new Set(['PROPOSED', 'DECLINED', 'DRAFT', 'ASSESS', 'AUTHORIZE', 'SCHEDULED', 'CLOSED', 'CANCELLED']),
  );
  expect(found.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});

test('told again, on another day, it adds nothing; and it goes into no other desk’s database', async () => {
  await desk.service.log.drain();
  const before = await desk.service.log.head();
  await seedChanges(desk.service, IDS, new Date('2026-12-24T14:00:00.000Z'));
  await desk.service.log.drain();
  expect(await desk.service.log.head()).toEqual(before);
  expect(await areChangesSeedable(desk.service)).toBe(true);
});

test('a database with somebody’s changes is left alone', async () => {
  const other = await startDesk();
  await other.propose();
  expect(await areChangesSeedable(other.service)).toBe(false);
  await other.service.stop();
});
