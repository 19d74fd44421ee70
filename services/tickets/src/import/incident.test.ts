import { OUTBOX_MAX } from '@desk/kit/write/record';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { elapsedMs, stateOf } from '@desk/kit/time/clock';
import { HOUR_MS, toronto } from '@desk/kit/time/clock.fixture';
import {
  Impact,
  IncidentHoldReason,
  IncidentState,
  Priority,
  Urgency,
  type IncidentClockKind,
} from '../generated/api.ts';
import { fireIncident } from '../incident/due.ts';
import { importIncident } from './incident.ts';
import { ImportRefused, type SourceRow } from './source.ts';
import { OPEN_STATES, type Incident } from '../incident/incident.ts';
import { IMPORTED_AT, SOURCE, buildRow, buildRows } from './import.fixture.ts';
import { loadReferenceData } from '../sla/port.ts';
import { slaOver, type IncidentClock } from '../sla/sla.ts';

const sla = slaOver(loadReferenceData());

function taken(...rows: Partial<SourceRow>[]) {
  return importIncident(buildRows(...rows), SOURCE, { sla, importedAt: IMPORTED_AT });
}

function record(...rows: Partial<SourceRow>[]): Incident {
  return taken(...rows).record;
}

/** Kinds and Toronto times of the history, without warnings and breaches. */
function history(...rows: Partial<SourceRow>[]): string[] {
  return taken(...rows)
    .events.filter(({ data }) => !('clock' in data))
    .map(({ at, data }) => `${data.kind} ${at.toISOString().slice(5, 16)}`);
}

function clockOf(incident: Incident, kind: IncidentClockKind): IncidentClock {
  const clock = incident.clocks.find((each) => each.kind === kind);
  if (!clock) throw new Error(`there is no ${kind}`);
  return clock;
}

function ledger(incident: Incident, kind: IncidentClockKind): string[] {
  return clockOf(incident, kind).intervals.map(
    ({ from, state, cause }) => `${state} ${cause} ${from.toISOString().slice(5, 16)}`,
  );
}

const opened = {
  openedAt: toronto('2016-02-29T09:00'),
  updatedAt: toronto('2016-02-29T09:05'),
} satisfies Partial<SourceRow>;
const active = { state: 'IN_PROGRESS', updatedAt: toronto('2016-02-29T10:00') } satisfies Partial<SourceRow>;
const waiting = {
  state: 'ON_HOLD',
  holdReason: 'CUSTOMER',
  updatedAt: toronto('2016-02-29T11:00'),
} satisfies Partial<SourceRow>;
const again = { state: 'IN_PROGRESS', updatedAt: toronto('2016-02-29T14:00') } satisfies Partial<SourceRow>;
const resolved = { state: 'RESOLVED', updatedAt: toronto('2016-02-29T16:00') } satisfies Partial<SourceRow>;
const reopened = { state: 'IN_PROGRESS', updatedAt: toronto('2016-03-01T10:00') } satisfies Partial<SourceRow>;
const resolvedAgain = { state: 'RESOLVED', updatedAt: toronto('2016-03-01T12:00') } satisfies Partial<SourceRow>;
const closed = { state: 'CLOSED', updatedAt: toronto('2016-03-06T12:00') } satisfies Partial<SourceRow>;

