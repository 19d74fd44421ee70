import { Refusal } from '@desk/kit/api/errors';
import { addBusinessTime, type BusinessCalendar } from '@desk/kit/time/business-calendar';
import type { Clock, ClockTarget } from '@desk/kit/time/clock';
import { newest, referenceTo } from '@desk/kit/time/data-file';
import { Impact, Urgency, type IncidentClockKind, type Priority, type PriorityMatrixCell } from '../generated/api.ts';
import { computePriority, type Classification } from './priority.ts';
import { targetOf, type ReferenceData } from './reference-data.ts';

/** A clock of an incident. */
export type IncidentClock = Clock<IncidentClockKind>;

/** The Service Level Agreement as incidents follow it. A clock that begins now follows the newest version. */
export interface Sla {
  /** The priority that a classification gives. */
  priorityOf(classification: Classification): Priority;
  /** Every cell of the priority matrix. */
  matrix(): PriorityMatrixCell[];
  /** The target of a kind of clock; null where the priority has none. */
  target(kind: IncidentClockKind, priority: Priority): ClockTarget | null;
  /** A target of so much business time, by a policy of its own, as that of a catalogue item. */
  businessTarget(policy: { id: string; version: number }, budgetMs: number): ClockTarget;
  /**
   * The calendar that a clock counts by, in the version it was started with. Refuses SERVICE_UNAVAILABLE for one that only a newer version of
   * the desk knows, as while it is upgraded.
   */
  calendarOf(clock: Clock): BusinessCalendar;
  /** The same. Null for one that only a newer version of the desk knows. */
  knownCalendarOf(clock: Clock): BusinessCalendar | null;
  /** When a record closes by itself, if it was resolved or delivered at an instant and is not reopened. */
  closesAt(resolvedAt: Date): Date;
  /** The version of the time zone rules that clocks are counted by. */
  timeZoneData: string;
}

const INCIDENT = 'INCIDENT';

/** The agreement over reference data. */
export function slaOver(data: ReferenceData): Sla {
  const policy = newest(data.policies, INCIDENT);
  const matrix = newest(data.matrices, INCIDENT);
  const knownCalendarOf = ({ calendarId: id, calendarVersion: version }: Clock) =>
    data.calendars.find((each) => each.id === id && each.version === version) ?? null;
  return {
    priorityOf: (classification) => computePriority(matrix, classification),
    matrix: () =>
      Object.values(Impact).flatMap((impact) =>
        Object.values(Urgency).map((urgency) => ({ impact, urgency, priority: matrix.cells[impact][urgency] })),
      ),
    target: (kind, priority) => targetOf(policy, priority, kind),
    businessTarget: ({ id, version }, budgetMs) => ({
      policyId: id,
      policyVersion: version,
      calendar: policy.autoClose.calendar,
      budgetMs,
    }),
    calendarOf(clock) {
      const calendar = knownCalendarOf(clock);
      if (!calendar) throw unknownCalendar(clock);
      return calendar;
    },
    knownCalendarOf,
    closesAt: (resolvedAt) => addBusinessTime(policy.autoClose.calendar, resolvedAt, policy.autoClose.budgetMs),
    timeZoneData: data.timeZoneData,
  };
}

function unknownCalendar({ calendarId: id, calendarVersion: version }: Clock): Refusal {
  const calendar = referenceTo({ id, version });
  const message = `A clock follows the calendar ${calendar}, which a newer version of the desk brought. Try again shortly.`;
  return new Refusal('SERVICE_UNAVAILABLE', message);
}
