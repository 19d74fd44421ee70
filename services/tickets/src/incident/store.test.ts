import { PAGE_MAX, pageRequest } from '@desk/kit/api/page';
import { openFoundation, type Foundation } from '@desk/kit/service/service';
import type { Reach } from '@desk/kit/api/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testGround } from '@desk/testkit/test-ground';
import { LDC_A, LDC_B } from '@desk/testkit/people';
import {
  Impact,
  IncidentOrderField,
  SortDirection,
  Urgency,
  type IncidentFilter,
  type IncidentOrder,
} from '../generated/api.ts';
import { cancelIncident } from './acts.ts';
import { deskAct } from './due.ts';
import type { Incident } from './incident.ts';
import { openIncident } from './opening.ts';
import { loadReferenceData } from '../sla/port.ts';
import { slaOver } from '../sla/sla.ts';
import { openIncidentStore, type IncidentStore } from './store.ts';

const NOON = Date.UTC(2026, 5, 29, 16);
const MINUTE_MS = 60_000;
const HALF = PAGE_MAX / 2;

const sla = slaOver(loadReferenceData());

let foundation: Foundation;
let store: IncidentStore;
let stored: Incident[];

/** A hundred incidents of each of two distributors, of every priority; each third one is withdrawn, so that it has no due instant. */
beforeAll(async () => {
  const ground = await testGround('2026-06-29T16:00:00Z');
  foundation = await openFoundation({ service: 'tickets', config: ground.config, deps: ground.deps('tickets') });
  store = await openIncidentStore(foundation);
  for (const organizationId of [LDC_A, LDC_B]) {
    const numbered = Array.from({ length: PAGE_MAX }, (_, n) => made(organizationId, n));
    await store.records.createMany(numbered, { numbered: true });
  }
  stored = (await store.byIds('ALL', await ids('ALL', { field: 'CREATED_AT', direction: 'ASC' }))).sort(byId);
  expect(stored).toHaveLength(2 * PAGE_MAX);
});
afterAll(() => foundation.close());

const CASES = Object.values(IncidentOrderField).flatMap((field) =>
  Object.values(SortDirection).map((direction) => [field, direction] as const),
);

describe.each(CASES)('the order %s, %s', (field, direction) => {
  test('holds every incident once, those without a value last, and ties by id', async () => {
    const up = direction === 'ASC' ? 1 : -1;
    const expected = stored.toSorted((a, b) => {
      const [left, right] = [valueOf(a, field), valueOf(b, field)];
      if (left === right) return up * byId(a, b);
      if (left === null || right === null) return left === null ? 1 : -1;
      return left < right ? -up : up;
    });
    expect(await ids('ALL', { field, direction })).toEqual(expected.map(({ _id }) => _id));
  });

  test.each<[string, Reach, IncidentFilter]>([
    ['of all', 'ALL', {}],
    ['of all open', 'ALL', { open: true }],
    ['of one distributor’s', [LDC_A], {}],
    ['of an agent’s distributors’', [LDC_A, LDC_B], {}],
  ])(
    'is walked along an index, %s incidents: nothing is read through, nothing sorted',
    async (_whose, reach, filter) => {
      const order = { field, direction };
      const start = await list(reach, order, { first: HALF }, filter);
      const end = await list(reach, order, { last: HALF }, filter);
      const pages = [
        { first: 10 },
        { first: 10, after: start.cursorOf(start.rows.at(-1) as Incident) },
        { last: 10, before: end.cursorOf(end.rows[0] as Incident) },
      ];
      for (const page of pages) {
        const stages = await stagesOf(() => list(reach, order, page, filter));
        expect(stages).toContain('IXSCAN');
        expect(stages).not.toContain('COLLSCAN');
        expect(stages).not.toContain('SORT');
      }
    },
  );
});

