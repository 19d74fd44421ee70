import { describe, expect, test } from '@jest/globals';
import { DateTime } from './scalars.ts';

describe('an instant', () => {
  test.each([
    ['in UTC', '2026-04-06T15:30:00Z', '2026-04-06T15:30:00.000Z'],
    ['with an offset', '2026-04-06T11:30:00.250-04:00', '2026-04-06T15:30:00.250Z'],
    ['without seconds', '2028-02-29T00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is read', (_what, text, instant) => {
    expect(DateTime.parseValue(text).toISOString()).toBe(instant);
  });

  test.each([
    ['on 30 February', '2027-02-30T10:00:00Z'],
    ['on 29 February of a common year', '2027-02-29T10:00:00-05:00'],
    ['at 24:00', '2027-02-28T24:00:00Z'],
    ['in month 13', '2027-13-01T10:00:00Z'],
    ['that is no text', 1_800_000_000_000],
  ])('%s is refused, and never moved to another', (_what, value) => {
    expect(() => DateTime.parseValue(value)).toThrow('is not an instant');
  });

  test('without its zone is refused as a local time', () => {
    expect(() => DateTime.parseValue('2026-04-06T15:30')).toThrow('without its zone');
  });
});
