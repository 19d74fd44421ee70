import { announcementsBetween, elapsedMs, stateOf, type Clock, type ClockFire } from '@desk/kit/time/clock';
import type { ClockInterval, ClockState, IncidentClockKind, ServiceRequestClockKind } from '../generated/api.ts';
import type { Sla } from './sla.ts';

/** A clock as the API shows it at an instant. Durations are milliseconds; the scalar prints them. */
export interface ClockView<Kind extends string> extends Omit<
  Clock<Kind>,
  'budgetMs' | 'intervals' | 'policyId' | 'policyVersion' | 'calendarId' | 'calendarVersion' | 'warned'
> {
  state: ClockState;
  policy: string;
  calendar: string;
  budget: number;
  /** Null while this process does not know the calendar. */
  elapsed: number | null;
  intervals: ClockInterval[];
}

export type IncidentClockView = ClockView<IncidentClockKind>;
export type ServiceRequestClockView = ClockView<ServiceRequestClockKind>;

/** The view of a clock at `now`. */
export function clockView<Kind extends string>(clock: Clock<Kind>, sla: Sla, now: Date): ClockView<Kind> {
  const calendar = sla.knownCalendarOf(clock);
  return {
    ...clock,
    state: stateOf(clock),
    policy: `${clock.policyId}@${clock.policyVersion}`,
    calendar: `${clock.calendarId}@${clock.calendarVersion}`,
    budget: clock.budgetMs,
    elapsed: calendar && elapsedMs(clock, calendar, now),
  };
}

/** What clocks announced between two states of a record, each with its clock. */
export function announced<Kind extends string>(
  before: readonly Clock<Kind>[],
  after: readonly Clock<Kind>[],
): { clock: Clock<Kind>; fire: ClockFire }[] {
  return after.flatMap((clock) => {
    const known = before.find(
      (one) => one.kind === clock.kind && one.startedAt.getTime() === clock.startedAt.getTime(),
    );
    return known ? announcementsBetween(known, clock).map((fire) => ({ clock, fire })) : [];
  });
}
