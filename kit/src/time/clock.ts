import { addBusinessTime, businessTimeBetween } from './business-calendar.ts';
import type { BusinessCalendar } from './business-calendar.ts';

/** How a clock ended. CANCELLED and EXCLUDED clocks are not counted. */
export type ClockOutcome = 'MET' | 'BREACHED' | 'CANCELLED' | 'EXCLUDED';
/** RUN uses the budget. PAUSE waits without using it. STOP is the end of a cycle; a reopening begins the next. */
export type ClockState = 'RUN' | 'PAUSE' | 'STOP';
/** TIME: the budget ran out. RECLASSIFIED: a new target was already past when it was set. */
export type ClockBreachCause = 'TIME' | 'RECLASSIFIED';

/** One line of the ledger, [from, to). Each line begins where the one before it ends; the last is open (`to` is null). */
export interface ClockInterval {
  from: Date;
  to: Date | null;
  state: ClockState;
  /** A code of the record's own life that says why, as `CREATED`. */
  cause: string;
}

/** A warning that was announced. */
export interface ClockWarning {
  percent: number;
  at: Date;
}

/** One promise to do something about a record in time. The ledger is the truth; `dueAt` and `outcome` follow from it and the calendar. */
export interface Clock<Kind extends string = string> {
  /** What it measures: a code of the record's noun. */
  kind: Kind;
  policyId: string;
  policyVersion: number;
  calendarId: string;
  calendarVersion: number;
  /** Open milliseconds of the calendar that the target allows. */
  budgetMs: number;
  startedAt: Date;
  /** At most INTERVALS_MAX. */
  intervals: ClockInterval[];
  /** The instant at which the budget runs out; meeting it exactly is met. Null while paused or stopped. */
  dueAt: Date | null;
  stoppedAt: Date | null;
  /** Null while the clock is open. */
  outcome: ClockOutcome | null;
  /** Once set never erased, whatever the outcome becomes. */
  breachedAt: Date | null;
  breachCause: ClockBreachCause | null;
  /** In the order announced, percents ascending. A percent below the last one will never be announced: it was skipped. */
  warned: ClockWarning[];
}

/** A step of a clock: when it happens, why, and the calendar that the clock counts by. */
export interface ClockStep {
  at: Date;
  cause: string;
  calendar: BusinessCalendar;
}

/** The promise of a policy: so much open time of a calendar. */
export interface ClockTarget {
  policyId: string;
  policyVersion: number;
  calendar: BusinessCalendar;
  budgetMs: number;
}

/** An announcement about a clock, made once, with the computed instant at which it became true. */
export interface ClockFire {
  at: Date;
  what: { kind: 'WARNING'; percent: number } | { kind: 'BREACH' };
}

/** Warnings are announced when this much of the budget is used, each at most once per clock. */
export const WARNING_PERCENTS = [50, 75, 90] as const;
/** Lines of a ledger. Pausing and reopening are refused before it is full, so that resuming and stopping never are. */
export const INTERVALS_MAX = 500;
/** A pause needs its own line, and after it a resume, a stop and whatever cancels. */
const INTERVALS_SPARE = 4;

/** Thrown by `pauseClock` and `reopenClock` when the ledger has no room left for what must follow. */
export class ClockLedgerFull extends Error {
  constructor() {
    super(`a clock holds at most ${INTERVALS_MAX} intervals`);
    this.name = 'ClockLedgerFull';
  }
}

/*
 * Every function returns a new clock, or the same one when it has nothing to do: pausing a paused clock changes nothing, so a retried
 * command is harmless. An instant before the ledger's last line counts as the begin of that line: processes differ a little in time,
 * and a ledger never runs back.
 *
 * Whatever became owed before the instant is announced first, with its own instant, even when the timer is late. What falls on the
 * instant itself is not announced, because an action at the same instant wins.
 */

/** Starts a clock at `at`; outside opening hours it begins to use its budget at the next opening. */
export function startClock<Kind extends string>(
  kind: Kind,
  target: ClockTarget,
  { at, cause }: Omit<ClockStep, 'calendar'>,
): Clock<Kind> {
  if (target.budgetMs <= 0) throw new RangeError(`the budget of ${target.policyId} is ${target.budgetMs} ms`);
  return {
    kind,
    ...promised(target),
    startedAt: at,
    intervals: [{ from: at, to: null, state: 'RUN', cause }],
    dueAt: addBusinessTime(target.calendar, at, target.budgetMs),
    stoppedAt: null,
    outcome: null,
    breachedAt: null,
    breachCause: null,
    warned: [],
  };
}

/** Pauses a running clock. While paused nothing is due and nothing is announced. Throws ClockLedgerFull. */
export function pauseClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  if (stateOf(clock) !== 'RUN') return clock;
  if (clock.intervals.length > INTERVALS_MAX - INTERVALS_SPARE) throw new ClockLedgerFull();
  return enter(withAnnouncements(clock, step), 'PAUSE', step);
}

