import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../notifications.fixture.ts';
import { areSignUpsSeedable, seedSignUps, type DemoIds } from './seed.ts';

const NOW = new Date('2026-06-29T14:00:00.000Z');
const IDS: DemoIds = {
  organizations: new Map(['LDC-001', 'LDC-002', 'SME'].map((code) => [code, `org_${code.replace('-', '')}`])),
  people: new Map(['lena', 'omar', 'sam', 'cleo', 'priya'].map((login) => [login, `per_${login}`])),
};

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
  expect(await areSignUpsSeedable(desk.service)).toBe(true);
  await seedSignUps(desk.service, IDS, NOW);
});
afterAll(() => desk.service.stop());

test('the demo’s people are signed up, and told again it adds nothing', async () => {
  const { collection } = desk.service.store.signUps.records;
  const before = await collection.countDocuments();
  expect(before).toBeGreaterThan(3);
  await seedSignUps(desk.service, IDS, NOW);
  expect(await collection.countDocuments()).toBe(before);
  expect(await areSignUpsSeedable(desk.service)).toBe(true);
});

test('a database with somebody’s sign-ups is left alone', async () => {
  const other = await startDesk();
  await other.act('createSignUp', { filter: { recordType: ['CHANGE'] } });
  expect(await areSignUpsSeedable(other.service)).toBe(false);
  await other.service.stop();
});
