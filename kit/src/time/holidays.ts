/** A name in both languages of the desk. */
export interface BilingualText {
  en: string;
  fr: string;
}

/** How a year's date follows from a rule. Months 1..12, ISO weekdays 1 (Monday) to 7 (Sunday). */
export type HolidayDateRule =
  | { kind: 'FIXED'; month: number; day: number }
  | { kind: 'NTH_WEEKDAY'; month: number; weekday: number; nth: number }
  /** The last such weekday strictly before the date: Victoria Day is the Monday before 25 May. */
  | { kind: 'WEEKDAY_BEFORE'; month: number; day: number; weekday: number }
  /** Days after (negative: before) Easter Sunday of the Gregorian calendar. */
  | { kind: 'EASTER'; offsetDays: number };

/** One named holiday of a set; years are inclusive, null is unbounded. */
export interface HolidayRule {
  name: BilingualText;
  date: HolidayDateRule;
  firstYear: number | null;
  lastYear: number | null;
}

/** What happens to a holiday that falls on a Saturday or Sunday. */
export type ObservedRule = 'NONE' | 'NEXT_FREE_WEEKDAY';

/** A version of a set of holidays. A version that a calendar names is never edited: a change is the next version. */
export interface HolidaySet {
  id: string;
  version: number;
  /** Where the rules are published. */
  source: string;
  observed: ObservedRule;
  rules: HolidayRule[];
}

/** A day off. Dates are 'YYYY-MM-DD', without a zone: the calendar that uses the set gives the zone. */
export interface Holiday {
  /** The day that is off. */
  date: string;
  /** The date by the rule; differs from `date` when the day is observed later. */
  namedDate: string;
  name: BilingualText;
}

const DAY_MS = 86_400_000;
/** Four clustered holidays push the furthest one well below this; a set that needs more is wrong. */
const OBSERVED_SHIFT_DAYS_MAX = 31;

/** The days off of one year, by date. Pure: the same set and year always give the same list. */
export function holidaysOf(set: HolidaySet, year: number): Holiday[] {
  // A neighbour's holiday can be observed across New Year, and must know which days of this year are taken.
  const named = [year - 1, year, year + 1].flatMap((each) => namedDays(set, each)).sort((a, b) => a.day - b.day);
  const observed = set.observed === 'NONE' ? named.map((each) => ({ ...each, namedDay: each.day })) : shift(named);
  return observed
    .map(({ day, namedDay, name }) => ({ date: isoDate(day), namedDate: isoDate(namedDay), name }))
    .filter((holiday) => Number(holiday.date.slice(0, 4)) === year)
    .sort((a, b) => a.date.localeCompare(b.date));
}

/** The holiday that makes this date ('YYYY-MM-DD') a day off, or null. */
export function holidayOn(set: HolidaySet, date: string): Holiday | null {
  return yearOf(set, Number(date.slice(0, 4))).get(date) ?? null;
}

/** Easter Sunday as days since 1970-01-01 (Meeus, Jones and Butcher; Gregorian). */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return epochDay(year, Math.floor(n / 31), (n % 31) + 1);
}

/** Days since 1970-01-01 of a civil date; month 1..12. */
export function epochDay(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The ISO weekday, 1 (Monday) to 7 (Sunday), of a day counted from 1970-01-01, which was a Thursday. */
export function isoWeekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** 'YYYY-MM-DD' of a day counted from 1970-01-01. */
export function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

interface NamedDay {
  day: number;
  name: BilingualText;
}

function namedDays(set: HolidaySet, year: number): NamedDay[] {
  return set.rules
    .filter((rule) => (rule.firstYear ?? year) <= year && year <= (rule.lastYear ?? year))
    .map((rule) => ({ day: dayOf(rule.date, year), name: rule.name }));
}

function dayOf(rule: HolidayDateRule, year: number): number {
  switch (rule.kind) {
    case 'FIXED':
      return epochDay(year, rule.month, rule.day);
    case 'NTH_WEEKDAY': {
      const first = epochDay(year, rule.month, 1);
      return first + ((rule.weekday - isoWeekday(first) + 7) % 7) + 7 * (rule.nth - 1);
    }
    case 'WEEKDAY_BEFORE': {
      const eve = epochDay(year, rule.month, rule.day) - 1;
      return eve - ((isoWeekday(eve) - rule.weekday + 7) % 7);
    }
    case 'EASTER':
      return easterSunday(year) + rule.offsetDays;
  }
}

function shift(named: NamedDay[]): (NamedDay & { namedDay: number })[] {
  // A day is taken by a holiday named on it even when that one comes later in the year: 25 December on a Sunday
  // goes to the 27th, because the 26th is Boxing Day.
  const taken = new Set(named.map((each) => each.day));
  return named.map(({ day, name }) => {
    if (isoWeekday(day) <= 5) return { day, namedDay: day, name };
    for (let later = day + 1; later <= day + OBSERVED_SHIFT_DAYS_MAX; later += 1) {
      if (isoWeekday(later) <= 5 && !taken.has(later)) {
        taken.add(later);
        return { day: later, namedDay: day, name };
      }
    }
    throw new RangeError(`no free weekday within ${OBSERVED_SHIFT_DAYS_MAX} days after ${isoDate(day)} (${name.en})`);
  });
}

/** A set is immutable, so its years are worked out once; the memory of a set that is dropped goes with it. */
const yearsBySet = new WeakMap<HolidaySet, Map<number, Map<string, Holiday>>>();
const YEARS_KEPT_MAX = 200;

function yearOf(set: HolidaySet, year: number): Map<string, Holiday> {
  let years = yearsBySet.get(set);
  if (!years || years.size >= YEARS_KEPT_MAX) {
    years = new Map();
    yearsBySet.set(set, years);
  }
  let days = years.get(year);
  if (!days) {
    days = new Map(holidaysOf(set, year).map((holiday) => [holiday.date, holiday]));
    years.set(year, days);
  }
  return days;
}
