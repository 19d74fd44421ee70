import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { calendarTexts } from '@desk/kit/time/calendars';
import { DataProblem, newest, versionOf } from '@desk/kit/time/data-file';
import { loadReferenceData } from './port.ts';
import { readReferenceData, targetOf } from './reference-data.ts';
import type { DataFile } from './reference-data.ts';

const data = loadReferenceData();

function texts(): Record<DataFile, string> {
  const read = (file: string): string => readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8');
  return {
    ...calendarTexts(),
    'sla-policies.yaml': read('sla-policies.yaml'),
    'priority.yaml': read('priority.yaml'),
  };
}

/** The committed data with one text of one file replaced. Refuses a replacement that changes nothing. */
function edited(file: DataFile, from: string, to: string): Record<DataFile, string> {
  const all = texts();
  if (!all[file].includes(from)) throw new Error(`${file} has no ${from}`);
  return { ...all, [file]: all[file].replace(from, to) };
}

function problemsOf(files: Record<DataFile, string>): string[] {
  try {
    readReferenceData(files);
  } catch (error) {
    if (error instanceof DataProblem) return error.problems;
    throw error;
  }
  return [];
}

describe('the committed targets', () => {
  const policy = versionOf(data.policies, 'INCIDENT', 1);

  test.each([
    ['P1', 'RESPONSE', 15, '24X7'],
    ['P1', 'RESOLUTION', 240, '24X7'],
    ['P1', 'UPDATE', 30, '24X7'],
    ['P2', 'RESPONSE', 60, '24X7'],
    ['P2', 'RESOLUTION', 480, '24X7'],
    ['P2', 'UPDATE', 120, '24X7'],
    ['P3', 'RESPONSE', 240, 'ON-BUS'],
    ['P3', 'RESOLUTION', 1440, 'ON-BUS'],
    ['P4', 'RESPONSE', 480, 'ON-BUS'],
    ['P4', 'RESOLUTION', 2400, 'ON-BUS'],
  ] as const)('of %s for %s are %i minutes of %s', (priority, kind, minutes, calendarId) => {
    expect(targetOf(policy, priority, kind)).toMatchObject({
      policyId: 'INCIDENT',
      policyVersion: 1,
      budgetMs: minutes * 60_000,
      calendar: { id: calendarId, version: 1 },
    });
  });

  test.each(['P3', 'P4'] as const)('promise no public updates for %s', (priority) => {
    expect(targetOf(policy, priority, 'UPDATE')).toBeNull();
  });

  test('are marked as placeholders, because the real ones are not public', () => {
    expect(data.policies.every(({ placeholder }) => placeholder)).toBe(true);
  });
});

test('reference data cannot be changed once loaded', () => {
  expect(() => {
    Object.assign(newest(data.calendars, 'ON-BUS').week, { 6: [{ from: '09:00', to: '17:00' }] });
  }).toThrow(TypeError);
});

test('a version that is not there is refused by name', () => {
  expect(() => versionOf(data.policies, 'INCIDENT', 9)).toThrow('INCIDENT@9');
});

test('an id that is not there is refused by name', () => {
  expect(() => newest(data.calendars, 'QC-BUS')).toThrow('QC-BUS');
});

describe('wrong data is refused, naming file and place:', () => {
  test.each<[string, DataFile, string, string, RegExp]>([
    [
      'a target in days',
      'sla-policies.yaml',
      'PT24H',
      'P3D',
      /^sla-policies.yaml .*P3\.RESOLUTION\.budget.*days are refused/,
    ],
    ['a target of nothing', 'sla-policies.yaml', 'PT24H', 'PT0H', /P3\.RESOLUTION\.budget/],
    [
      'a missing calendar',
      'sla-policies.yaml',
      'ON-BUS@1',
      'ON-BUS@7',
      /INCIDENT@1: names ON-BUS@7, which is not there/,
    ],
    ['a priority that does not exist', 'priority.yaml', 'HIGH: P1', 'HIGH: P0', /cells\.HIGH\.HIGH/],
    ['a text that is not YAML', 'priority.yaml', 'matrices:', 'matrices: [', /^priority.yaml: is not YAML/],
  ])('%s', (_name, file, from, to, expected) => {
    expect(problemsOf(edited(file, from, to)).filter((problem) => expected.test(problem))).toHaveLength(1);
  });

  test('every file in one answer', () => {
    const wrong = { ...texts(), 'holidays.yaml': 'sets: 1', 'priority.yaml': 'matrices: 1' };
    const files = problemsOf(wrong).map((problem) => problem.split(/[ :]/)[0]);
    expect(files).toEqual(expect.arrayContaining(['holidays.yaml', 'priority.yaml']));
  });
});
