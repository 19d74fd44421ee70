import { elapsedMs, stateOf, type Clock } from './clock.ts';
import type { ClockInterval, ClockState } from './generated/api.ts';
import type { Connection } from '@desk/kit/page';
import type { Comment, InternalNote } from './comment.ts';
import type { HistoryEntry } from './history.ts';
import type { Incident } from './incident.ts';
import type { Sla } from './sla.ts';

export type IncidentPage = Connection<Incident>;
export type CommentPage = Connection<Comment>;
export type NotePage = Connection<InternalNote>;
export type HistoryPage = Pick<Connection<HistoryEntry>, 'nodes' | 'pageInfo'>;

/** A clock as the API shows it at an instant. Durations are milliseconds; the scalar prints them. */
export interface ClockView extends Omit<
  Clock,
  'budgetMs' | 'intervals' | 'policyId' | 'policyVersion' | 'calendarId' | 'calendarVersion' | 'warned'
> {
  state: ClockState;
  policy: string;
  calendar: string;
  budget: number;
  elapsed: number;
  intervals: ClockInterval[];
}

/** The view of a clock at `now`. */
export function clockView(clock: Clock, sla: Sla, now: Date): ClockView {
  return {
    ...clock,
    state: stateOf(clock),
    policy: `${clock.policyId}@${clock.policyVersion}`,
    calendar: `${clock.calendarId}@${clock.calendarVersion}`,
    budget: clock.budgetMs,
    elapsed: elapsedMs(clock, sla.calendarOf(clock), now),
  };
}