describe('the record of an imported incident', () => {
  test('has the state of its last row', () => {
    expect(record(opened, active, resolved, closed).state).toBe('CLOSED');
  });

  test('keeps the instants of the source', () => {
    const { createdAt, updatedAt, resolvedAt, closedAt } = record(opened, active, resolved, closed);
    expect([createdAt, updatedAt, resolvedAt, closedAt]).toEqual([
      opened.openedAt,
      closed.updatedAt,
      resolved.updatedAt,
      closed.updatedAt,
    ]);
  });

  test("keeps the source's own instant of resolution, when it lies between resolving and the last row", () => {
    const resolvedAt = toronto('2016-02-29T18:00');
    expect(record(opened, resolved, { ...closed, resolvedAt }).resolvedAt).toEqual(resolvedAt);
  });

  test('takes the row for the instant of resolution, when the source names one that cannot be', () => {
    const resolvedAt = toronto('2016-02-28T18:00');
    expect(record(opened, resolved, { ...closed, resolvedAt }).resolvedAt).toEqual(resolved.updatedAt);
  });

  test("keeps the source's own instant of closing, unless that lies before the resolution", () => {
    const closings = ['2016-03-04T12:00', '2016-02-28T12:00'].map(toronto);
    expect(closings.map((closedAt) => record(opened, resolved, { ...closed, closedAt }).closedAt)).toEqual([
      closings[0],
      closed.updatedAt,
    ]);
  });

  test('has the same id in every run, and another for another number or source', () => {
    const id = (number: string, name: string) =>
      importIncident([buildRow({ number })], { ...SOURCE, name }, { sla, importedAt: new Date() }).record._id;
    expect(new Set([id('1', 'A'), id('1', 'A'), id('2', 'A'), id('1', 'B')]).size).toBe(3);
  });

  test('says where it came from', () => {
    expect(record({ ...opened, number: '0000045' })).toMatchObject({ source: 'IMPORT', externalNumber: '0000045' });
  });

  test('computes its priority from impact and urgency', () => {
    expect(record({ ...opened, impact: 'HIGH', urgency: 'MEDIUM' })).toMatchObject({
      priority: 'P2',
      priorityOverride: null,
    });
  });

  test("keeps the source's priority as set by hand, when it is another one", () => {
    expect(record({ ...opened, impact: 'HIGH', urgency: 'MEDIUM', priority: 'P4' })).toMatchObject({
      priority: 'P4',
      priorityOverride: { computed: 'P2' },
    });
  });

  test("has the source's last counts", () => {
    const counts = { reassignmentCount: 7, reopenCount: 2 };
    expect(record(opened, { ...active, ...counts })).toMatchObject(counts);
  });

  test('counts reassignments and reopenings itself, when the source does not', () => {
    const groups = [{ ...opened, assignmentGroupId: 'A' }, { ...active, assignmentGroupId: 'B' }, resolved, reopened];
    expect(record(...groups)).toMatchObject({ reassignmentCount: 1, reopenCount: 1 });
  });

  test('goes by the order that the source gives, not by the order of the file', () => {
    const rows = buildRows(opened, active, resolved, closed).toReversed();
    expect(importIncident(rows, SOURCE, { sla, importedAt: IMPORTED_AT })).toEqual(
      taken(opened, active, resolved, closed),
    );
  });

  test('keeps what an earlier row said where a later one does not know', () => {
    const known = { impact: 'HIGH', serviceId: 'VEE', assignmentGroupId: 'G', organizationId: 'org_B' } as const;
    expect(record({ ...opened, ...known }, { ...active, impact: null })).toMatchObject(known);
  });

  test('assumes what no row says', () => {
    const unknown = { impact: null, urgency: null, organizationId: null, serviceId: null };
    expect(record({ ...opened, ...unknown })).toMatchObject({ ...SOURCE.assumed, organizationId: 'org_A' });
  });

  test('that was closed without being resolved is resolved at that instant', () => {
    expect(record(opened, closed)).toMatchObject({ state: 'CLOSED', resolvedAt: closed.updatedAt });
  });

  test('that is closed never acts by itself', () => {
    const { nextFireAt, dueAt } = record(opened, active, resolved, closed);
    expect([nextFireAt, dueAt]).toEqual([null, null]);
  });

  test('that is resolved can be reopened for a whole window from the import', () => {
    const { closesAt, nextFireAt } = record(opened, resolved);
    expect([closesAt, nextFireAt]).toEqual([sla.closesAt(IMPORTED_AT), sla.closesAt(IMPORTED_AT)]);
  });

  test('that waits for a vendor says for which reference', () => {
    const hold = { state: 'ON_HOLD', holdReason: 'VENDOR', vendorReference: 'V-7' } as const;
    expect(record(opened, { ...waiting, ...hold }).hold).toMatchObject({ reason: 'VENDOR', vendorReference: 'V-7' });
  });
});

