import { describe, expect, test } from '@jest/globals';
import Holidays from 'date-holidays';
import { easterSunday, holidayOn, holidaysOf, isoDate } from './holidays.ts';
import type { HolidaySet } from './holidays.ts';
import { loadCalendars } from './calendars.ts';
import { versionOf } from './data-file.ts';

const esa = versionOf(loadCalendars().holidaySets, 'ON-ESA', 1);

function offDays(set: HolidaySet, year: number): string[] {
  return holidaysOf(set, year).map(({ date, name }) => `${date} ${name.en}`);
}

function buildSet(
  rules: [string, number, number][],
  observed: HolidaySet['observed'] = 'NEXT_FREE_WEEKDAY',
): HolidaySet {
  return {
    id: 'TEST',
    version: 1,
    source: 'test',
    observed,
    rules: rules.map(([en, month, day]) => ({
      name: { en, fr: en },
      date: { kind: 'FIXED', month, day },
      firstYear: null,
      lastYear: null,
    })),
  };
}

describe('the holidays of ON-ESA', () => {
  test('are nine in 2026, Boxing Day observed on the Monday after', () => {
    expect(offDays(esa, 2026)).toEqual([
      "2026-01-01 New Year's Day",
      '2026-02-16 Family Day',
      '2026-04-03 Good Friday',
      '2026-05-18 Victoria Day',
      '2026-07-01 Canada Day',
      '2026-09-07 Labour Day',
      '2026-10-12 Thanksgiving Day',
      '2026-12-25 Christmas Day',
      '2026-12-28 Boxing Day',
    ]);
  });

  test('leave Easter Monday and 30 September working days', () => {
    expect([holidayOn(esa, '2026-04-06'), holidayOn(esa, '2026-09-30')]).toEqual([null, null]);
  });

  test('are observed on two weekdays when Christmas and Boxing Day are a weekend', () => {
    expect(offDays(esa, 2027).slice(-2)).toEqual(['2027-12-27 Christmas Day', '2027-12-28 Boxing Day']);
  });

  test('let a Sunday Christmas pass over Boxing Day, which has the Monday', () => {
    expect(offDays(esa, 2022).slice(-2)).toEqual(['2022-12-26 Boxing Day', '2022-12-27 Christmas Day']);
  });

  test('move a Saturday New Year to the Monday', () => {
    expect(offDays(esa, 2028)[0]).toBe("2028-01-03 New Year's Day");
  });

  test('keep Victoria Day before the 25th when the 25th is itself a Monday', () => {
    expect(offDays(esa, 2020)[3]).toBe('2020-05-18 Victoria Day');
  });

  test('have no Family Day before 2008', () => {
    expect([offDays(esa, 2007).length, offDays(esa, 2008)[1]]).toEqual([8, '2008-02-18 Family Day']);
  });
});

describe('the holidays of ON-ESA, beside those that the package date-holidays has for Ontario', () => {
  const oracle = new Holidays('CA', 'ON');
  // The package calls Easter Monday public; the Employment Standards Act does not. It also has Family Day before 2008, the year of
  // its first, and moves no holiday off a weekend: named dates are compared.
  const FIRST_YEAR = 2008;
  const years = Array.from({ length: 60 }, (_, index) => FIRST_YEAR + index);

  test.each(years)('are named on the same dates in %i', (year) => {
    const theirs = oracle
      .getHolidays(year)
      .filter(({ type, name }) => type === 'public' && name !== 'Easter Monday')
      .map(({ date }) => date.slice(0, 10));
    // A holiday of this year may be observed in the next.
    const named = [year, year + 1].flatMap((each) => holidaysOf(esa, each).map(({ namedDate }) => namedDate));
    expect(named.filter((date) => date.startsWith(`${year}-`)).sort()).toEqual(theirs.sort());
  });
});

test('Easter Sunday is right in its earliest, latest and leap years', () => {
  expect([1961, 2000, 2008, 2024, 2026, 2038].map((year) => isoDate(easterSunday(year)))).toEqual([
    '1961-04-02',
    '2000-04-23',
    '2008-03-23',
    '2024-03-31',
    '2026-04-05',
    '2038-04-25',
  ]);
});

test('a holiday observed across New Year belongs to the year in which it is observed', () => {
  const set = buildSet([
    ['Old Year', 12, 31],
    ['New Year', 1, 1],
  ]);
  // 31 December 2022 is a Saturday, 1 January 2023 a Sunday.
  expect(offDays(set, 2023)).toEqual(['2023-01-02 Old Year', '2023-01-03 New Year']);
});

test('a set without an observed rule leaves a weekend holiday on the weekend', () => {
  expect(offDays(buildSet([['Boxing Day', 12, 26]], 'NONE'), 2026)).toEqual(['2026-12-26 Boxing Day']);
});

test('an observed holiday still tells the date it is named after', () => {
  expect(holidayOn(esa, '2026-12-28')).toMatchObject({ namedDate: '2026-12-26', name: { fr: 'Lendemain de Noël' } });
});
