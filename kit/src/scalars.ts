import { GraphQLScalarType, Kind } from 'graphql';
import { Refusal } from './errors.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;
/** Length of `2026-04-06T15:30`. */
const WALL_CHARACTERS = 16;

/**
 * `DateTime`: an instant. Refuses a day that no calendar has, and a local time without its zone, since nobody can know
 * what instant it means.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: instant,
  parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : null),
});

/** `Duration`: milliseconds inside, ISO 8601 in hours, minutes and seconds outside. */
export const Duration = new GraphQLScalarType<number, string>({
  name: 'Duration',
  serialize: (value) => formatDuration(value as number),
});

/** Milliseconds as `PT24H`, `PT30M`, `PT1H1M1.5S`. Days are not used: a day of work is not 24 hours. */
export function formatDuration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  const parts = [hours && `${hours}H`, minutes && `${minutes}M`, seconds && `${seconds}S`].filter(Boolean);
  return `PT${parts.join('') || '0S'}`;
}

function instant(value: unknown): Date {
  if (typeof value === 'string' && INSTANT.test(value)) {
    const parsed = new Date(value);
    if (!Number.isNaN(parsed.getTime()) && isWallTime(value.slice(0, WALL_CHARACTERS))) return parsed;
  }
  if (typeof value === 'string' && WITHOUT_ZONE.test(value)) {
    throw new Refusal(
      'TIME_ZONE_REQUIRED',
      `"${value}" is a local time without its zone. Give an instant, as 2026-04-06T15:30:00Z.`,
    );
  }
  throw new Refusal('BAD_USER_INPUT', `${JSON.stringify(value)} is not an instant. Give it as 2026-04-06T15:30:00Z.`);
}

/** True for a date and time that a calendar has: `Date` would take 30 February for 2 March. */
function isWallTime(text: string): boolean {
  return new Date(`${text}Z`).toISOString().startsWith(text);
}
