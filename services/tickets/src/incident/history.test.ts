import { BATCH_MAX } from '@desk/kit/write/creation';
import { cursorTo, listName, pageRequest, type Page, type PageArguments } from '@desk/kit/api/page';
import { findHistory, type HistoryEvent } from '@desk/kit/log/history';
import { openFoundation, type Foundation } from '@desk/kit/service/service';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { LDC_A } from '@desk/testkit/people';
import { REPORT } from '../tickets.fixture.ts';
import type { Environment, Impact, Urgency } from '../generated/api.ts';
import { reclassifyIncident } from './acts.ts';
import { deskAct, fireIncident } from './due.ts';
import { writeComment, writeNote } from './event.ts';
import { openIncident } from './opening.ts';
import type { Incident } from './incident.ts';
import { loadReferenceData } from '../sla/port.ts';
import { slaOver } from '../sla/sla.ts';
import { openIncidentStore, type IncidentStore } from './store.ts';

const MONDAY_10 = '2026-06-29T14:00:00Z';

const sla = slaOver(loadReferenceData());
let ground: TestGround;
let foundation: Foundation;
let store: IncidentStore;
let incident: Incident;
let count = 0;

/** A store without a relay: events wait in the outboxes until a test copies them into the log. */
beforeAll(async () => {
  ground = await testGround(MONDAY_10);
  foundation = await openFoundation({ service: 'tickets', config: ground.config, deps: ground.deps('tickets') });
  store = await openIncidentStore(foundation);
});
afterAll(() => foundation.close());
beforeEach(async () => {
  ground.time.set(MONDAY_10);
  const made = { id: `inc_${++count}`, organizationId: LDC_A, source: 'PORTAL' } as const;
  const { record, events } = openIncident(
    made,
    {
      ...REPORT,
      environment: REPORT.environment as Environment,
      impact: REPORT.impact as Impact,
      urgency: REPORT.urgency as Urgency,
    },
    act(),
  );
  incident = (await store.records.create(record, events, { numbered: true })).record;
});

describe('the history of an incident', () => {
  test('does not end: behind a thousand and one hundred comments the latest are shown, and every one once', async () => {
    await written(1_101);
    await logged();
    expect(told(await page({ last: 3 }))).toEqual(['COMMENTED 1098', 'COMMENTED 1099', 'COMMENTED 1100']);
    const forward = await walk('forward', 100);
    expect(forward).toEqual(['CREATED', ...Array.from({ length: 1_101 }, (_, n) => `COMMENTED ${n}`)]);
    expect(await walk('backward', 100)).toEqual(forward);
  });

  test('of a distributor is as long as that of staff, whatever is noted in between', async () => {
    await written(1, 'first ');
    await noted(1_050);
    await logged();
    await written(1, 'last ');
    await logged();
    const asDistributor = await page({ first: 10 }, false);
    expect(told(asDistributor)).toEqual(['CREATED', 'COMMENTED first 0', 'COMMENTED last 0']);
    expect([asDistributor.hasNextPage, asDistributor.hasPreviousPage]).toEqual([false, false]);
    expect(told(await page({ last: 1 }, true))).toEqual(['COMMENTED last 0']);
  });

  test('stands in the order of the log: a warning that is announced late repeats nothing and hides nothing', async () => {
    await written(4);
    await logged();
    const start = await page({ first: 2 });
    ground.time.set('2026-06-30T20:00:00Z');
    await reclassified();
    await logged();
    await store.records.change(incident._id, { reach: 'ALL' }, (each) => fireIncident(each, act()));
    await logged();
    const next = await page({ first: 9, after: cursorAt(start, 1) });
    expect([...told(start), ...told(next)]).toEqual([
      'CREATED',
      ...[0, 1, 2, 3].map((n) => `COMMENTED ${n}`),
      'RECLASSIFIED',
      'CLOCK_WARNED',
    ]);
    const [reclassification, warning] = next.rows.slice(-2);
    expect(warning?.at.getTime()).toBeLessThan(reclassification?.at.getTime() ?? 0);
  });

  test('costs what its page holds, however long it is', async () => {
    await written(300);
    await logged();
    const { entries } = foundation.log;
    const reads = jest.spyOn(entries, 'find');
    await page({ last: 3 }, false);
    const asked = [...reads.mock.calls];
    reads.mockRestore();
    const plans = await Promise.all(asked.map((call) => entries.find(...call).explain('executionStats')));
    const examined = plans.map((plan) => (plan as Examined).executionStats.totalDocsExamined);
    expect(examined).toEqual([3 + 1]);
  });
});

interface Examined {
  executionStats: { totalDocsExamined: number };
}

