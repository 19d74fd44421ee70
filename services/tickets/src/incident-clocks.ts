import { Refusal } from '@desk/kit/errors';
import type { BusinessCalendar } from './business-calendar.ts';
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
  type Clock,
  type ClockKind,
} from './clock.ts';
import type { Priority } from './generated/api.ts';
import type { Act, Incident } from './incident.ts';
import type { Sla } from './sla.ts';

const CLOCK_KINDS: readonly ClockKind[] = ['RESPONSE', 'RESOLUTION', 'UPDATE'];
/** Those that begin with the report. An update is owed from the first public answer on. */
const FIRST_KINDS: readonly ClockKind[] = ['RESPONSE', 'RESOLUTION'];
/** Those that wait with the customer. */
export const PAUSED_KINDS: readonly ClockKind[] = ['RESOLUTION', 'UPDATE'];
/** Missed updates that an incident keeps, the newest ones. The log keeps all. */
const MISSED_UPDATES_MAX = 20;

/** The clocks of a new incident. */
export function startedClocks(priority: Priority, act: Act): Clock[] {
  return begun(FIRST_KINDS, { priority, hold: null }, 'CREATED', act);
}

/** Changes the clocks of some kinds, each by its own calendar. */
export function eachClock(
  clocks: readonly Clock[],
  act: Act,
  change: (clock: Clock, calendar: BusinessCalendar) => Clock,
  kinds: readonly ClockKind[] = CLOCK_KINDS,
): Clock[] {
  return clocks.map((clock) => (kinds.includes(clock.kind) ? change(clock, act.sla.calendarOf(clock)) : clock));
}

/** As eachClock, for pausing and reopening: refuses when a ledger is full. */
export function eachClockWithRoom(...args: Parameters<typeof eachClock>): Clock[] {
  try {
    return eachClock(...args);
  } catch (error) {
    if (!(error instanceof ClockLedgerFull)) throw error;
    throw new Refusal('ILLEGAL_TRANSITION', 'This incident was held and reopened too often for its clocks to follow.', {
      allowedActions: [],
    });
  }
}

/**
 * The clocks after a public answer of the SME: the response is given, and the next update is owed anew. What a computer
 * system says answers nothing.
 */
export function answeredClocks(incident: Incident, act: Act): Clock[] {
  if (act.actor.kind !== 'PERSON') return incident.clocks;
  const clocks = eachClock(incident.clocks, act, (clock, calendar) => stopClock(clock, calendar, act.at, 'ANSWERED'), [
    'RESPONSE',
  ]);
  const update = clocks.findLast(({ kind }) => kind === 'UPDATE');
  // An answer that is applied late does not move the next update back.
  return update && act.at <= update.startedAt ? clocks : withNextUpdate({ ...incident, clocks }, 'ANSWERED', act);
}

/** The clocks after the priority changed: open ones move to its targets, by the rule of retargetClock. */
export function retargeted(incident: Incident, priority: Priority, act: Act): Clock[] {
  const moved = incident.clocks.map((clock) => {
    const calendar = act.sla.calendarOf(clock);
    const target = act.sla.target(clock.kind, priority);
    return target
      ? retargetClock(clock, calendar, target, act.at)
      : cancelClock(clock, calendar, act.at, 'RECLASSIFIED');
  });
  const missing = FIRST_KINDS.filter((kind) => !moved.some((clock) => clock.kind === kind));
  const clocks = [...moved, ...begun(missing, { ...incident, priority }, 'RECLASSIFIED', act)];
  if (isOpen(clocks, 'RESPONSE') || isOpen(clocks, 'UPDATE')) return clocks;
  return withNextUpdate({ ...incident, priority, clocks }, 'RECLASSIFIED', act);
}

/**
 * The clocks after a reopening: the solution is owed with what is left of its time, the next update anew. So is an answer that
 * a duplicate never got.
 */
export function reopenedClocks(incident: Incident, act: Act): Clock[] {
  const clocks = eachClockWithRoom(
    incident.clocks,
    act,
    (clock, calendar) =>
      clock.kind === 'RESOLUTION' || clock.outcome === 'EXCLUDED'
        ? reopenClock(clock, calendar, act.at, 'REOPENED')
        : clock,
    FIRST_KINDS,
  );
  return isOpen(clocks, 'RESPONSE') ? clocks : withNextUpdate({ ...incident, clocks }, 'REOPENED', act);
}

