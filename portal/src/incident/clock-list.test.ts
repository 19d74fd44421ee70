import { describe, expect, it } from '@jest/globals';
import { countMissedUpdates, currentClocks } from './clock-list.ts';

const MISSED_AT = '2026-06-09T13:40:00.000Z';
const clocks = [
  { kind: 'RESPONSE', breachedAt: MISSED_AT },
  { kind: 'RESOLUTION', breachedAt: null },
  { kind: 'UPDATE', breachedAt: MISSED_AT },
  { kind: 'UPDATE', breachedAt: MISSED_AT },
  { kind: 'UPDATE', breachedAt: null },
] as const;

describe('the clocks of an incident', () => {
  it('are shown once for each kind, the one that counts now', () => {
    expect(currentClocks(clocks)).toEqual([clocks[0], clocks[1], clocks[4]]);
  });

  it('say how many updates were missed, and count no other target', () => {
    expect(countMissedUpdates(clocks)).toBe(2);
  });
});
