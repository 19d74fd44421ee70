import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { BusinessCalendar } from './business-calendar.ts';
import {
  WARNING_PERCENTS,
  elapsedMs,
  fireClock,
  nextFire,
  pauseClock,
  reopenClock,
  resumeClock,
  retargetClock,
  startClock,
  stateOf,
  stopClock,
} from './clock.ts';
import type { Clock, ClockState, ClockTarget } from './clock.ts';
import { calendars, promise, type Level } from './clock.fixture.ts';
import { versionOf } from './data-file.ts';

/*
 * The clock against a second, naive one that walks through ten days minute by minute around Canada Day 2026, counts open minutes
 * one by one and keeps no due instant. Both get the same random acts, one at most in each minute.
 */

const MINUTE_MS = 60_000;
const BEGIN = Date.parse('2026-06-26T04:00:00Z');
const MINUTES = 12 * 24 * 60;

interface Act {
  minute: number;
  kind: 'PAUSE' | 'RESUME' | 'STOP' | 'REOPEN' | 'RETARGET';
  /** Of the new target, with RETARGET. */
  level: Level;
}

const anyLevel = fc.constantFrom<Level>('P1', 'P2', 'P3', 'P4');
/** Hours and odd minutes, so that acts often fall on openings, closings and thresholds. */
const anyMinute = fc.oneof(
  fc.integer({ min: 1, max: MINUTES / 60 - 1 }).map((hour) => hour * 60),
  fc.integer({ min: 1, max: MINUTES - 1 }),
);
const anyAct: fc.Arbitrary<Act> = fc.record({
  minute: anyMinute,
  kind: fc.constantFrom('PAUSE', 'RESUME', 'STOP', 'REOPEN', 'RETARGET'),
  level: anyLevel,
});
const anyHistory = fc.record({
  level: anyLevel,
  acts: fc
    .uniqueArray(anyAct, { maxLength: 14, selector: ({ minute }) => minute })
    .map((acts) => acts.sort((a, b) => a.minute - b.minute)),
});
/** Whether the timer ran in time before each act, or was late. */
const anyTimer = fc.infiniteStream(fc.boolean());

function at(minute: number): Date {
  return new Date(BEGIN + minute * MINUTE_MS);
}

function target(level: Level): ClockTarget {
  return promise(level, 'RESOLUTION');
}

function calendarOf(clock: Clock): BusinessCalendar {
  return versionOf(calendars, clock.calendarId, clock.calendarVersion);
}

function perform(clock: Clock, act: Act): Clock {
  const calendar = calendarOf(clock);
  if (act.kind === 'PAUSE') return pauseClock(clock, { calendar, at: at(act.minute), cause: 'CUSTOMER' });
  if (act.kind === 'RESUME') return resumeClock(clock, { calendar, at: at(act.minute), cause: 'REPLY' });
  if (act.kind === 'STOP') return stopClock(clock, { calendar, at: at(act.minute), cause: 'RESOLVED' });
  if (act.kind === 'REOPEN') return reopenClock(clock, { calendar, at: at(act.minute), cause: 'REOPENED' });
  return retargetClock(clock, target(act.level), { calendar, at: at(act.minute) });
}

/** What a timer does that runs just before `minute`. */
function runTimer(clock: Clock, minute: number): Clock {
  let current = clock;
  for (let step = 0; step <= WARNING_PERCENTS.length + 1; step += 1) {
    const fire = nextFire(current, calendarOf(current));
    if (!fire || fire.at >= at(minute)) return current;
    current = fireClock(current, calendarOf(current));
  }
  throw new Error('a clock announces each warning and the breach once');
}

interface History {
  level: Level;
  acts: Act[];
}

/** Every state the clock goes through, with the minute it was reached. */
function play({ level, acts }: History, inTime: () => boolean): { minute: number; clock: Clock }[] {
  let clock: Clock = startClock('RESOLUTION', target(level), { at: at(0), cause: 'CREATED' });
  const states = [{ minute: 0, clock }];
  for (const act of acts) {
    if (inTime()) clock = runTimer(clock, act.minute);
    clock = perform(clock, act);
    states.push({ minute: act.minute, clock });
  }
  return [...states, { minute: MINUTES, clock: runTimer(clock, MINUTES) }];
}

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error('an empty list has no last');
  return last;
}

/** Open or not, for each minute, read off the wall clock; the one holiday in the stretch is Canada Day. */
const openByCalendar: Record<string, boolean[]> = Object.fromEntries(
  calendars.map((calendar) => [calendar.id, Array.from({ length: MINUTES }, (_, minute) => isOpen(calendar, minute))]),
);

function isOpen(calendar: BusinessCalendar, minute: number): boolean {
  if (calendar.always) return true;
  const local = Temporal.Instant.fromEpochMilliseconds(at(minute).getTime()).toZonedDateTimeISO(calendar.timeZone);
  const canadaDay = local.month === 7 && local.day === 1;
  return !canadaDay && local.dayOfWeek <= 5 && local.hour >= 9 && local.hour < 17;
}

interface Naive {
  state: ClockState;
  breach: string | null;
  warned: string[];
  usedMinutes: number;
}

