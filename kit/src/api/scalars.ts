import { GraphQLScalarType, Kind } from 'graphql';
import { formatDuration, parseDuration } from '../time/duration.ts';
import { isTimeZone } from '../time/local-time.ts';
import { Unreadable } from './arguments.ts';
import { showsAll } from './characters.ts';
import type { Problem } from './errors.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;
/** Length of `2026-04-06T15:30`. */
const WALL_CHARACTERS = 16;
/** The earliest and the latest instant that a client can give: wide of all that the desk is about, so that a slip of the pen is told. */
export const INSTANT_MIN = new Date('1970-01-01T00:00:00.000Z');
export const INSTANT_MAX = new Date('2100-01-01T00:00:00.000Z');
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]+$/;
/** RFC 5321 leaves this much room between the angle brackets. */
export const EMAIL_CHARACTERS_MAX = 254;
/** E.164: a plus, a country's code that does not begin with 0, at most 15 digits. */
const PHONE = /^\+[1-9]\d{6,14}$/;
const CURSOR_CHARACTERS_MAX = 2_000;

/**
 * Instants: `Date` inside, RFC 3339 in UTC outside, within INSTANT_MIN and INSTANT_MAX as input. A day that no calendar has is never moved
 * to another.
 */
export const DateTime = textScalar<Date>('DateTime', { read: readInstant, write: (value) => value.toISOString() });

/** Lengths of time: milliseconds inside, ISO 8601 in hours, minutes and seconds outside. */
export const Duration = textScalar<number>('Duration', {
  read: (text) =>
    parseDuration(text) ?? malformed('Duration', 'must be a length of time in hours, minutes and seconds, as PT4H30M.'),
  write: formatDuration,
});

const TimeZone = textScalar<string>('TimeZone', {
  read: (text) =>
    isTimeZone(text)
      ? text
      : new Unreadable({
          code: 'INVALID_TIME_ZONE',
          message: 'must be the name of an IANA time zone, as America/Toronto.',
        }),
  write: String,
});

const EmailAddress = textScalar<string>('EmailAddress', {
  read: (text) =>
    isEmailAddress(text) ? text : malformed('EmailAddress', 'must be an e-mail address, as lena@example.ca.'),
  write: String,
});

/** True for the form of an e-mail address, of which people see every character. */
export function isEmailAddress(text: string): boolean {
  return text.length <= EMAIL_CHARACTERS_MAX && EMAIL.test(text) && showsAll(text);
}

const PhoneNumber = textScalar<string>('PhoneNumber', {
  read: (text) =>
    PHONE.test(text) ? text : malformed('PhoneNumber', 'must be a telephone number in E.164 form, as +14165550100.'),
  write: String,
});

const Cursor = textScalar<string>('Cursor', {
  read: (text) =>
    text.length <= CURSOR_CHARACTERS_MAX
      ? text
      : new Unreadable({
          code: 'TOO_LONG',
          args: { max: CURSOR_CHARACTERS_MAX, unit: 'CHARACTERS', length: text.length },
          message: `must have at most ${CURSOR_CHARACTERS_MAX} characters, and has ${text.length}.`,
        }),
  write: String,
});

/** The resolvers of the scalars that every domain has: `schema/common.graphql`. */
export const SCALARS = { DateTime, Duration, TimeZone, EmailAddress, PhoneNumber, Cursor };

/** A scalar that is text outside. What it cannot read becomes an `Unreadable`, which the check of arguments refuses. */
function textScalar<Value>(
  name: string,
  { read, write }: { read: (text: string) => Value | Unreadable; write: (value: Value) => string },
): GraphQLScalarType<Value | Unreadable, string> {
  const parse = (value: unknown) =>
    typeof value === 'string' ? read(value) : malformed(name, 'must be a text in quotes.');
  return new GraphQLScalarType({
    name,
    serialize: (value) => write(value as Value),
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
  });
}

function malformed(type: string, message: string): Unreadable {
  return new Unreadable({ code: 'MALFORMED', args: { type }, message });
}

/** True within the range of the instants that a client can give. */
export function isGivenInstant(instant: Date): boolean {
  return INSTANT_MIN <= instant && instant <= INSTANT_MAX;
}

/** The problem of an instant outside of it. */
export const INSTANT_OUT_OF_RANGE: Problem = {
  code: 'OUT_OF_RANGE',
  args: { min: INSTANT_MIN.toISOString(), max: INSTANT_MAX.toISOString() },
  message: 'must lie from 1970 up to the beginning of 2100.',
};

function readInstant(text: string): Date | Unreadable {
  if (INSTANT.test(text)) {
    const parsed = new Date(text);
    if (!Number.isNaN(parsed.getTime()) && isWallTime(text.slice(0, WALL_CHARACTERS)))
      return isGivenInstant(parsed) ? parsed : new Unreadable(INSTANT_OUT_OF_RANGE);
  }
  const message = 'must be an instant with its zone or offset, as 2026-04-06T15:30:00Z.';
  // A local time without its zone names no instant, so it has a code of its own.
  return new Unreadable(
    { code: 'INVALID_TIME', message },
    WITHOUT_ZONE.test(text) ? 'TIME_ZONE_REQUIRED' : 'BAD_USER_INPUT',
  );
}

/** True for a date and time that a calendar has: `Date` would take 30 February for 2 March. */
function isWallTime(text: string): boolean {
  return new Date(`${text}Z`).toISOString().startsWith(text);
}
