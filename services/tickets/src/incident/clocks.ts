import { Refusal } from '@desk/kit/api/errors';
import {
  ClockLedgerFull,
  cancelClock,
  nextFire,
  nextWakeAt,
  pauseClock,
  reopenClock,
  retargetClock,
  startClock,
  stateOf,
  stopClock,
  type ClockStep,
  type ClockTarget,
} from '@desk/kit/time/clock';
import type { IncidentClockKind, Priority } from '../generated/api.ts';
import type { IncidentClock, Sla } from '../sla/sla.ts';
import type { Incident, IncidentActContext } from './incident.ts';

const CLOCK_KINDS: readonly IncidentClockKind[] = ['RESPONSE', 'RESOLUTION', 'UPDATE'];
/** The kinds that begin with the report. An update is owed from the first public answer on. */
const FIRST_KINDS: readonly IncidentClockKind[] = ['RESPONSE', 'RESOLUTION'];
/** The kinds that wait with the customer. */
export const PAUSED_KINDS: readonly IncidentClockKind[] = ['RESOLUTION', 'UPDATE'];
/** Missed updates that an incident keeps, the newest ones. The log keeps all. */
const MISSED_UPDATES_MAX = 20;

/** When and under which agreement clocks move. */
type Moment = Pick<IncidentActContext, 'at' | 'sla'>;

/** The occasion of a step: the act, why the step happens, and the kinds of clocks that take it; all by default. */
export interface StepOccasion {
  act: Moment;
  cause: string;
  kinds?: readonly IncidentClockKind[];
}

/** Takes a step with the clocks of some kinds, each by its own calendar. */
export function stepClocks(
  clocks: readonly IncidentClock[],
  step: (clock: IncidentClock, occasion: ClockStep) => IncidentClock,
  { act, cause, kinds = CLOCK_KINDS }: StepOccasion,
): IncidentClock[] {
  return clocks.map((clock) =>
    kinds.includes(clock.kind) ? step(clock, { at: act.at, cause, calendar: act.sla.calendarOf(clock) }) : clock,
  );
}

/** Calls a function that pauses or reopens clocks. Refuses where a ledger is full. */
export function withLedgerRoom(move: () => IncidentClock[]): IncidentClock[] {
  try {
    return move();
  } catch (error) {
    if (!(error instanceof ClockLedgerFull)) throw error;
    const message = 'This incident was held and reopened too often: its clocks have no room for another wait.';
    throw new Refusal('ILLEGAL_TRANSITION', message, { allowedActions: [] });
  }
}

/** The clocks of a new incident. */
export function startedClocks(priority: Priority, act: Moment): IncidentClock[] {
  return newClocks(FIRST_KINDS, { priority, hold: null }, { act, cause: 'CREATED' });
}

/**
 * The clocks after a public answer of the SME: the response is given, and the next update is owed anew. The words of a computer
 * system are no answer.
 */
export function answeredClocks(incident: Incident, act: IncidentActContext): IncidentClock[] {
  if (act.by.kind !== 'PERSON') return incident.clocks;
  const clocks = stepClocks(incident.clocks, stopClock, { act, cause: 'ANSWERED', kinds: ['RESPONSE'] });
  const update = clocks.findLast(({ kind }) => kind === 'UPDATE');
  // An answer that is applied late does not move the next update back.
  if (update && act.at <= update.startedAt) return clocks;
  return withNextUpdate({ ...incident, clocks }, { act, cause: 'ANSWERED' });
}

/** The clocks after the priority changed: open ones move to its targets, by the rule of retargetClock. */
export function retargetedClocks(incident: Incident, priority: Priority, act: Moment): IncidentClock[] {
  const occasion = { act, cause: 'RECLASSIFIED' };
  const moved = stepClocks(
    incident.clocks,
    (clock, step) => {
      const target = act.sla.target(clock.kind, priority);
      return target ? retargetClock(clock, target, step) : cancelClock(clock, step);
    },
    occasion,
  );
  const missing = FIRST_KINDS.filter((kind) => !moved.some((clock) => clock.kind === kind));
  const clocks = [...moved, ...newClocks(missing, { ...incident, priority }, occasion)];
  if (isOpen(clocks, 'RESPONSE') || isOpen(clocks, 'UPDATE')) return clocks;
  return withNextUpdate({ ...incident, priority, clocks }, occasion);
}

/** True for an open clock that follows an older version of a policy which still promises it. */
function isOutdated(clock: IncidentClock, target: ClockTarget | null): target is ClockTarget {
  return stateOf(clock) !== 'STOP' && target !== null && target.policyVersion > clock.policyVersion;
}

/**
 * The clocks after a re-base: the open ones that follow an older version of their policy move to the newest, by the rule of retargetClock. Ended
 * ones, and those that the newest policy no longer promises, stay.
 */
export function rebasedClocks({ clocks, priority }: Incident, act: Moment): IncidentClock[] {
  return stepClocks(
    clocks,
    (clock, step) => {
      const target = act.sla.target(clock.kind, priority);
      return isOutdated(clock, target) ? retargetClock(clock, target, step) : clock;
    },
    { act, cause: 'REBASED' },
  );
}