/** The second clock. */
function count({ level, acts }: History): Naive {
  let promised = target(level);
  let state: ClockState = 'RUN';
  let breach: string | null = null;
  let highest = 0;
  const warned: string[] = [];
  /** Each minute at whose begin the clock ran, and the minutes used until then, by calendar. */
  const ran: { minute: number; used: Record<string, number> }[] = [];
  const used: Record<string, number> = Object.fromEntries(calendars.map(({ id }) => [id, 0]));
  const budget = (percent: number): number => (promised.budgetMs / MINUTE_MS) * (percent / 100);
  const reached = (percent: number): number | null =>
    ran.find((each) => (each.used[promised.calendar.id] ?? 0) >= budget(percent))?.minute ?? null;

  for (let minute = 0; minute < MINUTES; minute += 1) {
    const act = acts.find((each) => each.minute === minute);
    const retargeted = act?.kind === 'RETARGET' && state !== 'STOP';
    if (retargeted) promised = target(act.level);
    if (act) state = after(state, act);
    if (state === 'RUN') ran.push({ minute, used: { ...used } });
    if (retargeted && breach === null) {
      const reachedAt = reached(100);
      if (reachedAt !== null && reachedAt < minute) breach = `RECLASSIFIED ${minute}`;
    }
    if (state !== 'RUN') continue;
    const usedNow = used[promised.calendar.id] ?? 0;
    if (breach === null) {
      const percent = WARNING_PERCENTS.findLast((each) => each > highest && usedNow >= budget(each));
      if (percent !== undefined) {
        highest = percent;
        warned.push(`${percent} ${minute}`);
      }
      if (usedNow >= budget(100)) breach = `TIME ${minute}`;
    }
    for (const { id } of calendars) if (openByCalendar[id]?.[minute]) used[id] = (used[id] ?? 0) + 1;
  }
  return { state, breach, warned, usedMinutes: used[promised.calendar.id] ?? 0 };
}

function after(state: ClockState, act: Act): ClockState {
  if (act.kind === 'PAUSE' && state === 'RUN') return 'PAUSE';
  if (act.kind === 'RESUME' && state === 'PAUSE') return 'RUN';
  if (act.kind === 'STOP') return 'STOP';
  if (act.kind === 'REOPEN' && state === 'STOP') return 'RUN';
  return state;
}

function minuteOf(instant: Date): number {
  return (instant.getTime() - BEGIN) / MINUTE_MS;
}

describe('through any history of pauses, stops, reopenings and new targets', () => {
  test('the clock announces and uses exactly what counting minute by minute gives', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { clock } = lastOf(play(history, () => false));
        expect({
          state: stateOf(clock),
          breach: clock.breachedAt && `${clock.breachCause} ${minuteOf(clock.breachedAt)}`,
          warned: clock.warned.map((warning) => `${warning.percent} ${minuteOf(warning.at)}`),
          usedMinutes: elapsedMs(clock, calendarOf(clock), at(MINUTES)) / MINUTE_MS,
        }).toEqual(count(history));
      }),
      { numRuns: 150 },
    );
  });

  test('a timer that is late changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, anyTimer, (history, timer) => {
        const late = lastOf(play(history, () => false));
        const mixed = lastOf(play(history, () => timer.next().value ?? true));
        expect(mixed).toEqual(late);
      }),
      { numRuns: 300 },
    );
  });

  test('each warning is announced at most once, in order', () => {
    fc.assert(
      fc.property(anyHistory, anyTimer, (history, timer) => {
        const { clock } = lastOf(play(history, () => timer.next().value ?? true));
        const percents = clock.warned.map(({ percent }) => percent);
        expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  test('a breach on record never changes', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const breaches = play(history, () => true).map(({ clock }) => clock.breachedAt);
        const first = breaches.findIndex((breach) => breach !== null);
        expect(new Set(first < 0 ? [] : breaches.slice(first)).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('the time used never runs back while the calendar stays', () => {
    fc.assert(
      fc.property(anyHistory, fc.tuple(anyMinute, anyMinute), (history, minutes) => {
        const { clock } = lastOf(play(history, () => false));
        const [earlier, later] = [Math.min(...minutes), Math.max(...minutes)];
        const used = (minute: number): number => elapsedMs(clock, calendarOf(clock), at(minute));
        expect(used(earlier)).toBeLessThanOrEqual(used(later));
      }),
      { numRuns: 300 },
    );
  });

  test('a due instant is there exactly while the clock runs', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const states = play(history, () => false).map(({ clock }) => clock);
        expect(states.map(({ dueAt }) => dueAt !== null)).toEqual(states.map((clock) => stateOf(clock) === 'RUN'));
      }),
      { numRuns: 300 },
    );
  });

  test('the lines of the ledger follow each other without a hole', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { intervals } = lastOf(play(history, () => false)).clock;
        expect(intervals.map(({ to }) => to)).toEqual([...intervals.slice(1).map(({ from }) => from), null]);
      }),
      { numRuns: 300 },
    );
  });

  test('repeating the last act at once changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { clock } = lastOf(play(history, () => true).slice(0, -1));
        const act = history.acts.at(-1);
        expect(act ? perform(clock, act) : clock).toEqual(clock);
      }),
      { numRuns: 300 },
    );
  });
});
