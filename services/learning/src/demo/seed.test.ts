import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bert } from '@desk/testkit/people';
import { startDesk, type Desk } from '../learning.fixture.ts';
import { areEnrolmentsSeedable, seedEnrolments, type DemoIds } from './seed.ts';

const NOW = new Date('2026-11-26T14:00:00.000Z');
const IDS: DemoIds = {
  organizations: new Map([['LDC-001', 'org_A']]),
  people: new Map(['lena', 'omar'].map((login) => [login, `per_${login}`])),
};

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(NOW.toISOString());
  expect(await areEnrolmentsSeedable(desk.service, IDS)).toBe(true);
  await seedEnrolments(desk.service, IDS, NOW);
});
afterAll(() => desk.service.stop());

test('the demo tells of somebody who learns, somebody who is done and somebody who failed once', async () => {
  const enrolments = await desk.service.store.enrolments.records.collection.find({}).toArray();
  expect(enrolments.map(({ courseId, status }) => [courseId, status]).sort()).toEqual([
    ['BILLING', 'IN_PROGRESS'],
    ['INTRO', 'COMPLETED'],
    ['INTRO', 'IN_PROGRESS'],
  ]);
  const attempts = await desk.service.store.attempts.records.collection.find({}).toArray();
  expect(attempts.map(({ passed }) => passed).sort()).toEqual([false, true]);
});

test('told again, it adds nothing', async () => {
  await desk.service.log.drain();
  const before = await desk.service.log.head();
  await seedEnrolments(desk.service, IDS, new Date('2026-12-24T14:00:00.000Z'));
  await desk.service.log.drain();
  expect(await desk.service.log.head()).toEqual(before);
  expect(await areEnrolmentsSeedable(desk.service, IDS)).toBe(true);
});

test('a database with somebody’s enrolments is left alone', async () => {
  const other = await startDesk();
  await other.enrol(bert);
  expect(await areEnrolmentsSeedable(other.service, IDS)).toBe(false);
  await other.service.stop();
});