describe('what is not in the log yet', () => {
  test('stands at the end of the history, so that people read what they just wrote', async () => {
    await written(2, 'logged ');
    await logged();
    await reclassified();
    await written(1, 'waiting ');
    const whole = ['CREATED', 'COMMENTED logged 0', 'COMMENTED logged 1', 'RECLASSIFIED', 'COMMENTED waiting 0'];
    expect(told(await page({ first: 9 }))).toEqual(whole);
    for (const size of [1, 2, 3, 4]) {
      expect(await walk('forward', size)).toEqual(whole);
      expect(await walk('backward', size)).toEqual(whole);
    }
  });

  test('is hidden from readers who may not see it', async () => {
    await noted(1);
    expect(told(await page({ last: 9 }, false))).toEqual(['CREATED']);
    expect(told(await page({ last: 9 }, true))).toEqual(['CREATED', 'NOTED 0']);
  });

  test('keeps its place when it comes into the log between two pages', async () => {
    await written(3);
    const start = await page({ first: 2 });
    const end = await page({ last: 2 });
    await logged();
    await written(1, 'later ');
    expect(told(await page({ first: 9, after: cursorAt(start, 1) }))).toEqual([
      'COMMENTED 1',
      'COMMENTED 2',
      'COMMENTED later 0',
    ]);
    expect(told(await page({ last: 9, before: cursorAt(end, 0) }))).toEqual(['CREATED', 'COMMENTED 0']);
  });

  test('is shown once while the log takes it in', async () => {
    await written(2);
    // As a process leaves it that ended between the copying and the trimming.
    const { entries } = foundation.log;
    await logged();
    const [copied] = await entries.find({ aggregate: `com_${incident._id}_0` }).toArray();
    const outbox = [{ ...copied, writer: 'another', order: 1 }];
    await store.comments.records.collection.updateOne({ _id: `com_${incident._id}_0` }, {
      $set: { dirty: true, outbox },
    } as never);
    expect(await walk('forward', 2)).toEqual(['CREATED', 'COMMENTED 0', 'COMMENTED 1']);
    await logged();
  });
});

test.each([
  ['a list of another kind', () => cursorTo('#', [1])],
  ['another incident’s history', () => cursorTo(listName('log', 'inc_none'), [1])],
  ['a position that is none', () => cursorTo(listName('log', incident._id), [-1])],
  ['an event of another incident', () => cursorTo(listName('log', incident._id), ['inc_none', 1])],
  ['an event that never was', () => cursorTo(listName('log', incident._id), ['com_none', 1])],
])('a cursor of %s is bad input', async (_what, cursorNow) => {
  const after = cursorNow();
  await expect(page({ first: 1, after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

function act() {
  return deskAct(ground.time.now(), sla);
}

async function written(many: number, words = ''): Promise<void> {
  const decisions = Array.from({ length: many }, (_, n) =>
    writeComment(
      incident,
      { id: `com_${incident._id}_${words}${n}`, text: `${words}${n}`, fromStaff: true, carried: true },
      act(),
    ),
  );
  for (let start = 0; start < many; start += BATCH_MAX)
    await store.comments.records.createMany(decisions.slice(start, start + BATCH_MAX));
}

async function noted(many: number): Promise<void> {
  const decisions = Array.from({ length: many }, (_, n) =>
    writeNote(incident, { id: `note_${incident._id}_${n}`, text: String(n) }, act()),
  );
  for (let start = 0; start < many; start += BATCH_MAX)
    await store.notes.records.createMany(decisions.slice(start, start + BATCH_MAX));
}

async function reclassified(): Promise<void> {
  await store.records.change(incident._id, { reach: 'ALL' }, (each) =>
    reclassifyIncident(each, { serviceId: 'BILLING' }, act()),
  );
}

async function logged(): Promise<void> {
  for (let copied = -1; copied !== 0;) copied = await foundation.log.drain();
}

async function page(args: PageArguments, staff = true): Promise<Page<HistoryEvent>> {
  const { log, asked } = await store.history(incident._id, staff);
  return findHistory(log, asked, pageRequest(args));
}

/** Kinds of the entries, with the words of people. */
function told({ rows }: Page<HistoryEvent>): string[] {
  return rows.map(({ data, personal }) => [data['kind'], personal?.value['text']].filter(Boolean).join(' '));
}

function cursorAt(found: Page<HistoryEvent>, place: number): string {
  return found.cursorOf(found.rows[place] as HistoryEvent);
}

/** The whole history, page by page from one end to the other. */
async function walk(way: 'forward' | 'backward', size: number): Promise<string[]> {
  const visited: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 100; pages++) {
    const forward = way === 'forward';
    const found: Page<HistoryEvent> = await page(
      forward ? { first: size, after: cursor } : { last: size, before: cursor },
    );
    visited.splice(forward ? visited.length : 0, 0, ...told(found));
    if (!(forward ? found.hasNextPage : found.hasPreviousPage)) return visited;
    cursor = cursorAt(found, forward ? found.rows.length - 1 : 0);
  }
  throw new Error('The history does not end.');
}
