import type { ContinuityClassification, ContinuityStage } from '../generated/api.ts';
import type { ContinuityEvent } from './continuity-event.ts';

const HOUR_MS = 3_600_000;
/** The line of the MDM/R Business Continuity Manual: an outage expected to last more than this is a business interruption event. */
export const LINE_MS = 24 * HOUR_MS;
/** The lengths above which an outage is a step longer. */
const LENGTH_STEPS_MS = [6 * HOUR_MS, LINE_MS, 72 * HOUR_MS] as const;
/** The shares of distributors, in percent, from which on an outage is a step wider than the first. */
const WIDE_PERCENT = 10;
const WIDEST_PERCENT = 50;
/** From these stages on the classification stays at its peak: the decision to recover stands. */
const DECIDED: readonly ContinuityStage[] = ['RECOVERY', 'RESTORATION', 'CLOSED'];

type Outage = Pick<ContinuityEvent, 'outageStartedAt' | 'expectedOutageMs' | 'restoredAt'>;

/** The event with what follows from its other fields at an instant. */
export function recomputed(event: ContinuityEvent, at: Date): ContinuityEvent {
  const pure = classify(event, at);
  const peakClassification = pure === 'BUSINESS_INTERRUPTION_EVENT' ? pure : event.peakClassification;
  return {
    ...event,
    classification: DECIDED.includes(event.state) ? peakClassification : pure,
    peakClassification,
    computedImpactLevel: impactLevel(event, at),
    nextFireAt: nextStepAt(event, at),
  };
}

/** How long the outage has lasted at an instant, in milliseconds; 0 where there is none. */
export function elapsedMs({ outageStartedAt, restoredAt }: Outage, at: Date): number {
  return outageStartedAt ? Math.max(0, (restoredAt ?? at).getTime() - outageStartedAt.getTime()) : 0;
}

/** The longer of what is expected of the whole outage and what it has lasted. Exactly 24 hours are not more than 24 hours. */
export function classify(outage: Outage, at: Date): ContinuityClassification {
  return lengthMs(outage, at) > LINE_MS ? 'BUSINESS_INTERRUPTION_EVENT' : 'POTENTIAL_BUSINESS_INTERRUPTION_EVENT';
}

/** The impact level, 1 to 4: one more than the longer step or the wider step. */
export function impactLevel(
  event: Outage & Pick<ContinuityEvent, 'criticalServices' | 'distributorsAffectedPercent'>,
  at: Date,
): number {
  const length = lengthMs(event, at);
  const longer = LENGTH_STEPS_MS.filter((step) => length > step).length;
  return 1 + Math.max(longer, widthOf(event));
}

/**
 * When the mere length of the outage next changes its classification or level: the first millisecond behind a step. Null where it never
 * does, or the outage is over.
 */
export function nextStepAt(event: Outage, at: Date): Date | null {
  const { outageStartedAt, restoredAt } = event;
  if (!outageStartedAt || restoredAt) return null;
  const reached = lengthMs(event, at);
  const step = LENGTH_STEPS_MS.find((each) => each >= reached);
  return step === undefined ? null : new Date(outageStartedAt.getTime() + step + 1);
}

function lengthMs(outage: Outage, at: Date): number {
  return Math.max(outage.expectedOutageMs ?? 0, elapsedMs(outage, at));
}

function widthOf({
  criticalServices,
  distributorsAffectedPercent: percent,
}: Pick<ContinuityEvent, 'criticalServices' | 'distributorsAffectedPercent'>): number {
  if (criticalServices === 0) return 0;
  if (percent < WIDE_PERCENT) return 1;
  return percent <= WIDEST_PERCENT ? 2 : 3;
}
