import { Temporal } from 'temporal-polyfill';
import { epochDay, holidayOn, isoDate, isoWeekday } from './holidays.ts';
import type { Holiday, HolidaySet } from './holidays.ts';

/** When a service is open. A version that a clock names is never edited: a change is the next version. */
export interface BusinessCalendar {
  id: string;
  version: number;
  /** The zone in which `week` is read; never the viewer's. */
  timeZone: string;
  /** ISO weekday 1..7 to its segments [from, to) as 'HH:MM' ('24:00' allowed), in order, not overlapping. */
  week: Record<number, { from: string; to: string }[]>;
  /** Null: no holidays. */
  holidays: HolidaySet | null;
  /** Open day and night, every day: `week` and `holidays` do not count. */
  always: boolean;
}

/** A stretch [opensAt, closesAt) of open time, in epoch milliseconds. */
export interface Opening {
  opensAt: number;
  closesAt: number;
}

const DAY_MS = 86_400_000;
/** A hundred years: a search for open time that goes further is a calendar that never opens. */
const DAYS_MAX = 36_600;

/**
 * The first instant at which `budgetMs` of open time have passed since `from`. Ending exactly at closing time gives
 * the closing instant, not the next opening; no budget at all gives `from`. Throws RangeError on a negative budget and on a
 * calendar that has no such instant within a hundred years.
 */
export function addBusinessTime(calendar: BusinessCalendar, from: Date, budgetMs: number): Date {
  if (!Number.isInteger(budgetMs) || budgetMs < 0)
    throw new RangeError(`budgetMs is ${budgetMs}, not a whole number from 0`);
  if (calendar.always || budgetMs === 0) return new Date(from.getTime() + budgetMs);
  let leftMs = budgetMs;
  const firstDay = utcDay(from) - 1;
  for (let day = firstDay; day < firstDay + DAYS_MAX; day += 1) {
    for (const { opensAt, closesAt } of openingsOf(calendar, day)) {
      const startsAt = Math.max(opensAt, from.getTime());
      if (startsAt >= closesAt) continue;
      if (leftMs <= closesAt - startsAt) return new Date(startsAt + leftMs);
      leftMs -= closesAt - startsAt;
    }
  }
  throw new RangeError(
    `calendar ${calendar.id}@${calendar.version} has less than ${budgetMs} ms of open time in a century`,
  );
}

/** The open milliseconds in [from, to); 0 when `to` is not after `from`. */
export function businessTimeBetween(calendar: BusinessCalendar, from: Date, to: Date): number {
  if (to <= from) return 0;
  if (calendar.always) return to.getTime() - from.getTime();
  const firstDay = utcDay(from) - 1;
  const lastDay = utcDay(to) + 1;
  if (lastDay - firstDay > DAYS_MAX) throw new RangeError('more than a century between two instants of a clock');
  let totalMs = 0;
  for (let day = firstDay; day <= lastDay; day += 1) {
    for (const { opensAt, closesAt } of openingsOf(calendar, day)) {
      totalMs += Math.max(0, Math.min(closesAt, to.getTime()) - Math.max(opensAt, from.getTime()));
    }
  }
  return totalMs;
}

/** The holidays in [from, to) that fall on a day of the week on which the calendar would be open, by date. */
export function holidaysSkipped(calendar: BusinessCalendar, from: Date, to: Date): Holiday[] {
  if (calendar.always || calendar.holidays === null || to <= from) return [];
  const skipped: Holiday[] = [];
  const lastDay = Math.min(localDay(calendar, new Date(to.getTime() - 1)), localDay(calendar, from) + DAYS_MAX);
  for (let day = localDay(calendar, from); day <= lastDay; day += 1) {
    if ((calendar.week[isoWeekday(day)] ?? []).length === 0) continue;
    const holiday = holidayOn(calendar.holidays, isoDate(day));
    if (holiday) skipped.push(holiday);
  }
  return skipped;
}

/**
 * The open stretches of one local day (days since 1970-01-01), in order. Their length is real time: a segment over the hour that
 * a clock change skips is an hour shorter than it reads, over the repeated hour an hour longer.
 */
function openingsOf(calendar: BusinessCalendar, day: number): readonly Opening[] {
  const days = rememberedDays(calendar);
  let openings = days.get(day);
  if (!openings) {
    openings = workOutOpenings(calendar, day);
    days.set(day, openings);
  }
  return openings;
}

/** A calendar version is immutable, so a day is worked out once; the memory of a calendar that is dropped goes with it. */
const daysByCalendar = new WeakMap<BusinessCalendar, Map<number, readonly Opening[]>>();
const DAYS_KEPT_MAX = 5_000;

function rememberedDays(calendar: BusinessCalendar): Map<number, readonly Opening[]> {
  let days = daysByCalendar.get(calendar);
  if (!days || days.size >= DAYS_KEPT_MAX) {
    days = new Map();
    daysByCalendar.set(calendar, days);
  }
  return days;
}

function workOutOpenings(calendar: BusinessCalendar, day: number): Opening[] {
  const segments = calendar.week[isoWeekday(day)] ?? [];
  if (segments.length === 0) return [];
  if (calendar.holidays !== null && holidayOn(calendar.holidays, isoDate(day))) return [];
  return segments
    .map(({ from, to }) => ({
      opensAt: boundary(calendar.timeZone, day, from),
      closesAt: boundary(calendar.timeZone, day, to),
    }))
    .filter(({ opensAt, closesAt }) => opensAt < closesAt);
}

/**
 * The instant of a wall time as the edge of a segment. Edges keep their order whatever the zone does: a skipped wall time is the instant
 * of the skip, a repeated one is its first occurrence. So segments that touch never overlap and never leave a hole.
 */
function boundary(timeZone: string, day: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const wall = Temporal.PlainDateTime.from(isoDate(day)).add({ hours, minutes });
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  if (zoned.toPlainDateTime().equals(wall)) return zoned.epochMilliseconds;
  // 'previous' is strictly before: a wall time at the begin of the skip gives the skip itself, so look from just after it.
  const skip = zoned.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return skip === null ? zoned.epochMilliseconds : skip.epochMilliseconds;
}

/** A local date is at most one day away from this one, whatever the zone: searches begin and end a day further out. */
function utcDay(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}

function localDay(calendar: BusinessCalendar, at: Date): number {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(
    calendar.timeZone,
  );
  return epochDay(year, month, day);
}

/** Minutes of the day of 'HH:MM', 0 to 1440; null when it is not a time of day. Used where calendars enter. */
export function minuteOfDay(time: string): number | null {
  const parts = /^(\d{2}):(\d{2})$/.exec(time);
  if (!parts) return null;
  const minutes = Number(parts[1]) * 60 + Number(parts[2]);
  return Number(parts[2]) < 60 && minutes <= 24 * 60 ? minutes : null;
}
