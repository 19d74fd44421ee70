import type { Language } from '../generated/api.ts';

/** The market runs on Eastern Standard Time all year. Panama's clocks do the same, and the name comes out as EST and HNE. */
export const MARKET_ZONE = 'America/Panama';

/** The one place where instants and durations become text. */
export interface Format {
  language: Language;
  /** IANA zone of every time it writes. */
  zone: string;
  /** `Mon, Apr 6, 11:30 EDT`; with the year when it is not this year. */
  instant(iso: string): string;
  /** `11:30 EDT` today, else as `instant`. */
  time(iso: string): string;
  /** Short name of the zone at a local time without offset, `2026-11-01T08:30`: `EST`, `HNE`. That of now, where it is none. */
  localZoneName(local: string): string;
  /** An ISO 8601 duration, `PT4H30M`, as `4 h 30 min`. */
  duration(iso: string): string;
  /** Time between two instants in milliseconds, as `41 min` or `3 d 4 h`; never negative. */
  span(ms: number): string;
  number(value: number): string;
  /** `CHG or PRB`. */
  anyOf(words: readonly string[]): string;
}

/** A formatter for a language and a zone. `now` decides what "today" and "this year" are. */
export function createFormat(options: { language: Language; zone: string; now: () => number }): Format {
  const locale = options.language === 'FR' ? 'fr-CA' : 'en-CA';
  const zone = knownZone(options.zone);
  const shared = {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  } as const;
  const withYear = new Intl.DateTimeFormat(locale, { ...shared, year: 'numeric', month: 'short', day: 'numeric' });
  const withDay = new Intl.DateTimeFormat(locale, { ...shared, weekday: 'short', month: 'short', day: 'numeric' });
  const clock = new Intl.DateTimeFormat(locale, shared);
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const wallClock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const numbers = new Intl.NumberFormat(locale);
  const lists = new Intl.ListFormat(locale, { type: 'disjunction' });

  function instant(iso: string): string {
    const at = new Date(iso);
    const sameYear = day.format(at).slice(0, 4) === day.format(options.now()).slice(0, 4);
    return (sameYear ? withDay : withYear).format(at);
  }

  function zoneNameAt(ms: number): string {
    return clock.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? zone;
  }

  /** How far the zone's wall clock is ahead of UTC at an instant. */
  function offsetMs(ms: number): number {
    const { year, month, day, hour, minute, second } = Object.fromEntries(
      wallClock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    ) as Record<string, number>;
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000;
  }

  return {
    language: options.language,
    zone,
    instant,
    time: (iso) =>
      day.format(new Date(iso)) === day.format(options.now()) ? clock.format(new Date(iso)) : instant(iso),
    localZoneName(local) {
      const wall = Date.parse(`${local}Z`);
      return zoneNameAt(Number.isNaN(wall) ? options.now() : wall - offsetMs(wall - offsetMs(wall)));
    },
    duration: (iso) => spanText(durationMs(iso), options.language),
    span: (ms) => (ms < DAYS_FROM_MS ? spanText(ms, options.language) : daysText(ms, options.language)),
    number: (value) => numbers.format(value),
    anyOf: (words) => lists.format(words),
  };
}

/** Length of an ISO 8601 duration in milliseconds. Days are 24 hours; weeks, months and years are not used by the desk. */
export function durationMs(iso: string): number {
  const parts = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso);
  if (!parts) return 0;
  const [, sign, days, hours, minutes, seconds] = parts;
  const ms = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
  return (sign ? -1 : 1) * (ms + Number(seconds ?? 0) * 1_000);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** From this length on, time on the wall clock is told in days. */
const DAYS_FROM_MS = 48 * HOUR_MS;

function daysText(ms: number, language: Language): string {
  const hours = Math.floor(ms / HOUR_MS);
  const rest = hours % 24;
  return [`${Math.floor(hours / 24)} ${language === 'FR' ? 'j' : 'd'}`, rest > 0 && `${rest} h`]
    .filter(Boolean)
    .join(' ');
}

/** Hours and minutes, also beyond a day: business time has no days of 24 hours. */
function spanText(ms: number, language: Language): string {
  const total = Math.max(0, ms);
  if (total < MINUTE_MS) return language === 'FR' ? 'moins de 1 min' : 'less than 1 min';
  const hours = Math.floor(total / HOUR_MS);
  const minutes = Math.floor((total % HOUR_MS) / MINUTE_MS);
  return [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`].filter(Boolean).join(' ');
}

function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'America/Toronto';
  }
}
