import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addBusinessTime, businessTimeBetween, holidaysSkipped } from './business-calendar.ts';
import type { BusinessCalendar } from './business-calendar.ts';
import type { HolidaySet } from './holidays.ts';
import { instantOf } from './local-time.ts';
import { loadCalendars } from './calendars.ts';
import { newest } from './data-file.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const calendars = loadCalendars().calendars;
const business = newest(calendars, 'ON-BUS');

function toronto(local: string): Date {
  return instantOf({ local, timeZone: 'America/Toronto' });
}

function buildCalendar(changes: Partial<BusinessCalendar>): BusinessCalendar {
  return { id: 'TEST', version: 1, timeZone: 'America/Toronto', week: {}, holidays: null, always: false, ...changes };
}

function everyDay(...segments: [string, string][]): BusinessCalendar['week'] {
  const day = segments.map(([from, to]) => ({ from, to }));
  return { 1: day, 2: day, 3: day, 4: day, 5: day, 6: day, 7: day };
}

describe('business time', () => {
  test('that ends at closing time ends there, not at the next opening', () => {
    expect(addBusinessTime(business, toronto('2026-06-12T09:00'), 8 * HOUR_MS)).toEqual(toronto('2026-06-12T17:00'));
  });

  test('of one millisecond from closing time ends one millisecond after the next opening', () => {
    const end = addBusinessTime(business, toronto('2026-06-12T17:00'), 1);
    expect(end.getTime() - toronto('2026-06-15T09:00').getTime()).toBe(1);
  });

  test('of nothing ends where it starts, open or not', () => {
    const night = toronto('2026-06-13T23:00');
    expect(addBusinessTime(business, night, 0)).toEqual(night);
  });

  test('skips a lunch break', () => {
    const calendar = buildCalendar({ week: everyDay(['09:00', '12:00'], ['13:00', '17:00']) });
    expect(addBusinessTime(calendar, toronto('2026-06-12T11:00'), 2 * HOUR_MS)).toEqual(toronto('2026-06-12T14:00'));
  });

  test('runs on through midnight when a day closes at 24:00 and the next opens at 00:00', () => {
    const calendar = buildCalendar({ week: everyDay(['00:00', '24:00']) });
    expect(addBusinessTime(calendar, toronto('2026-06-12T23:00'), 2 * HOUR_MS)).toEqual(toronto('2026-06-13T01:00'));
  });

  test('of a calendar that is always open passes on holidays and at night', () => {
    const end = addBusinessTime(newest(calendars, '24X7'), toronto('2026-12-24T23:00'), 4 * HOUR_MS);
    expect(end).toEqual(toronto('2026-12-25T03:00'));
  });

  test('from a later instant to an earlier one is zero', () => {
    expect(businessTimeBetween(business, toronto('2026-06-12T16:00'), toronto('2026-06-12T10:00'))).toBe(0);
  });

  test('in a week that is never open is refused instead of searched for ever', () => {
    expect(() => addBusinessTime(buildCalendar({}), toronto('2026-06-12T16:00'), 1)).toThrow('TEST@1');
  });

  test.each([-1, 0.5, Number.NaN])('of %p milliseconds is refused', (budgetMs) => {
    expect(() => addBusinessTime(business, toronto('2026-06-12T16:00'), budgetMs)).toThrow(RangeError);
  });
});

