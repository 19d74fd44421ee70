import { pageRequest } from '@desk/kit/api/page';
import { findHistory } from '@desk/kit/log/history';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../tickets.fixture.ts';
import type { Incident } from '../incident/incident.ts';
import { seedIncidents, type DemoIds } from './seed.ts';
import { seedServiceRequests } from './service-requests.ts';

/** Ids as the directory's demo data give them: whatever name is asked for is known. */
class Known extends Map<string, string> {
  override get(name: string): string {
    return `id_${name}`;
  }
}

const STAFF = ['sam', 'mei', 'dev', 'elise', 'tom'];
const ids: DemoIds = { organizations: new Known(), people: new Known(), staff: new Set(STAFF) };

let desk: Desk;
let incidents: Incident[];

beforeAll(async () => {
  desk = await startDesk('2026-06-29T14:00:00Z');
  await seedIncidents(desk.service, ids, desk.ground.time.now());
  incidents = (await desk.service.store.incidents.list('ALL', { filter: {}, order: null }, pageRequest({ first: 100 })))
    .rows;
});
afterAll(() => desk.service.stop());

test('the history of each demo incident is in the order in which things happened', async () => {
  expect(incidents.length).toBeGreaterThan(10);
  for (const incident of incidents) {
    const { log, asked } = await desk.service.store.incidents.history(incident._id, true);
    const { rows } = await findHistory(log, asked, pageRequest({ first: 100 }));
    const instants = rows.map(({ at }) => at.toISOString());
    expect({ title: incident.title, instants }).toEqual({ title: incident.title, instants: instants.toSorted() });
  }
});

test('each demo incident acts by itself from then on, where something is due', () => {
  const due = incidents.filter(({ dueAt, breached }) => dueAt !== null && !breached);
  expect(due.length).toBeGreaterThan(0);
  expect(due.filter(({ nextFireAt }) => nextFireAt === null)).toEqual([]);
});

test('a comment is the SME’s where its author is one of its people, not where somebody else than the requester wrote it', async () => {
  const comments = (
    await Promise.all(
      incidents.map(({ _id }) => desk.service.store.incidents.comments.list(_id, pageRequest({ first: 100 }))),
    )
  ).flatMap(({ rows }) => rows);
  const wrong = comments.filter(
    ({ author, fromStaff }) => fromStaff !== STAFF.some((login) => author.id === `id_${login}`),
  );
  expect(wrong).toEqual([]);
  const colleagues = comments.filter(({ subject, author, fromStaff }) => {
    const requester = incidents.find(({ _id }) => _id === subject.id)?.requester;
    return !fromStaff && author.id !== requester?.id;
  });
  expect(colleagues).not.toEqual([]);
});

test('a comment that an act carries is written once', async () => {
  for (const { _id } of incidents) {
    const { rows } = await desk.service.store.incidents.comments.list(_id, pageRequest({ first: 100 }));
    const said = rows.map(({ text }) => text);
    expect(said).toEqual([...new Set(said)]);
  }
});

test('told again, the stories add nothing', async () => {
  await desk.service.log.drain();
  const before = await desk.service.log.head();
  await seedIncidents(desk.service, ids, desk.ground.time.now());
  await desk.service.log.drain();
  expect(await desk.service.log.head()).toBe(before);
});

test('the demo tells of five service requests, once, in the states that the slice reaches at rest', async () => {
  const now = desk.ground.time.now();
  await seedServiceRequests(desk.service, ids, now);
  await seedServiceRequests(desk.service, ids, now);
  const found = await desk.service.store.requests.records.collection.find({}, { sort: { number: 1 } }).toArray();
  expect(found.map(({ state }) => state).sort()).toEqual([
    'AWAITING_APPROVAL',
    'CANCELLED',
    'CLOSED',
    'IN_FULFILMENT',
    'PENDING_CUSTOMER',
  ]);
});
