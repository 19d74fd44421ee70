import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../continuity.fixture.ts';
import { areEventsSeedable, seedEvents, type DemoIds } from './seed.ts';

const NOW = new Date('2026-11-26T14:00:00.000Z');
const IDS: DemoIds = {
  organizations: new Map(
    ['SME', 'LDC-001', 'LDC-002', 'LDC-003', 'LDC-004'].map((code) => [code, `org_${code.replace('-', '')}`]),
  ),
  people: new Map(['rae', 'root', 'lena', 'omar', 'jonas'].map((login) => [login, `per_${login}`])),
};

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(NOW.toISOString());
  expect(await areEventsSeedable(desk.service)).toBe(true);
  await seedEvents(desk.service, IDS, NOW);
});
afterAll(() => desk.service.stop());

test('the demo tells of an exercise that is over, and of an outage that goes on', async () => {
  const found = await desk.service.store.events.records.collection.find({}, { sort: { number: 1 } }).toArray();
  expect(found.map(({ kind, state, classification }) => [kind, state, classification])).toEqual([
    ['EXERCISE', 'CLOSED', 'BUSINESS_INTERRUPTION_EVENT'],
    ['ACTUAL', 'INITIAL_RESPONSE', 'POTENTIAL_BUSINESS_INTERRUPTION_EVENT'],
  ]);
});

test('told again, on another day, it adds nothing', async () => {
  await desk.service.log.drain();
  const before = await desk.service.log.head();
  await seedEvents(desk.service, IDS, new Date('2026-12-24T14:00:00.000Z'));
  await desk.service.log.drain();
  expect(await desk.service.log.head()).toEqual(before);
  expect(await areEventsSeedable(desk.service)).toBe(true);
});

test('a database with somebody’s events is left alone', async () => {
  const other = await startDesk();
  await other.declare();
  expect(await areEventsSeedable(other.service)).toBe(false);
  await other.service.stop();
});