/** The clocks that a re-base would move, as it would leave them. */
export function clocksToRebase(incident: Incident, act: Moment): IncidentClock[] {
  return rebasedClocks(incident, act).filter((clock, index) => clock !== incident.clocks[index]);
}

/**
 * The clocks after a reopening: the solution is owed with the rest of its time, and the next update anew. An answer that a duplicate
 * never got is owed again.
 */
export function reopenedClocks(incident: Incident, act: Moment): IncidentClock[] {
  const occasion = { act, cause: 'REOPENED' };
  const isOwed = ({ kind, outcome }: IncidentClock) => kind === 'RESOLUTION' || outcome === 'EXCLUDED';
  const clocks = withLedgerRoom(() =>
    stepClocks(incident.clocks, (clock, step) => (isOwed(clock) ? reopenClock(clock, step) : clock), {
      ...occasion,
      kinds: FIRST_KINDS,
    }),
  );
  return isOpen(clocks, 'RESPONSE') ? clocks : withNextUpdate({ ...incident, clocks }, occasion);
}

/** The clocks with the next update owed from the act on, behind the missed ones before it. */
function withNextUpdate(incident: Incident, occasion: StepOccasion): IncidentClock[] {
  const next = newClocks(['UPDATE'], incident, occasion);
  if (!next.length) return incident.clocks;
  const ended = stepClocks(incident.clocks, stopClock, { ...occasion, kinds: ['UPDATE'] });
  const others = ended.filter(({ kind }) => kind !== 'UPDATE');
  const missed = ended.filter(({ kind, breachedAt }) => kind === 'UPDATE' && breachedAt !== null);
  return [...others, ...missed.slice(-MISSED_UPDATES_MAX), ...next];
}

/** Clocks that begin with an act, where the priority has their targets. While the incident waits for the customer, so do they. */
function newClocks(
  kinds: readonly IncidentClockKind[],
  { priority, hold }: Pick<Incident, 'priority' | 'hold'>,
  { act: { at, sla }, cause }: StepOccasion,
): IncidentClock[] {
  return kinds.flatMap((kind) => {
    const target = sla.target(kind, priority);
    if (!target) return [];
    const clock = startClock(kind, target, { at, cause });
    const waits = hold?.pausing && PAUSED_KINDS.includes(kind);
    return [waits ? pauseClock(clock, { at, cause: hold.reason, calendar: target.calendar }) : clock];
  });
}

/** True while something of a kind is owed, also while it waits. */
function isOpen(clocks: readonly IncidentClock[], kind: IncidentClockKind): boolean {
  return clocks.some((clock) => clock.kind === kind && stateOf(clock) !== 'STOP');
}

/** A stretch of time: behind `after`, up to and including `until`. */
export interface TimeSpan {
  after: Date;
  until: Date;
}

/**
 * Spans in which an answer of the SME was due and, as far as the clocks know at `now`, never came. Check the comments before
 * announcing the breach.
 */
export function unansweredSpans(incident: Incident, now: Date): TimeSpan[] {
  return incident.clocks.flatMap(({ kind, dueAt, breachedAt, intervals, startedAt }) => {
    if (kind === 'RESOLUTION' || dueAt === null || dueAt >= now || breachedAt !== null) return [];
    const reopenedAt = intervals.findLast(({ state }) => state === 'STOP')?.to;
    return [{ after: reopenedAt ?? startedAt, until: dueAt }];
  });
}

/** A step that falls due by itself. */
export interface DueStep {
  at: Date;
  /** The first instant at which it may be done. */
  wakeAt: Date;
  what: 'CLOSE' | 'RESUME' | IncidentClockKind;
}

/** The steps that fall due by themselves in an incident's life, each with its instant. */
export function dueSteps(incident: Incident, sla: Sla): DueStep[] {
  const steps: DueStep[] = incident.clocks.flatMap((clock) => {
    const calendar = sla.calendarOf(clock);
    const fire = nextFire(clock, calendar);
    const wakeAt = nextWakeAt(clock, calendar);
    return fire && wakeAt && stateOf(clock) === 'RUN' ? [{ at: fire.at, wakeAt, what: clock.kind }] : [];
  });
  const { state, closesAt, hold } = incident;
  if (state === 'RESOLVED' && closesAt) steps.push({ at: closesAt, wakeAt: closesAt, what: 'CLOSE' });
  if (hold?.until) steps.push({ at: hold.until, wakeAt: hold.until, what: 'RESUME' });
  return steps;
}

/** Sets the fields that follow from the others: the due instant, the breach, and the instant of the next step by itself. */
export function withDerivedFields(incident: Incident, { at, sla }: Moment): Incident {
  const { clocks, updatedAt, breached } = incident;
  return {
    ...incident,
    updatedAt: updatedAt > at ? updatedAt : at, // A late timer stamps an earlier instant.
    dueAt: earliest(clocks.map(({ dueAt }) => dueAt)),
    breached: breached || clocks.some(({ breachedAt }) => breachedAt !== null),
    nextFireAt: earliest(dueSteps(incident, sla).map(({ wakeAt }) => wakeAt)),
  };
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length ? new Date(Math.min(...known.map((instant) => instant.getTime()))) : null;
}