/** The clocks with the next update owed from the act on, behind the missed ones before it. */
function withNextUpdate(incident: Incident, cause: string, act: Act): Clock[] {
  const next = begun(['UPDATE'], incident, cause, act);
  if (!next.length) return incident.clocks;
  const ended = eachClock(incident.clocks, act, (clock, calendar) => stopClock(clock, calendar, act.at, cause), [
    'UPDATE',
  ]);
  const others = ended.filter(({ kind }) => kind !== 'UPDATE');
  const missed = ended.filter(({ kind, breachedAt }) => kind === 'UPDATE' && breachedAt !== null);
  return [...others, ...missed.slice(-MISSED_UPDATES_MAX), ...next];
}

/** Clocks that begin with the act, where the priority has their targets. While the incident waits for the customer, so do they. */
function begun(
  kinds: readonly ClockKind[],
  { priority, hold }: Pick<Incident, 'priority' | 'hold'>,
  cause: string,
  act: Act,
): Clock[] {
  return kinds.flatMap((kind) => {
    const target = act.sla.target(kind, priority);
    if (!target) return [];
    const clock = startClock(kind, target, act.at, cause);
    const waits = hold?.pausing && PAUSED_KINDS.includes(kind);
    return [waits ? pauseClock(clock, target.calendar, act.at, hold.reason) : clock];
  });
}

/** True while something of a kind is owed, also while it waits. */
function isOpen(clocks: readonly Clock[], kind: ClockKind): boolean {
  return clocks.some((clock) => clock.kind === kind && stateOf(clock) !== 'STOP');
}

/** A stretch of time in which a public answer was awaited: behind `after`, up to and including `until`. */
export interface AnswerTime {
  after: Date;
  until: Date;
}

/** When answers should have come of which `now` it looks as if they had not: before their breach is told, it is to be asked. */
export function missingAnswers(incident: Incident, now: Date): AnswerTime[] {
  return incident.clocks.flatMap(({ kind, dueAt, breachedAt, intervals, startedAt }) => {
    if (kind === 'RESOLUTION' || dueAt === null || dueAt >= now || breachedAt !== null) return [];
    const reopenedAt = intervals.findLast(({ state }) => state === 'STOP')?.to;
    return [{ after: reopenedAt ?? startedAt, until: dueAt }];
  });
}

/** Something that falls due by itself. */
export interface DueAct {
  at: Date;
  /** The first instant at which it may be done. */
  wakeAt: Date;
  what: 'CLOSE' | 'RESUME' | ClockKind;
}

/** What an incident owes by itself, each with its instant. */
export function dueActs(incident: Incident, sla: Sla): DueAct[] {
  const acts: DueAct[] = incident.clocks.flatMap((clock) => {
    const calendar = sla.calendarOf(clock);
    const fire = nextFire(clock, calendar);
    const wakeAt = nextWakeAt(clock, calendar);
    return fire && wakeAt && stateOf(clock) === 'RUN' ? [{ at: fire.at, wakeAt, what: clock.kind }] : [];
  });
  if (incident.state === 'RESOLVED' && incident.closesAt)
    acts.push({ at: incident.closesAt, wakeAt: incident.closesAt, what: 'CLOSE' });
  if (incident.hold?.until) acts.push({ at: incident.hold.until, wakeAt: incident.hold.until, what: 'RESUME' });
  return acts;
}

/** The fields that follow from the others: what is due, what was missed, when the incident next acts by itself. */
export function settled(incident: Incident, act: Act): Incident {
  const wakes = dueActs(incident, act.sla).map((due) => due.wakeAt);
  return {
    ...incident,
    updatedAt: incident.updatedAt > act.at ? incident.updatedAt : act.at, // A late timer stamps an earlier instant.
    dueAt: earliest(incident.clocks.map((clock) => clock.dueAt)),
    breached: incident.breached || incident.clocks.some((clock) => clock.breachedAt !== null),
    nextFireAt: earliest(wakes),
  };
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length ? new Date(Math.min(...known.map((instant) => instant.getTime()))) : null;
}
