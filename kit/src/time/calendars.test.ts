import { describe, expect, test } from '@jest/globals';
import { calendarTexts, loadCalendars, readCalendars, type CalendarFile, type Calendars } from './calendars.ts';
import { DataFiles, DataProblem, newest, versionOf } from './data-file.ts';

const { calendars } = loadCalendars();

function read(texts: Record<CalendarFile, string>): Calendars {
  const files = new DataFiles(texts);
  const found = readCalendars(files);
  files.done();
  return found;
}

/** The committed data with one text of one file replaced. Refuses a replacement that changes nothing. */
function edited(file: CalendarFile, from: string, to: string): Record<CalendarFile, string> {
  const all = calendarTexts();
  if (!all[file].includes(from)) throw new Error(`${file} has no ${from}`);
  return { ...all, [file]: all[file].replace(from, to) };
}

function problemsOf(texts: Record<CalendarFile, string>): string[] {
  try {
    read(texts);
  } catch (error) {
    if (error instanceof DataProblem) return error.problems;
    throw error;
  }
  return [];
}

test('calendars cannot be changed once loaded', () => {
  expect(() => {
    Object.assign(newest(calendars, 'ON-BUS').week, { 6: [{ from: '09:00', to: '17:00' }] });
  }).toThrow(TypeError);
});

describe('a new version', () => {
  const second = calendarTexts();
  second['calendars.yaml'] += `
  - id: ON-BUS
    version: 2
    name: { en: Longer hours, fr: Heures prolongées }
    source: test
    timeZone: America/Toronto
    holidays: ON-ESA@1
    week:
      1: [{ from: '08:00', to: '12:00' }, { from: '13:00', to: '24:00' }]
`;
  const both = read(second).calendars;

  test('is the newest one', () => {
    expect(newest(both, 'ON-BUS').version).toBe(2);
  });

  test('leaves the old version as it was', () => {
    expect(versionOf(both, 'ON-BUS', 1)).toEqual(versionOf(calendars, 'ON-BUS', 1));
  });
});

test('a version that is not there is refused by name', () => {
  expect(() => versionOf(calendars, 'ON-BUS', 9)).toThrow('ON-BUS@9');
});

test('an id that is not there is refused by name', () => {
  expect(() => newest(calendars, 'QC-BUS')).toThrow('QC-BUS');
});

describe('wrong data is refused, naming file and place:', () => {
  test.each<[string, CalendarFile, string, string, RegExp]>([
    ['a missing holiday set', 'calendars.yaml', 'ON-ESA@1', 'QC@1', /ON-BUS@1: names QC@1, which is not there/],
    ['a version that is there twice', 'calendars.yaml', 'id: 24X7', 'id: ON-BUS', /ON-BUS@1: is there twice/],
    [
      'an unknown time zone',
      'calendars.yaml',
      'timeZone: America/Toronto',
      'timeZone: America/Torronto',
      /not an IANA/,
    ],
    ['a time that is none', 'calendars.yaml', "to: '17:00'", "to: '17:60'", /week\.1\.0\.to/],
    [
      'a segment that ends before it begins',
      'calendars.yaml',
      "from: '09:00'",
      "from: '18:00'",
      /week\.1: has segments/,
    ],
    [
      'a calendar that never opens',
      'calendars.yaml',
      '    always: true',
      '    always: false',
      /always: true or opening hours/,
    ],
    [
      'a date that is not in every year',
      'holidays.yaml',
      'month: 12, day: 25',
      'month: 2, day: 29',
      /not a date of every year/,
    ],
    ['a misspelt key', 'holidays.yaml', '    observed:', '    obsrved:', /obsrved/],
    ['a holiday without a French name', 'holidays.yaml', ', fr: Vendredi saint', '', /name\.fr/],
    ['a text that is not YAML', 'holidays.yaml', 'sets:', 'sets: [', /^holidays.yaml: is not YAML/],
  ])('%s', (_name, file, from, to, expected) => {
    expect(problemsOf(edited(file, from, to)).filter((problem) => expected.test(problem))).toHaveLength(1);
  });

  test('both files in one answer', () => {
    const files = problemsOf({ 'holidays.yaml': 'sets: 1', 'calendars.yaml': 'calendars: 1' }).map(
      (problem) => problem.split(/[ :]/)[0],
    );
    expect(new Set(files)).toEqual(new Set(['holidays.yaml', 'calendars.yaml']));
  });
});