describe('the clocks of an imported incident', () => {
  test('begin when it was opened in the source', () => {
    expect(
      record(opened, active)
        .clocks.slice(0, 2)
        .map(({ startedAt }) => startedAt),
    ).toEqual([opened.openedAt, opened.openedAt]);
  });

  test('stop the response when work began', () => {
    expect(ledger(record(opened, active), 'RESPONSE')).toEqual([
      'RUN CREATED 02-29T14:00',
      'STOP ANSWERED 02-29T15:00',
    ]);
  });

  test('do not count the time that waited for the customer', () => {
    const incident = record(opened, active, waiting, again, resolved, closed);
    expect(ledger(incident, 'RESOLUTION')).toEqual([
      'RUN CREATED 02-29T14:00',
      'PAUSE CUSTOMER 02-29T16:00',
      'RUN RESUMED 02-29T19:00',
      'STOP RESOLVED 02-29T21:00',
    ]);
  });

  test('count four hours of work around three hours of waiting', () => {
    const clock = clockOf(record(opened, active, waiting, again, resolved, closed), 'RESOLUTION');
    expect(elapsedMs(clock, sla.calendarOf(clock), IMPORTED_AT)).toBe(4 * HOUR_MS);
  });

  test('count the time that waited for a vendor', () => {
    const clock = clockOf(record(opened, { ...waiting, holdReason: 'VENDOR' }, again, resolved), 'RESOLUTION');
    expect(elapsedMs(clock, sla.calendarOf(clock), IMPORTED_AT)).toBe(7 * HOUR_MS);
  });

  test('go on with what was left after a reopening', () => {
    const clock = clockOf(record(opened, active, resolved, reopened, resolvedAgain, closed), 'RESOLUTION');
    // 09:00 to 16:00 on Monday, 10:00 to 12:00 on Tuesday.
    expect(elapsedMs(clock, sla.calendarOf(clock), IMPORTED_AT)).toBe(9 * HOUR_MS);
  });

  test('move to the target of a new priority', () => {
    const grave = { impact: 'HIGH', urgency: 'HIGH' } as const;
    const clock = clockOf(record(opened, { ...active, ...grave }, { ...resolved, ...grave }), 'RESOLUTION');
    expect([clock.budgetMs, clock.outcome]).toEqual([4 * HOUR_MS, 'BREACHED']);
  });

  test('are met or breached by our targets, whatever the source says', () => {
    const late = { ...resolved, updatedAt: toronto('2016-03-04T16:00') };
    expect(clockOf(record(opened, active, late), 'RESOLUTION').outcome).toBe('BREACHED');
  });

  test('of an incident that is still open run on', () => {
    const clock = clockOf(record({ ...opened, openedAt: toronto('2026-06-29T09:30') }), 'RESOLUTION');
    expect([stateOf(clock), clock.dueAt]).toEqual(['RUN', toronto('2026-07-03T09:30')]); // 1 July is a holiday.
  });

  test('of an incident that is still open promise the next update from the import on', () => {
    const grave = { impact: 'HIGH', urgency: 'HIGH' } as const;
    const clock = clockOf(record({ ...opened, ...grave }, { ...active, ...grave }), 'UPDATE');
    expect(clock.startedAt).toEqual(IMPORTED_AT);
  });

  test('of an incident that nobody has answered yet promise no update', () => {
    const kinds = record({ ...opened, impact: 'HIGH', urgency: 'HIGH' }).clocks.map(({ kind }) => kind);
    expect(kinds).toEqual(['RESPONSE', 'RESOLUTION']);
  });

  test('of an incident that waits for the customer promise no update', () => {
    const grave = { impact: 'HIGH', urgency: 'HIGH' } as const;
    const kinds = record({ ...opened, ...grave }, { ...waiting, ...grave }).clocks.map(({ kind }) => kind);
    expect(kinds).toEqual(['RESPONSE', 'RESOLUTION']);
  });

  test('of a cancelled incident do not count', () => {
    const cancelled = record(opened, { state: 'CANCELLED', updatedAt: toronto('2016-02-29T09:30') });
    expect(cancelled.clocks.map(({ outcome }) => outcome)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('announce nothing later that fell due before the import', () => {
    expect(fireIncident(record(opened, active), { at: IMPORTED_AT, sla })).toBeNull();
  });

  test('of an open incident wake it for what falls due after the import', () => {
    const incident = record({ ...opened, openedAt: toronto('2026-06-29T09:30') });
    expect(fireIncident(incident, { at: incident.nextFireAt ?? IMPORTED_AT, sla })?.events[0].data).toMatchObject({
      kind: 'CLOCK_WARNED',
      percent: 50,
    });
  });
});

describe('an incident of a list, which has one row', () => {
  const row = {
    ...opened,
    state: 'CLOSED',
    resolvedAt: resolved.updatedAt,
    closedAt: closed.updatedAt,
    updatedAt: toronto('2016-03-20T12:00'), // Somebody touched it later.
  } satisfies Partial<SourceRow>;

  test('is resolved and closed when the row says', () => {
    expect(history(row)).toEqual(['IMPORTED 02-29T14:00', 'RESOLVED 02-29T21:00', 'CLOSED 03-06T17:00']);
  });

  test('was worked on until it was resolved', () => {
    const clock = clockOf(record(row), 'RESOLUTION');
    expect(elapsedMs(clock, sla.calendarOf(clock), IMPORTED_AT)).toBe(7 * HOUR_MS);
  });

  test('was last changed when the row was', () => {
    expect(record(row).updatedAt).toEqual(row.updatedAt);
  });
});

describe('the hour that happens twice', () => {
  const times = (wall: string) => ({
    updatedAt: new Date(`2025-11-02T${wall}:00-04:00`),
    later: wall.startsWith('01') ? { updatedAt: new Date(`2025-11-02T${wall}:00-05:00`) } : {},
  });
  const rows = [
    { openedAt: times('00:30').updatedAt, ...times('00:30') },
    { openedAt: times('00:30').updatedAt, state: 'IN_PROGRESS', ...times('01:50') },
    { openedAt: times('00:30').updatedAt, state: 'RESOLVED', ...times('01:10') },
  ] satisfies Partial<SourceRow>[];

  test('is read by the order', () => {
    expect(history(...rows)).toEqual(['IMPORTED 11-02T04:30', 'STARTED 11-02T05:50', 'RESOLVED 11-02T06:10']);
  });

  test('counts whole on a clock that runs through it', () => {
    const grave = rows.map((row) => ({ ...row, impact: 'HIGH' as const, urgency: 'HIGH' as const }));
    const clock = clockOf(record(...grave), 'RESOLUTION');
    expect(elapsedMs(clock, sla.calendarOf(clock), IMPORTED_AT)).toBe(100 * 60_000);
  });

  test('is told for the count at the end', () => {
    expect(taken(...rows).notes).toEqual([
      { kind: 'REPEATED_HOUR', line: 3 },
      { kind: 'REPEATED_HOUR', line: 4 },
    ]);
  });

  test("has the second reading of the source's own instant where the first cannot be", () => {
    const [first, second, third] = rows;
    const resolvedAt = times('01:10');
    const named = {
      ...third,
      resolvedAt: resolvedAt.updatedAt,
      later: { ...third?.later, resolvedAt: resolvedAt.later.updatedAt },
    };
    expect(record(first ?? {}, second ?? {}, named).resolvedAt).toEqual(new Date('2025-11-02T06:10:00Z'));
  });
});

describe('times that contradict the order', () => {
  const rows = buildRows(opened, again, { ...resolved, updatedAt: active.updatedAt });
  const by = (timesAgainstOrder: 'REJECT' | 'KEEP_ORDER') =>
    importIncident(rows, { ...SOURCE, timesAgainstOrder }, { sla, importedAt: IMPORTED_AT });

  test('make the incident a reject without a rule', () => {
    expect(() => by('REJECT')).toThrow(
      'its order and its times disagree: line 4 is of 2016-02-29T15:00:00.000Z, and line 3, which comes before it, of 2016-02-29T19:00:00.000Z',
    );
  });

  test('are taken at the instant of the row before by the rule, and counted', () => {
    const { record: incident, notes } = by('KEEP_ORDER');
    expect([incident.resolvedAt, notes]).toEqual([again.updatedAt, [{ kind: 'TIME_AGAINST_ORDER', line: 4 }]]);
  });

  test('include an update before the opening', () => {
    const early = [buildRow({ openedAt: active.updatedAt, updatedAt: opened.updatedAt })];
    const source = { ...SOURCE, timesAgainstOrder: 'REJECT' as const };
    expect(() => importIncident(early, source, { sla, importedAt: IMPORTED_AT })).toThrow(ImportRefused);
  });
});

test('a row that keeps the state keeps what the incident waits for', () => {
  const kept = { state: null, holdReason: null, updatedAt: again.updatedAt } as const;
  expect(record(opened, waiting, kept)).toMatchObject({ state: 'ON_HOLD', hold: { reason: 'CUSTOMER' } });
});

describe('the history of an imported incident', () => {
  test('begins with the import, when it was opened', () => {
    expect(history(opened)).toEqual(['IMPORTED 02-29T14:00']);
  });

  test('has each step at its own instant', () => {
    expect(history(opened, active, waiting, again, resolved, reopened, resolvedAgain, closed)).toEqual([
      'IMPORTED 02-29T14:00',
      'STARTED 02-29T15:00',
      'HELD 02-29T16:00',
      'RESUMED 02-29T19:00',
      'RESOLVED 02-29T21:00',
      'REOPENED 03-01T15:00',
      'RESOLVED 03-01T17:00',
      'CLOSED 03-06T17:00',
    ]);
  });

  test('leaves out rows that change nothing that is kept', () => {
    expect(history(opened, { ...opened, codes: { knowledge: 'true' } })).toEqual(['IMPORTED 02-29T14:00']);
  });

  test('shows a change of the group', () => {
    const groups = [
      { ...opened, assignmentGroupId: 'A' },
      { assignmentGroupId: 'B', updatedAt: active.updatedAt },
    ];
    const { events } = taken(...groups);
    expect(events.find(({ data }) => data.kind === 'ASSIGNED')?.data['changes']).toEqual([
      { field: 'assignmentGroup', from: 'A', to: 'B' },
    ]);
  });

  test('shows a change of the reason to wait', () => {
    const vendor = { ...waiting, holdReason: 'VENDOR', updatedAt: again.updatedAt } as const;
    const { events } = taken(opened, waiting, vendor);
    expect(events.findLast(({ data }) => data.kind === 'HELD')?.data.changes).toEqual([
      { field: 'holdReason', from: 'CUSTOMER', to: 'VENDOR' },
    ]);
  });

  test('has warnings and breaches at the instants at which they were due', () => {
    const { events } = taken({ ...opened, impact: 'HIGH', urgency: 'HIGH' }, active, resolved);
    const breach = events.find(({ data }) => data.kind === 'CLOCK_BREACHED');
    expect([breach?.data, breach?.at]).toMatchObject([{ clock: 'RESPONSE' }, toronto('2016-02-29T09:15')]);
  });

  test('is no news: every event says that it was imported', () => {
    const { events } = taken({ ...opened, impact: 'HIGH', urgency: 'HIGH' }, active, waiting);
    expect(events.filter(({ data }) => data.imported !== true)).toEqual([]);
  });

  test('keeps people out of published events', () => {
    const { events } = taken(
      { ...opened, people: { caller_id: '2403' } },
      { ...active, people: { caller_id: '2403' } },
    );
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('2403');
  });

  test('keeps people in the part that can be erased', () => {
    const [first] = taken({ ...opened, people: { caller_id: '2403' } }).events;
    expect(first.personal).toMatchObject({ people: { caller_id: '2403' } });
  });

  test('follows a source that goes back to the beginning', () => {
    expect(record(opened, active, { state: 'NEW', updatedAt: waiting.updatedAt }).state).toBe('NEW');
  });

  test('that does not fit into an outbox makes the incident a reject', () => {
    const flips = Array.from({ length: OUTBOX_MAX + 1 }, (_, i) => ({ assignmentGroupId: i % 2 ? 'A' : 'B' }));
    expect(() => taken(opened, ...flips)).toThrow(ImportRefused);
  });
});

describe('any rows at all', () => {
  const instant = fc
    .integer({ min: 0, max: 3_000_000 })
    .map((minutes) => new Date(Date.UTC(2016, 1, 29) + minutes * 60_000));
  const maybe = <T>(values: Record<string, T>) => fc.option(fc.constantFrom(...Object.values(values)), { nil: null });
  const row = fc
    .record({
      order: fc.integer({ min: 0, max: 30 }),
      openedAt: instant,
      updatedAt: instant,
      resolvedAt: fc.option(instant, { nil: null }),
      closedAt: fc.option(instant, { nil: null }),
      state: fc.constantFrom(...Object.values(IncidentState)),
      holdReason: maybe(IncidentHoldReason),
      impact: maybe(Impact),
      urgency: maybe(Urgency),
      priority: maybe(Priority),
      assignmentGroupId: fc.option(fc.constantFrom('A', 'B'), { nil: null }),
    })
    .map((given) => buildRow(given));
  const rows = fc.array(row, { minLength: 1, maxLength: 25 });
  const take = (given: SourceRow[]) => importIncident(given, SOURCE, { sla, importedAt: IMPORTED_AT });

  test('become an incident whose ledgers have no holes and never run back', () => {
    fc.assert(
      fc.property(rows, (given) => {
        for (const { intervals } of take(given).record.clocks) {
          intervals.forEach(({ from, to }, index) => {
            expect(to).toEqual(intervals[index + 1]?.from ?? null);
            expect(from.getTime()).toBeLessThanOrEqual((to ?? from).getTime());
          });
        }
      }),
    );
  });

  test('become a history that never runs back', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const steps = take(given)
          .events.filter(({ data }) => !('clock' in data))
          .map(({ at }) => at.getTime());
        expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      }),
    );
  });

  test('become an incident that owes nothing from before the import', () => {
    fc.assert(
      fc.property(rows, (given) => expect(fireIncident(take(given).record, { at: IMPORTED_AT, sla })).toBeNull()),
    );
  });

  test('become an incident that wakes exactly when something falls due', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { record: incident } = take(given);
        const wakeAt = incident.nextFireAt ?? NEVER;
        const just = new Date(wakeAt.getTime() - 1);
        expect([
          fireIncident(incident, { at: just, sla }),
          fireIncident(incident, { at: wakeAt, sla }) !== null,
        ]).toEqual([null, wakeAt !== NEVER]);
      }),
    );
  });

  test('become an incident with hold, resolution and end exactly where its state has them', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { state, hold, resolvedAt, closedAt } = take(given).record;
        const ended = state === 'CLOSED' || state === 'CANCELLED';
        expect([hold !== null, closedAt !== null]).toEqual([state === 'ON_HOLD', ended]);
        // What was cancelled may have been resolved before.
        expect(resolvedAt !== null || state === 'CANCELLED').toBe(!OPEN_STATES.includes(state));
      }),
    );
  });
});

/** Later than anything that an incident can owe. */
const NEVER = new Date('2090-01-01T00:00:00Z');
