import type { Actor } from '@desk/kit/api/actor';
import type { Viewer } from '@desk/kit/api/viewer';
import type { Act } from '@desk/kit/write/describe-change';
import type { ContinuityStage } from '../generated/api.ts';
import { LINE_MS, elapsedMs } from './classification.ts';
import type { ContinuityEvent, Interruption } from './continuity-event.ts';

const INTERRUPTED = 'BUSINESS_INTERRUPTION_EVENT';

/**
 * Why another person must move an event to a stage: nobody begins a recovery early on that person's word alone, be it the decision to
 * begin early or what makes the event a business interruption event. Null where the viewer may. `event` is as of the instant.
 */
export function whyAnotherMoves(
  viewer: Viewer,
  { event, to, at }: { event: ContinuityEvent; to: ContinuityStage; at: Date },
): string | null {
  const { state, classification, activation, interruption } = event;
  if (state !== 'INITIAL_RESPONSE' || to !== 'RECOVERY') return null;
  if (classification !== INTERRUPTED)
    return activation?.by.id === viewer.id
      ? 'Another person than the one who let recovery begin early must begin it.'
      : null;
  if (!interruption || interruption.confirmed || interruption.by.id !== viewer.id) return null;
  if (isBorneOut(event, interruption, at)) return null;
  return 'Another person must begin the recovery, or approve the impact: only your word makes this a business interruption event.';
}

/**
 * The event with the author of its classification, where an act has made it a business interruption event or has ended that. Where
 * another person says the same later, that confirms it. `before` is as of the instant of the act.
 */
export function withAuthor(
  before: ContinuityEvent,
  after: ContinuityEvent,
  { at, by }: Pick<Act, 'at' | 'by'>,
): ContinuityEvent {
  if (after.classification !== INTERRUPTED) return { ...after, interruption: null };
  const { interruption } = before;
  if (before.classification === INTERRUPTED)
    return { ...after, interruption: interruption && confirmed(interruption, by) };
  return { ...after, interruption: { by, at, confirmed: false } };
}

/** The word of a person, confirmed where another person stands by it. */
export function confirmed(interruption: Interruption, other: Actor): Interruption {
  return { ...interruption, confirmed: interruption.confirmed || interruption.by.id !== other.id };
}

/** True once an outage that was expected to last has lasted: time alone makes it more than 24 hours. */
function isBorneOut(event: ContinuityEvent, { at: saidAt }: Interruption, at: Date): boolean {
  return elapsedMs(event, saidAt) <= LINE_MS && elapsedMs(event, at) > LINE_MS;
}
