import { describe, expect, test } from '@jest/globals';
import { LocalTimeProblem, instantOf, localWindow } from './local-time.ts';

const timeZone = 'America/Toronto';

function problemOf(local: string, zone: string | null = timeZone): LocalTimeProblem {
  try {
    instantOf({ local, timeZone: zone });
  } catch (error) {
    if (error instanceof LocalTimeProblem) return error;
    throw error;
  }
  throw new Error(`${local} was accepted`);
}

describe('example 12: impossible local times', () => {
  test('a time that happens twice is refused with both instants', () => {
    expect(problemOf('2026-11-01T01:30')).toMatchObject({
      code: 'AMBIGUOUS_LOCAL_TIME',
      candidates: [new Date('2026-11-01T05:30:00Z'), new Date('2026-11-01T06:30:00Z')],
      suggestion: null,
    });
  });

  test('a time that is skipped is refused with the instant an hour later', () => {
    expect(problemOf('2027-03-14T02:30')).toMatchObject({
      code: 'NONEXISTENT_LOCAL_TIME',
      candidates: [],
      suggestion: new Date('2027-03-14T07:30:00Z'),
    });
  });

  test('a window from 00:00 to 04:00 lasts five hours when the clocks go back', () => {
    expect(localWindow({ from: '2026-11-01T00:00', to: '2026-11-01T04:00', timeZone }).durationMs).toBe(5 * 3_600_000);
  });

  test('a window from 00:00 to 04:00 lasts three hours when the clocks go forward', () => {
    expect(localWindow({ from: '2027-03-14T00:00', to: '2027-03-14T04:00', timeZone }).durationMs).toBe(3 * 3_600_000);
  });
});

test('an offset settles a time that happens twice', () => {
  expect(instantOf({ local: '2026-11-01T01:30-05:00', timeZone })).toEqual(new Date('2026-11-01T06:30:00Z'));
});

test('an offset that the zone does not have then is refused', () => {
  expect(problemOf('2026-07-01T12:00-05:00').code).toBe('INVALID_LOCAL_TIME');
});

test('an offset names an instant without a zone', () => {
  expect(instantOf({ local: '2026-07-01T12:00:00.5Z', timeZone: null })).toEqual(new Date('2026-07-01T12:00:00.500Z'));
});

test.each([null, ''])('a time without offset and zone (%j) is refused', (zone) => {
  expect(problemOf('2026-07-01T12:00', zone).code).toBe('TIME_ZONE_REQUIRED');
});

test.each(['', '2026-07-01', '2026-02-30T12:00', '2026-07-01T24:30', '2026-07-01 12:00', '2026-07-01T12:00+99:00'])(
  '%j is not a local time',
  (local) => {
    expect(problemOf(local, null).code).toBe('INVALID_LOCAL_TIME');
  },
);

test('a zone that is not known is refused', () => {
  expect(problemOf('2026-07-01T12:00', 'America/Torronto').code).toBe('INVALID_TIME_ZONE');
});

test('a window that ends before it starts is refused', () => {
  expect(() => localWindow({ from: '2026-07-01T12:00', to: '2026-07-01T12:00', timeZone })).toThrow(LocalTimeProblem);
});
