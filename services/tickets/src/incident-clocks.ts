import { Refusal } from '@desk/kit/errors';
import type { BusinessCalendar } from './business-calendar.ts';
import {
  ClockLedgerFull,
  cancelClock,
  nextFire,
  nextWakeAt,
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

/** The clocks of a new incident. */
export function startedClocks(priority: Priority, act: Act): Clock[] {
  return CLOCK_KINDS.flatMap((kind) => {
    const target = act.sla.target(kind, priority);
    return target ? [startClock(kind, target, act.at, 'CREATED')] : [];
  });
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
 * The clocks after a public answer of the SME: the response is given, and the next update is owed anew, unless the incident
 * waits for the customer, when none is owed.
 */
export function answeredClocks(incident: Incident, act: Act): Clock[] {
  return incident.clocks.map((clock) => {
    if (clock.kind === 'RESPONSE') return stopClock(clock, act.sla.calendarOf(clock), act.at, 'ANSWERED');
    const owed = clock.kind === 'UPDATE' && !incident.hold?.pausing;
    const target = owed ? act.sla.target('UPDATE', incident.priority) : null;
    return target ? startClock('UPDATE', target, act.at, 'ANSWERED') : clock;
  });
}

/** The clocks after the priority changed: open ones move to its targets, by the rule of retargetClock. */
export function retargeted(incident: Incident, priority: Priority, act: Act): Clock[] {
  return CLOCK_KINDS.flatMap((kind) => {
    const clock = incident.clocks.find((known) => known.kind === kind);
    const target = act.sla.target(kind, priority);
    const ended = clock?.kind === 'UPDATE' && stateOf(clock) === 'STOP'; // Its priority had no such target meanwhile.
    if (!clock || ended) return target ? [startClock(kind, target, act.at, 'RECLASSIFIED')] : [];
    const calendar = act.sla.calendarOf(clock);
    if (!target) return [cancelClock(clock, calendar, act.at, 'RECLASSIFIED')];
    return [retargetClock(clock, calendar, target, act.at)];
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