/** Resumes a paused clock with the budget it has left. */
export function resumeClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  if (stateOf(clock) !== 'PAUSE') return clock;
  return recompute(enter(clock, 'RUN', step), step.calendar);
}

/** Stops an open clock: MET when nothing was breached up to and including `at`, else BREACHED. */
export function stopClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  return end(clock, step, ({ breachedAt }) => (breachedAt === null ? 'MET' : 'BREACHED'));
}

/** Begins the next cycle of a stopped clock with the budget it has left. A cancelled clock stays cancelled. Throws ClockLedgerFull. */
export function reopenClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  if (stateOf(clock) !== 'STOP' || clock.outcome === 'CANCELLED') return clock;
  if (clock.intervals.length > INTERVALS_MAX - INTERVALS_SPARE) throw new ClockLedgerFull();
  return recompute({ ...enter(clock, 'RUN', step), stoppedAt: null, outcome: null }, step.calendar);
}

/** Ends an open clock that no longer matters because its record was cancelled. A finished clock keeps its outcome. */
export function cancelClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  return end(clock, step, () => 'CANCELLED');
}

/** Ends an open clock that must not be counted, as of a duplicate. A finished clock keeps its outcome. */
export function excludeClock<Kind extends string>(clock: Clock<Kind>, step: ClockStep): Clock<Kind> {
  return end(clock, step, () => 'EXCLUDED');
}

/**
 * Gives an open clock another target: start and ledger stay, and the time used is counted again under the new calendar. A target that
 * is already past is breached at `at`, cause RECLASSIFIED; a breach on record and a finished clock do not change.
 */
export function retargetClock<Kind extends string>(
  clock: Clock<Kind>,
  target: ClockTarget,
  { at, calendar }: Omit<ClockStep, 'cause'>,
): Clock<Kind> {
  if (stateOf(clock) === 'STOP') return clock;
  const announced = withAnnouncements(clock, { at, calendar });
  const changedAt = notBeforeLedger(clock, at);
  const moved: Clock<Kind> = { ...announced, ...promised(target) };
  const usedUpAt = instantOfElapsed(moved, target.calendar, moved.budgetMs);
  if (moved.breachedAt === null && usedUpAt !== null && usedUpAt < changedAt) {
    const dueAt = stateOf(moved) === 'RUN' ? usedUpAt : null;
    return { ...moved, dueAt, breachedAt: changedAt, breachCause: 'RECLASSIFIED' };
  }
  return recompute(moved, target.calendar, changedAt);
}

/** Open milliseconds used up to `now`: the business time of the RUN lines. */
export function elapsedMs(clock: Clock, calendar: BusinessCalendar, now: Date): number {
  checkCalendar(clock, calendar);
  return clock.intervals
    .filter(({ state }) => state === 'RUN')
    .reduce((sum, { from, to }) => sum + businessTimeBetween(calendar, from, to !== null && to < now ? to : now), 0);
}

/** The earliest announcement still owed; null when the clock is not running or has nothing more to say. */
export function nextFire(clock: Clock, calendar: BusinessCalendar): ClockFire | null {
  checkCalendar(clock, calendar);
  if (stateOf(clock) !== 'RUN' || clock.breachedAt !== null || clock.dueAt === null) return null;
  const percent = WARNING_PERCENTS.find((each) => each > lastWarned(clock));
  if (percent === undefined) return { at: clock.dueAt, what: { kind: 'BREACH' } };
  const at = instantOfElapsed(clock, calendar, thresholdMs(clock, percent));
  return at === null ? null : { at, what: { kind: 'WARNING', percent } };
}

/**
 * When a timer may apply `nextFire`: the first millisecond after it. Firing at the instant itself would beat an action at that very
 * instant, which is in time.
 */
export function nextWakeAt(clock: Clock, calendar: BusinessCalendar): Date | null {
  const fire = nextFire(clock, calendar);
  return fire === null ? null : new Date(fire.at.getTime() + 1);
}

/** Applies exactly the announcement that `nextFire` names, stamped with its computed instant; the same clock when none is owed. */
export function fireClock<Kind extends string>(clock: Clock<Kind>, calendar: BusinessCalendar): Clock<Kind> {
  const fire = nextFire(clock, calendar);
  if (fire === null) return clock;
  if (fire.what.kind === 'BREACH') return { ...clock, breachedAt: fire.at, breachCause: 'TIME' };
  return { ...clock, warned: [...clock.warned, { percent: fire.what.percent, at: fire.at }] };
}

/**
 * The announcements of a step from `before` to `after`, in order. Every step can announce: a late stop its breach, a resume or a new
 * target the highest warning that it jumped to.
 */
