import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { formatDuration, parseDuration } from './duration.ts';

describe('a length of time as text', () => {
  test.each([
    [0, 'PT0S'],
    [1_500, 'PT1.5S'],
    [30 * 60_000, 'PT30M'],
    [24 * 3_600_000, 'PT24H'],
    [100 * 3_600_000, 'PT100H'],
    [3_661_500, 'PT1H1M1.5S'],
  ])('%i ms is %s', (ms, text) => {
    expect([formatDuration(ms), parseDuration(text)]).toEqual([text, ms]);
  });

  test('is read as the milliseconds that it was made of', () => {
    fc.assert(fc.property(fc.nat(10 ** 12), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
  });

  test('is the text that Temporal writes', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 12), (milliseconds) => {
        const duration = Temporal.Duration.from({ milliseconds }).round({ largestUnit: 'hours' });
        expect(formatDuration(milliseconds)).toBe(duration.toString());
      }),
    );
  });

  test.each(['', '4h', 'PT', 'P1D', 'P1W', 'P1M', 'PT4X', '240'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
