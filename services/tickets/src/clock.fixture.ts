import type { BusinessCalendar } from './business-calendar.ts';
import { fireClock, nextFire, startClock } from './clock.ts';
import type { Clock, ClockFire, ClockKind, ClockTarget } from './clock.ts';
import { instantOf } from './local-time.ts';
import type { Priority } from './priority.ts';
import { loadReferenceData, newest, targetOf, versionOf } from './reference-data.ts';

const data = loadReferenceData();
/** The policy of incidents, version 1. */
export const policy = versionOf(data.policies, 'INCIDENT', 1);
/** Toronto, Monday to Friday 09:00 to 17:00, closed on the holidays of ON-ESA. */
export const business = newest(data.calendars, 'ON-BUS');
/** Day and night. */
export const always = newest(data.calendars, '24X7');
/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

/** Toronto wall time to instant. */
export function toronto(local: string): Date {
  return instantOf({ local, timeZone: 'America/Toronto' });
}

/** What the policy promises; throws when it promises nothing. */
export function promise(priority: Priority, kind: ClockKind): ClockTarget {
  const target = targetOf(policy, priority, kind);
  if (!target) throw new Error(`${priority} promises no ${kind}`);
  return target;
}

/** A clock of the policy, started at a Toronto wall time. */
export function start(priority: Priority, kind: ClockKind, local: string): Clock {
  return startClock(kind, promise(priority, kind), toronto(local), 'CREATED');
}

/** A clock with a budget in hours. */
export function buildClock(hours: number, at: Date, calendar: BusinessCalendar = business): Clock {
  const target = { policyId: 'TEST', policyVersion: 1, calendar, budgetMs: hours * HOUR_MS };
  return startClock('RESOLUTION', target, at, 'CREATED');
}

/** Applies every announcement a running clock still owes, as a timer would. */
export function runOut(clock: Clock, calendar: BusinessCalendar): { clock: Clock; fires: ClockFire[] } {
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
