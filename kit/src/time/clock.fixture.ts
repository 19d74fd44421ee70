import type { BusinessCalendar } from './business-calendar.ts';
import { loadCalendars } from './calendars.ts';
import { fireClock, nextFire, startClock, type Clock, type ClockFire, type ClockTarget } from './clock.ts';
import { newest } from './data-file.ts';
import { instantOf } from './local-time.ts';

export const { calendars } = loadCalendars();
/** Toronto, Monday to Friday 09:00 to 17:00, closed on the holidays of ON-ESA. */
export const business = newest(calendars, 'ON-BUS');
/** Day and night. */
export const always = newest(calendars, '24X7');
/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

/** The levels of the tests' own policy, the most urgent first. */
export type Level = 'P1' | 'P2' | 'P3' | 'P4';
type Kind = 'RESPONSE' | 'RESOLUTION' | 'UPDATE';

/** Hours of each promise, and the calendar that they are counted by. */
const POLICY: Record<Level, { calendar: BusinessCalendar; hours: Partial<Record<Kind, number>> }> = {
  P1: { calendar: always, hours: { RESPONSE: 0.25, RESOLUTION: 4, UPDATE: 0.5 } },
  P2: { calendar: always, hours: { RESPONSE: 1, RESOLUTION: 8, UPDATE: 2 } },
  P3: { calendar: business, hours: { RESPONSE: 4, RESOLUTION: 24 } },
  P4: { calendar: business, hours: { RESPONSE: 8, RESOLUTION: 40 } },
};

/** Toronto wall time to instant. */
export function toronto(local: string): Date {
  return instantOf({ local, timeZone: 'America/Toronto' });
}

/** The target that the policy promises. Throws where it promises none. */
export function promise(level: Level, kind: Kind): ClockTarget {
  const { calendar, hours } = POLICY[level];
  const promised = hours[kind];
  if (promised === undefined) throw new Error(`${level} promises no ${kind}`);
  return { policyId: 'TEST', policyVersion: 1, calendar, budgetMs: promised * HOUR_MS };
}

/** A clock of the policy, started at a Toronto wall time. */
export function start(level: Level, kind: Kind, local: string): Clock<Kind> {
  return startClock(kind, promise(level, kind), { at: toronto(local), cause: 'CREATED' });
}

/** A clock with a budget in hours. */
export function buildClock(hours: number, at: Date, calendar: BusinessCalendar = business): Clock<Kind> {
  const target = { policyId: 'TEST', policyVersion: 1, calendar, budgetMs: hours * HOUR_MS };
  return startClock('RESOLUTION', target, { at, cause: 'CREATED' });
}

/** Applies every announcement a running clock still owes, as a timer would. */
export function runOut<K extends string>(
  clock: Clock<K>,
  calendar: BusinessCalendar,
): { clock: Clock<K>; fires: ClockFire[] } {
  const fires: ClockFire[] = [];
  let current = clock;
  for (let step = 0; step < 10; step += 1) {
    const fire = nextFire(current, calendar);
    if (!fire) return { clock: current, fires };
    fires.push(fire);
    current = fireClock(current, calendar);
  }
  throw new Error('a clock never has ten announcements');
}

/** Announcements as short text. */
export function said(fires: ClockFire[]): string[] {
  return fires.map(({ at, what }) => `${what.kind === 'WARNING' ? what.percent : what.kind} ${at.toISOString()}`);
}
