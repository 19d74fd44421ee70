import { Refusal } from '@desk/kit/api/errors';
import { ClockLedgerFull, nextFire, nextWakeAt, startClock, stateOf, type ClockStep } from '@desk/kit/time/clock';
import type { ServiceRequestClockKind } from '../generated/api.ts';
import type { Sla } from '../sla/sla.ts';
import type { RequestActContext, ServiceRequest, ServiceRequestClock } from './service-request.ts';

/** When and under which agreement clocks move. */
export type Moment = Pick<RequestActContext, 'at' | 'sla'>;

/** The clock of a kind, begun now, by the item's own target. */
export function begun(kind: ServiceRequestClockKind, { at, sla, item }: RequestActContext): ServiceRequestClock {
  const budgetMs = kind === 'APPROVAL' ? (item.approvalMs ?? item.targetMs) : item.targetMs;
  return startClock(kind, sla.businessTarget(item, budgetMs), {
    at,
    cause: kind === 'APPROVAL' ? 'SUBMITTED' : 'APPROVED',
  });
}

/** Takes a step with the clocks of some kinds, or of all. Refuses where a ledger is full. */
export function stepped(
  clocks: readonly ServiceRequestClock[],
  step: (clock: ServiceRequestClock, occasion: ClockStep) => ServiceRequestClock,
  { act: { at, sla }, cause, kind }: { act: Moment; cause: string; kind?: ServiceRequestClockKind },
): ServiceRequestClock[] {
  try {
    return clocks.map((clock) =>
      kind === undefined || clock.kind === kind ? step(clock, { at, cause, calendar: sla.calendarOf(clock) }) : clock,
    );
  } catch (error) {
    if (!(error instanceof ClockLedgerFull)) throw error;
    const message = 'This request waited and was reopened too often: its clocks have no room for another wait.';
    throw new Refusal('ILLEGAL_TRANSITION', message, { allowedActions: [] });
  }
}

/** A step that falls due by itself. */
export interface DueStep {
  at: Date;
  /** The first instant at which it may be done. */
  wakeAt: Date;
  what: 'CLOSE' | ServiceRequestClockKind;
}

/** The steps that fall due by themselves in a request's life, each with its instant. */
export function dueSteps({ clocks, state, closesAt }: ServiceRequest, sla: Sla): DueStep[] {
  const steps: DueStep[] = clocks.flatMap((clock) => {
    const calendar = sla.calendarOf(clock);
    const fire = nextFire(clock, calendar);
    const wakeAt = nextWakeAt(clock, calendar);
    return fire && wakeAt && stateOf(clock) === 'RUN' ? [{ at: fire.at, wakeAt, what: clock.kind }] : [];
  });
  if (state === 'FULFILLED' && closesAt) steps.push({ at: closesAt, wakeAt: closesAt, what: 'CLOSE' });
  return steps;
}

/** Sets the fields that follow from the others: the due instant, the breach, and the instant of the next step by itself. */
export function withDerivedFields(request: ServiceRequest, { at, sla }: Moment): ServiceRequest {
  const { clocks, updatedAt, breached } = request;
  return {
    ...request,
    updatedAt: updatedAt > at ? updatedAt : at, // A late timer stamps an earlier instant.
    dueAt: earliest(clocks.map(({ dueAt }) => dueAt)),
    breached: breached || clocks.some(({ breachedAt }) => breachedAt !== null),
    nextFireAt: earliest(dueSteps(request, sla).map(({ wakeAt }) => wakeAt)),
  };
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length ? new Date(Math.min(...known.map((instant) => instant.getTime()))) : null;
}
