import type { Clock, ClockInterval, ClockWarning } from '@desk/kit/time/clock';
import type { Paths } from '@desk/kit/write/record';
import { PART_OPTIONS, count, instant, maybeInstant, maybeText, oneOf, text } from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { ClockBreachCause, ClockOutcome, ClockState } from '../generated/api.ts';

/** How the clocks of a record are stored, of some kinds. */
export function clockSchema(kinds: object): Schema<Clock> {
  return new Schema<Clock>(
    {
      kind: oneOf(kinds),
      policyId: text,
      policyVersion: count,
      calendarId: text,
      calendarVersion: count,
      budgetMs: count,
      startedAt: instant,
      intervals: [interval],
      dueAt: maybeInstant,
      stoppedAt: maybeInstant,
      outcome: { ...maybeText, enum: [...Object.values(ClockOutcome), null] },
      breachedAt: maybeInstant,
      breachCause: { ...maybeText, enum: [...Object.values(ClockBreachCause), null] },
      warned: [warning],
    } satisfies Paths<Clock>,
    PART_OPTIONS,
  );
}

const interval = new Schema<ClockInterval>(
  { from: instant, to: maybeInstant, state: oneOf(ClockState), cause: text } satisfies Paths<ClockInterval>,
  PART_OPTIONS,
);
const warning = new Schema<ClockWarning>({ percent: count, at: instant } satisfies Paths<ClockWarning>, PART_OPTIONS);