test('what changed since an instant is found by its instant: nothing older is read', async () => {
  const updatedFrom = new Date(NOON - 2 * MINUTE_MS);
  const changed = stored.filter(({ updatedAt }) => updatedAt >= updatedFrom);
  const asked = await queriesOf(() =>
    list('ALL', { field: 'UPDATED_AT', direction: 'ASC' }, { first: PAGE_MAX }, { updatedFrom }),
  );
  const [plan] = await Promise.all(
    asked.map(({ filter, options: { sort, limit } }) =>
      store.records.collection.find(filter, { sort, limit }).explain('executionStats'),
    ),
  );
  const { totalDocsExamined } = (plan as { executionStats: { totalDocsExamined: number } }).executionStats;
  expect([changed.length > 0, totalDocsExamined]).toEqual([true, changed.length]);
});

function made(organizationId: string, n: number) {
  const act = deskAct(new Date(NOON - (n % 60) * MINUTE_MS), sla);
  const levels = Object.values(Impact);
  const opened = openIncident(
    { id: `inc_${organizationId}_${String((n * 37) % PAGE_MAX).padStart(3, '0')}`, organizationId, source: 'API' },
    {
      title: 'Reads are missing',
      description: 'Since 06:00.',
      serviceId: 'VEE',
      environment: 'QA', // No contacts are asked for.
      impact: levels[n % 3] ?? 'LOW',
      urgency: Object.values(Urgency)[(n >> 2) % 3] ?? 'LOW',
    },
    act,
  );
  if (n % 3) return opened;
  const { record, events } = cancelIncident(opened.record, { reason: 'A test.' }, act);
  return { record, events: [...opened.events, ...events] as const };
}

function list(reach: Reach, order: IncidentOrder, page: object, filter: IncidentFilter = {}) {
  return store.list(reach, { filter, order }, pageRequest(page));
}

/** The ids of the whole list, page by page. */
async function ids(reach: Reach, order: IncidentOrder): Promise<string[]> {
  const found: string[] = [];
  for (let page: object = { first: HALF }, pages = 0; pages < 10; pages++) {
    const { rows, hasNextPage, cursorOf } = await list(reach, order, page);
    found.push(...rows.map(({ _id }) => _id));
    const last = rows.at(-1);
    if (!hasNextPage || !last) return found;
    page = { first: HALF, after: cursorOf(last) };
  }
  throw new Error('The list does not end.');
}

function valueOf(incident: Incident, field: IncidentOrderField): number | string | null {
  const values = {
    CREATED_AT: incident.createdAt.getTime(),
    UPDATED_AT: incident.updatedAt.getTime(),
    DUE_AT: incident.dueAt?.getTime() ?? null,
    PRIORITY: incident.priority,
    NUMBER: incident.number,
  };
  return values[field];
}

function byId(a: Incident, b: Incident): number {
  return a._id < b._id ? -1 : 1;
}

interface Query {
  filter: object;
  options: { sort: Record<string, 1 | -1>; limit: number };
}

/** The queries that `act` sends to the database. */
async function queriesOf(act: () => Promise<unknown>): Promise<Query[]> {
  const asked: Query[] = [];
  foundation.connection.set('debug', (_collection: string, method: string, filter: object, options: never) => {
    if (method === 'find') asked.push({ filter, options });
  });
  await act();
  foundation.connection.set('debug', false);
  return asked;
}

/** Every stage of the plans that the database chooses for the queries of `act`. */
async function stagesOf(act: () => Promise<unknown>): Promise<string[]> {
  const asked = await queriesOf(act);
  const plans = await Promise.all(
    asked.map(({ filter, options: { sort, limit } }) =>
      store.records.collection.find(filter, { sort, limit }).explain('queryPlanner'),
    ),
  );
  return plans.flatMap((plan) =>
    stagesIn((plan as { queryPlanner: { winningPlan: object } }).queryPlanner.winningPlan),
  );
}

function stagesIn(plan: object): string[] {
  return Object.entries(plan).flatMap(([name, value]) => {
    if (name === 'stage') return [String(value)];
    return typeof value === 'object' && value !== null ? stagesIn(value as object) : [];
  });
}