export function announcementsBetween(before: Clock, after: Clock): ClockFire[] {
  const fires: ClockFire[] = after.warned
    .slice(before.warned.length)
    .map(({ percent, at }) => ({ at, what: { kind: 'WARNING', percent } }));
  if (before.breachedAt === null && after.breachedAt !== null)
    fires.push({ at: after.breachedAt, what: { kind: 'BREACH' } });
  return fires;
}

/** Whether the clock runs, waits or has ended now. */
export function stateOf(clock: Clock): ClockState {
  const last = clock.intervals.at(-1);
  if (!last) throw new RangeError('a clock has at least the line that started it');
  return last.state;
}

/**
 * The instant at which `ms` of open time were used, or will be if the clock keeps running; null when it is not running and
 * has not used as much. A threshold that is reached only at the instant at which a line ends counts for the next RUN line.
 */
export function instantOfElapsed(clock: Clock, calendar: BusinessCalendar, ms: number): Date | null {
  checkCalendar(clock, calendar);
  let leftMs = ms;
  for (const { from, to, state } of clock.intervals) {
    if (state !== 'RUN') continue;
    if (to === null) return addBusinessTime(calendar, from, leftMs);
    const usedMs = businessTimeBetween(calendar, from, to);
    if (leftMs <= usedMs) {
      const at = addBusinessTime(calendar, from, leftMs);
      if (at < to) return at;
    }
    leftMs -= usedMs;
  }
  return null;
}

function promised({ policyId, policyVersion, calendar, budgetMs }: ClockTarget) {
  return { policyId, policyVersion, calendarId: calendar.id, calendarVersion: calendar.version, budgetMs };
}

function end<Kind extends string>(
  clock: Clock<Kind>,
  step: ClockStep,
  outcomeOf: (announced: Clock) => ClockOutcome,
): Clock<Kind> {
  if (stateOf(clock) === 'STOP') return clock;
  const announced = withAnnouncements(clock, step);
  return {
    ...enter(announced, 'STOP', step),
    stoppedAt: notBeforeLedger(clock, step.at),
    outcome: outcomeOf(announced),
  };
}

/** Announces everything that became owed strictly before an instant: at most every percent and the breach. */
function withAnnouncements<Kind extends string>(
  clock: Clock<Kind>,
  { at, calendar }: Omit<ClockStep, 'cause'>,
): Clock<Kind> {
  const actionAt = notBeforeLedger(clock, at);
  let current = clock;
  for (let announced = 0; announced <= WARNING_PERCENTS.length; announced += 1) {
    const fire = nextFire(current, calendar);
    if (fire === null || fire.at >= actionAt) break;
    current = fireClock(current, calendar);
  }
  return current;
}

function enter<Kind extends string>(clock: Clock<Kind>, state: ClockState, { at, cause }: ClockStep): Clock<Kind> {
  const from = notBeforeLedger(clock, at);
  const closed = clock.intervals.map((interval) => (interval.to === null ? { ...interval, to: from } : interval));
  return { ...clock, intervals: [...closed, { from, to: null, state, cause }], dueAt: null };
}

/** The due instant anew, and the highest of the warnings that the change jumped to, stamped with the change. */
function recompute<Kind extends string>(
  clock: Clock<Kind>,
  calendar: BusinessCalendar,
  at: Date = lastFrom(clock),
): Clock<Kind> {
  if (stateOf(clock) !== 'RUN') return clock;
  const due = { ...clock, dueAt: instantOfElapsed(clock, calendar, clock.budgetMs) };
  if (clock.breachedAt !== null) return due;
  const jumped = WARNING_PERCENTS.findLast((percent) => {
    const reachedAt = instantOfElapsed(clock, calendar, thresholdMs(clock, percent));
    return percent > lastWarned(clock) && reachedAt !== null && reachedAt <= at;
  });
  return jumped === undefined ? due : { ...due, warned: [...clock.warned, { percent: jumped, at }] };
}

function thresholdMs(clock: Clock, percent: number): number {
  return Math.ceil((clock.budgetMs * percent) / 100);
}

function lastWarned(clock: Clock): number {
  return clock.warned.at(-1)?.percent ?? 0;
}

function lastFrom(clock: Clock): Date {
  return clock.intervals.at(-1)?.from ?? clock.startedAt;
}

function notBeforeLedger(clock: Clock, at: Date): Date {
  const from = lastFrom(clock);
  return at < from ? from : at;
}

function checkCalendar(clock: Clock, calendar: BusinessCalendar): void {
  if (clock.calendarId === calendar.id && clock.calendarVersion === calendar.version) return;
  const owned = `${clock.calendarId}@${clock.calendarVersion}`;
  throw new RangeError(`a clock on calendar ${owned} was read with ${calendar.id}@${calendar.version}`);
}
