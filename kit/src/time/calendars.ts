import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { minuteOfDay, type BusinessCalendar } from './business-calendar.ts';
import { deepFreeze, referenceTo, DataFiles, type Provenance } from './data-file.ts';
import { parseDuration } from './duration.ts';
import { epochDay, type BilingualText, type HolidaySet } from './holidays.ts';
import { isTimeZone } from './local-time.ts';

/** A calendar as the data file holds it. */
export interface NamedCalendar extends BusinessCalendar, Provenance {
  name: BilingualText;
}

/** All versions of all calendars and sets of holidays. */
export interface Calendars {
  holidaySets: readonly (HolidaySet & Provenance)[];
  calendars: readonly NamedCalendar[];
}

/** How much open time of which calendar. */
export interface Budget {
  budgetMs: number;
  calendar: BusinessCalendar;
}

export type CalendarFile = 'holidays.yaml' | 'calendars.yaml';

const DATA = new URL('../../data/', import.meta.url);

/** The calendars and holidays that all services count by. Frozen. Throws DataProblem. */
export function loadCalendars(): Calendars {
  const files = new DataFiles(calendarTexts());
  const calendars = readCalendars(files);
  files.done();
  return deepFreeze(calendars);
}

/** The texts of the two data files. */
export function calendarTexts(): Record<CalendarFile, string> {
  const text = (file: CalendarFile) => readFileSync(new URL(file, DATA), 'utf8');
  return { 'holidays.yaml': text('holidays.yaml'), 'calendars.yaml': text('calendars.yaml') };
}

/** Reads calendars and holidays among a service's data files, which note every problem. */
export function readCalendars(files: DataFiles<CalendarFile>): Calendars {
  const sets = files.read('holidays.yaml', holidaysFile)?.sets ?? [];
  const named = files.read('calendars.yaml', calendarsFile)?.calendars ?? [];
  const found = files.byReference('holidays.yaml', sets);
  const calendars = named.map((calendar) => {
    const { holidays } = calendar;
    const where = `calendars.yaml ${referenceTo(calendar)}`;
    return { ...calendar, holidays: holidays === null ? null : files.resolve(where, found, holidays) };
  });
  files.byReference('calendars.yaml', calendars);
  return { holidaySets: sets, calendars };
}

/** A reader of the budgets that a data file states. A calendar that is not there is noted, and gives null. */
export function budgetReader(
  files: DataFiles<CalendarFile>,
  { calendars }: Calendars,
): (where: string, text: BudgetText) => Budget | null {
  const byReference = new Map(calendars.map((each) => [referenceTo(each), each]));
  return (where, { budget, calendar }) => {
    const found = files.resolve(where, byReference, calendar);
    return found && { budgetMs: budget, calendar: found };
  };
}

/** The version of the time zone rules in this process, as `2025c`. A newer version with another clock change moves due instants. */
export function timeZoneData(): string {
  return process.versions.tz ?? 'unknown';
}

const DAY_MS = 86_400_000;
/** A year: longer is a slip of the pen, and a clock on it would search a century of days. */
const BUDGET_MS_MAX = 366 * DAY_MS;
const COMMON_YEAR = 2025;

export const version = z.int().min(1);
export const id = z.string().regex(/^[A-Z0-9][A-Z0-9-]*$/, 'is not an id in capitals, digits and hyphens');
export const provenance = { source: z.string().min(1), placeholder: z.boolean().default(false) };
const reference = z.string().regex(/^[A-Z0-9][A-Z0-9-]*@[1-9]\d*$/, 'is not a reference such as ON-BUS@1');
const text = z.strictObject({ en: z.string().min(1), fr: z.string().min(1) });
const month = z.int().min(1).max(12);
const weekday = z.int().min(1).max(7);
const day = z.int().min(1).max(31);
const year = z.int().min(1900).max(2200).nullable().default(null);

const holidayDate = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('FIXED'), month, day }),
    z.strictObject({ kind: z.literal('NTH_WEEKDAY'), month, weekday, nth: z.int().min(1).max(4) }),
    z.strictObject({ kind: z.literal('WEEKDAY_BEFORE'), month, day, weekday }),
    z.strictObject({ kind: z.literal('EASTER'), offsetDays: z.int().min(-60).max(60) }),
  ])
  // 29 February is refused as well: it would wander to 1 March in most years.
  .refine((rule) => !('day' in rule) || existsEveryYear(rule.month, rule.day), 'is not a date of every year');

const holidaysFile = z.strictObject({
  sets: z.array(
    z.strictObject({
      id,
      version,
      ...provenance,
      observed: z.enum(['NONE', 'NEXT_FREE_WEEKDAY']),
      rules: z.array(z.strictObject({ name: text, date: holidayDate, firstYear: year, lastYear: year })).max(60),
    }),
  ),
});

const time = z.string().refine((value) => minuteOfDay(value) !== null, "is not a time such as '09:00'");
const segments = z
  .array(z.strictObject({ from: time, to: time }))
  .max(24)
  .refine((list) => inOrder(list), 'has segments that are empty, overlap or are not in order');
const week = z.strictObject({
  1: segments.default([]),
  2: segments.default([]),
  3: segments.default([]),
  4: segments.default([]),
  5: segments.default([]),
  6: segments.default([]),
  7: segments.default([]),
});

const calendarsFile = z.strictObject({
  calendars: z.array(
    z
      .strictObject({
        id,
        version,
        name: text,
        ...provenance,
        timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone'),
        always: z.boolean().default(false),
        holidays: reference.nullable().default(null),
        week: week.default({ 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }),
      })
      .refine((each) => each.always !== Object.values(each.week).some((list) => list.length > 0), {
        message: 'has either always: true or opening hours, not both and not neither',
      })
      .refine((each) => !each.always || each.holidays === null, 'is always open, so it has no holidays'),
  ),
});

/** Open time in a data file: hours, minutes and seconds. Days are refused: a day of 24 hours and a day of work differ. */
const duration = z.string().transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== null && Number.isInteger(ms) && ms > 0 && ms <= BUDGET_MS_MAX) return ms;
  context.addIssue(`is ${value}, not a duration in hours, minutes and seconds such as PT4H (days are refused)`);
  return z.NEVER;
});

/** A budget in a data file: `{ budget: PT4H, calendar: ON-BUS@1 }`. */
export const budget = z.strictObject({ budget: duration, calendar: reference });
export type BudgetText = z.infer<typeof budget>;

function existsEveryYear(monthOfYear: number, dayOfMonth: number): boolean {
  return new Date(epochDay(COMMON_YEAR, monthOfYear, dayOfMonth) * DAY_MS).getUTCDate() === dayOfMonth;
}

function inOrder(list: { from: string; to: string }[]): boolean {
  let last = 0;
  return list.every(({ from, to }) => {
    const [opens, closes] = [minuteOfDay(from) ?? 0, minuteOfDay(to) ?? 0];
    const fits = last <= opens && opens < closes;
    last = closes;
    return fits;
  });
}
