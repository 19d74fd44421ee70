import { Temporal } from 'temporal-polyfill';

/** Why a local time does not name one instant. INVALID_* is input that is no time or no zone at all. */
export type LocalTimeCode =
  'AMBIGUOUS_LOCAL_TIME' | 'NONEXISTENT_LOCAL_TIME' | 'TIME_ZONE_REQUIRED' | 'INVALID_LOCAL_TIME' | 'INVALID_TIME_ZONE';

/** Thrown for a local time that does not name one instant; says what would. */
export class LocalTimeProblem extends Error {
  readonly code: LocalTimeCode;
  /** The instants that an ambiguous time can mean, earlier first; else empty. */
  readonly candidates: Date[];
  /** For a time that a clock change skips: the instant as far after the change; else null. */
  readonly suggestion: Date | null;

  constructor(code: LocalTimeCode, message: string, answer: { candidates?: Date[]; suggestion?: Date } = {}) {
    super(message);
    this.name = 'LocalTimeProblem';
    this.code = code;
    this.candidates = answer.candidates ?? [];
    this.suggestion = answer.suggestion ?? null;
  }
}

/** A wall time such as '2026-11-01T01:30', with an offset ('-05:00' or 'Z') or an IANA zone, or both when they agree. */
export interface LocalTime {
  local: string;
  timeZone: string | null;
}

/**
 * The one instant that a local time names. Throws LocalTimeProblem: it never guesses between two, and never moves a time that the
 * zone skips. Seconds and milliseconds are optional.
 */
export function instantOf({ local, timeZone }: LocalTime): Date {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(local);
  const wall = parts?.[1] === undefined ? null : plainDateTime(parts[1]);
  if (wall === null) throw invalid(`must be a local time such as 2026-11-01T01:30, not ${local}.`);
  const offset = parts?.[2] ?? null;
  if (timeZone !== null && timeZone !== '') return inZone(wall, offset, timeZone);
  if (offset === null) {
    const message = `must have a time zone such as America/Toronto, or an offset: ${local} has neither.`;
    throw new LocalTimeProblem('TIME_ZONE_REQUIRED', message);
  }
  return atOffset(wall, offset);
}

/** True for the IANA name of a time zone that this process has rules for. An offset is none: it does not follow the law's changes. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return !/^[+-]/.test(timeZone);
  } catch {
    return false;
  }
}

/** A stretch of real time between two local times. */
export interface LocalWindow {
  startsAt: Date;
  endsAt: Date;
  /** Real milliseconds: an hour less, or more, than it reads when a clock change falls inside. */
  durationMs: number;
}

/** The window [from, to) between two local times of one zone. Throws LocalTimeProblem as `instantOf`, and when it is empty. */
export function localWindow(window: { from: string; to: string; timeZone: string | null }): LocalWindow {
  const startsAt = instantOf({ local: window.from, timeZone: window.timeZone });
  const endsAt = instantOf({ local: window.to, timeZone: window.timeZone });
  const durationMs = endsAt.getTime() - startsAt.getTime();
  if (durationMs <= 0) throw invalid(`must end after its start ${window.from}, not at ${window.to}.`);
  return { startsAt, endsAt, durationMs };
}

function inZone(wall: Temporal.PlainDateTime, offset: string | null, timeZone: string): Date {
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    zoned(wall, timeZone, disambiguation),
  );
  if (!earlier || !later)
    throw new LocalTimeProblem(
      'INVALID_TIME_ZONE',
      `must be in an IANA time zone such as America/Toronto, not ${timeZone}.`,
    );
  const readings = [earlier, later].filter((each) => each.toPlainDateTime().equals(wall));
  if (readings.length === 0) {
    const message = `must be a time that exists: the clocks of ${timeZone} skip ${wall}.`;
    throw new LocalTimeProblem('NONEXISTENT_LOCAL_TIME', message, { suggestion: date(later) });
  }
  const candidates = [...new Set(readings.map((each) => each.epochMilliseconds))].map((ms) => new Date(ms));
  if (offset !== null) return agreed(wall, offset, { timeZone, candidates });
  const [only, other] = candidates;
  if (only && !other) return only;
  const message = `must have its offset: ${wall} happens twice in ${timeZone}.`;
  throw new LocalTimeProblem('AMBIGUOUS_LOCAL_TIME', message, { candidates });
}

function agreed(
  wall: Temporal.PlainDateTime,
  offset: string,
  { timeZone, candidates }: { timeZone: string; candidates: readonly Date[] },
): Date {
  const named = atOffset(wall, offset);
  if (candidates.some((candidate) => candidate.getTime() === named.getTime())) return named;
  throw invalid(`must have an offset that ${timeZone} has at ${wall}, not ${offset}.`);
}

function atOffset(wall: Temporal.PlainDateTime, offset: string): Date {
  try {
    return new Date(Temporal.Instant.from(`${wall}${offset}`).epochMilliseconds);
  } catch {
    throw invalid(`must have an offset from UTC such as -05:00, not ${offset}.`);
  }
}

function plainDateTime(text: string): Temporal.PlainDateTime | null {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch {
    return null;
  }
}

function zoned(
  wall: Temporal.PlainDateTime,
  timeZone: string,
  disambiguation: 'earlier' | 'later',
): Temporal.ZonedDateTime | null {
  try {
    return wall.toZonedDateTime(timeZone, { disambiguation });
  } catch {
    return null;
  }
}

function date(time: Temporal.ZonedDateTime): Date {
  return new Date(time.epochMilliseconds);
}

function invalid(message: string): LocalTimeProblem {
  return new LocalTimeProblem('INVALID_LOCAL_TIME', message);
}