describe('on a day with a clock change', () => {
  const night = buildCalendar({ week: everyDay(['00:00', '04:00']) });

  test('a segment over the repeated hour is an hour longer than it reads', () => {
    const [from, to] = [toronto('2026-11-01T00:00'), toronto('2026-11-01T12:00')];
    expect(businessTimeBetween(night, from, to)).toBe(5 * HOUR_MS);
  });

  test('a segment over the skipped hour is an hour shorter than it reads', () => {
    const [from, to] = [toronto('2027-03-14T00:00'), toronto('2027-03-14T12:00')];
    expect(businessTimeBetween(night, from, to)).toBe(3 * HOUR_MS);
  });

  test('segments that touch inside the repeated hour neither overlap nor leave a hole', () => {
    const calendar = buildCalendar({ week: everyDay(['01:00', '01:30'], ['01:30', '02:30']) });
    const [from, to] = [toronto('2026-11-01T00:00'), toronto('2026-11-01T12:00')];
    expect(businessTimeBetween(calendar, from, to)).toBe(2.5 * HOUR_MS);
  });

  test('a segment inside the skipped hour has no time', () => {
    const calendar = buildCalendar({ week: everyDay(['02:15', '02:45']) });
    const [from, to] = [toronto('2027-03-14T00:00'), toronto('2027-03-14T12:00')];
    expect(businessTimeBetween(calendar, from, to)).toBe(0);
  });

  test('a segment that opens inside the skipped hour opens at the change', () => {
    const calendar = buildCalendar({ week: everyDay(['02:30', '04:00']) });
    expect(addBusinessTime(calendar, toronto('2027-03-14T00:00'), 1)).toEqual(new Date('2027-03-14T07:00:00.001Z'));
  });

  test('a segment that closes where the skipped hour begins closes at the change', () => {
    const calendar = buildCalendar({ week: everyDay(['00:00', '02:00']) });
    const [from, to] = [toronto('2027-03-14T00:00'), toronto('2027-03-14T12:00')];
    expect(businessTimeBetween(calendar, from, to)).toBe(2 * HOUR_MS);
  });

  test('a segment that opens at a skipped midnight opens at the change, not before', () => {
    const havana = buildCalendar({ timeZone: 'America/Havana', week: everyDay(['00:00', '06:00']) });
    const opensAt = addBusinessTime(havana, new Date('2024-03-09T18:00:00Z'), 1);
    expect(opensAt).toEqual(new Date('2024-03-10T05:00:00.001Z'));
  });

  test('a date that the zone skips whole has no time', () => {
    // Samoa went from 29 to 31 December 2011.
    const apia = buildCalendar({ timeZone: 'Pacific/Apia', week: everyDay(['09:00', '17:00']) });
    const [from, to] = [new Date('2011-12-29T10:00:00Z'), new Date('2012-01-01T10:00:00Z')];
    expect(businessTimeBetween(apia, from, to)).toBe(countOpenMinutes(apia, from, to) * MINUTE_MS);
  });
});

test('skipped holidays are named with their dates, and only where the calendar would be open', () => {
  const skipped = holidaysSkipped(business, toronto('2026-12-24T11:00'), toronto('2026-12-30T11:00'));
  expect(skipped.map(({ date, name }) => `${date} ${name.en}`)).toEqual([
    '2026-12-25 Christmas Day',
    '2026-12-28 Boxing Day',
  ]);
});

test('a holiday that begins at the end of the stretch is not skipped by it', () => {
  expect(holidaysSkipped(business, toronto('2026-06-30T10:00'), toronto('2026-07-01T00:00'))).toEqual([]);
});

/** Zones with clock changes of an hour and of half an hour, at 2:00, at midnight and never, and with odd offsets. */
const zones = [
  'America/Toronto',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Europe/London',
  'Asia/Kathmandu',
  'UTC',
];

const time = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Segments between distinct quarters of an hour, in order. */
const anySegments = (quarters: fc.Arbitrary<number>): fc.Arbitrary<{ from: string; to: string }[]> =>
  fc.uniqueArray(quarters, { maxLength: 6 }).map((edges) => {
    const sorted = edges.sort((a, b) => a - b).map((quarter) => time(quarter * 15));
    return sorted.flatMap((from, index) => {
      const to = sorted[index + 1];
      return index % 2 === 0 && to !== undefined ? [{ from, to }] : [];
    });
  });

const anyHolidays: fc.Arbitrary<HolidaySet> = fc
  .array(fc.record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) }), { maxLength: 30 })
  .map((days) => ({
    id: 'TEST',
    version: 1,
    source: 'test',
    observed: 'NONE',
    rules: days.map(({ month, day }) => ({
      name: { en: 'day off', fr: 'congé' },
      date: { kind: 'FIXED', month, day },
      firstYear: null,
      lastYear: null,
    })),
  }));

function anyCalendar(quarters: fc.Arbitrary<number>): fc.Arbitrary<BusinessCalendar> {
  return fc
    .record({
      timeZone: fc.constantFrom(...zones),
      days: fc.array(anySegments(quarters), { minLength: 7, maxLength: 7 }),
      holidays: fc.option(anyHolidays),
    })
    .map(({ timeZone, days, holidays }) =>
      buildCalendar({ timeZone, week: Object.fromEntries(days.map((day, index) => [index + 1, day])), holidays }),
    )
    .filter(({ week }) => Object.values(week).some((segments) => segments.length > 0));
}

