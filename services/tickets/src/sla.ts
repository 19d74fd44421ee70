import { addBusinessTime, type BusinessCalendar } from './business-calendar.ts';
import type { Clock, ClockKind, ClockTarget } from './clock.ts';
import { computePriority, type Environment, type Impact, type Priority, type Urgency } from './priority.ts';
import { newest, targetOf, versionOf, type ReferenceData } from './reference-data.ts';

/** The Service Level Agreement as incidents follow it: always the newest version for what begins now. */
export interface Sla {
  /** The priority that an impact and an urgency give. */
  priorityOf(impact: Impact, urgency: Urgency, environment: Environment): Priority;
  /** Every cell of the priority matrix. */
  matrix(): { impact: Impact; urgency: Urgency; priority: Priority }[];
  /** The target of a kind of clock; null where the priority has none. */
  target(kind: ClockKind, priority: Priority): ClockTarget | null;
  /** The calendar that a clock counts by, in the version it was started with. */
  calendarOf(clock: Clock): BusinessCalendar;
  /** When an incident closes by itself, if it was resolved at an instant and is not reopened. */
  closesAt(resolvedAt: Date): Date;
}

const INCIDENT = 'INCIDENT';
const LEVELS = ['HIGH', 'MEDIUM', 'LOW'] as const;

/** The agreement over reference data. */
export function slaOver(data: ReferenceData): Sla {
  const policy = newest(data.policies, INCIDENT);
  const matrix = newest(data.matrices, INCIDENT);
  return {
    priorityOf: (impact, urgency, environment) => computePriority(matrix, impact, urgency, environment),
    matrix: () =>
      LEVELS.flatMap((impact) =>
        LEVELS.map((urgency) => ({ impact, urgency, priority: matrix.cells[impact][urgency] })),
      ),
    target: (kind, priority) => targetOf(policy, priority, kind),
    calendarOf: (clock) => versionOf(data.calendars, clock.calendarId, clock.calendarVersion),
    closesAt: (resolvedAt) => addBusinessTime(policy.autoClose.calendar, resolvedAt, policy.autoClose.budgetMs),
  };
}