const anyQuarter = fc.integer({ min: 0, max: 96 });
/** Not inside an hour that some zone repeats: there 'open' cannot be read off the wall clock, which the count below does. */
const unrepeatedQuarter = fc.oneof(fc.constantFrom(0, 96), fc.integer({ min: 16, max: 88 }));
const anyInstant = fc.date({ min: new Date('2024-01-01Z'), max: new Date('2028-12-31Z'), noInvalidDate: true });
const anyBudgetMs = fc.integer({ min: 0, max: 60 * HOUR_MS });

/** Within two days of a clock change of the calendar's zone, or anywhere where there is none; a whole minute. */
const anyMinuteNearChange = (timeZone: string): fc.Arbitrary<Date> =>
  fc.record({ at: anyInstant, beforeMinutes: fc.integer({ min: 0, max: 2880 }) }).map(({ at, beforeMinutes }) => {
    const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
    const change = local.getTimeZoneTransition('next')?.epochMilliseconds ?? at.getTime();
    return new Date(Math.floor(change / MINUTE_MS - beforeMinutes) * MINUTE_MS);
  });

function isOpen(calendar: BusinessCalendar, at: Date): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(calendar.timeZone);
  const off = (calendar.holidays?.rules ?? []).some(
    ({ date }) => date.kind === 'FIXED' && date.month === local.month && date.day === local.day,
  );
  const wall = time(local.hour * 60 + local.minute);
  return !off && (calendar.week[local.dayOfWeek] ?? []).some(({ from, to }) => from <= wall && wall < to);
}

function countOpenMinutes(calendar: BusinessCalendar, from: Date, to: Date): number {
  let open = 0;
  for (let at = from.getTime(); at < to.getTime(); at += MINUTE_MS) if (isOpen(calendar, new Date(at))) open += 1;
  return open;
}

describe('on any calendar and time zone', () => {
  const anyCase = fc.record({ calendar: anyCalendar(anyQuarter), from: anyInstant, budgetMs: anyBudgetMs });

  test('the time between a start and the end of a budget is the budget', () => {
    fc.assert(
      fc.property(anyCase, ({ calendar, from, budgetMs }) => {
        const to = addBusinessTime(calendar, from, budgetMs);
        expect(businessTimeBetween(calendar, from, to)).toBe(budgetMs);
      }),
      { numRuns: 300 },
    );
  });

  test('the end of a budget is the first instant that has used it', () => {
    fc.assert(
      fc.property(anyCase, ({ calendar, from, budgetMs }) => {
        fc.pre(budgetMs > 0);
        const to = addBusinessTime(calendar, from, budgetMs);
        expect(businessTimeBetween(calendar, from, new Date(to.getTime() - 1))).toBe(budgetMs - 1);
      }),
      { numRuns: 300 },
    );
  });

  test('a stretch is as long as its parts', () => {
    const anyDays = fc.integer({ min: 0, max: 40 * 24 * HOUR_MS });
    fc.assert(
      fc.property(anyCalendar(anyQuarter), anyInstant, anyDays, anyDays, (calendar, a, firstMs, secondMs) => {
        const b = new Date(a.getTime() + firstMs);
        const c = new Date(b.getTime() + secondMs);
        const parts = businessTimeBetween(calendar, a, b) + businessTimeBetween(calendar, b, c);
        expect(businessTimeBetween(calendar, a, c)).toBe(parts);
      }),
      { numRuns: 200 },
    );
  });

  test('two budgets one after the other end where their sum ends', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 1, max: 10 * HOUR_MS }), ({ calendar, from, budgetMs }, moreMs) => {
        const twice = addBusinessTime(calendar, addBusinessTime(calendar, from, budgetMs), moreMs);
        expect(twice).toEqual(addBusinessTime(calendar, from, budgetMs + moreMs));
      }),
      { numRuns: 300 },
    );
  });

  test('counting open minutes one by one around clock changes gives the same', () => {
    fc.assert(
      fc.property(
        anyCalendar(unrepeatedQuarter).chain((calendar) =>
          fc.record({
            calendar: fc.constant(calendar),
            from: anyMinuteNearChange(calendar.timeZone),
            minutes: fc.integer({ min: 0, max: 4320 }),
          }),
        ),
        ({ calendar, from, minutes }) => {
          const to = new Date(from.getTime() + minutes * MINUTE_MS);
          expect(businessTimeBetween(calendar, from, to)).toBe(countOpenMinutes(calendar, from, to) * MINUTE_MS);
        },
      ),
      { numRuns: 40 },
    );
  });
});
