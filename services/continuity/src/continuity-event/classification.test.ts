import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LINE_MS, classify, impactLevel, nextStepAt } from './classification.ts';

const BEGAN = new Date('2026-03-02T13:00:00.000Z');
const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(BEGAN.getTime() + ms);
const outage = (expectedOutageMs: number | null) => ({ outageStartedAt: BEGAN, expectedOutageMs, restoredAt: null });

const lengths = fc.integer({ min: 0, max: 100 * HOUR_MS });
const wide = {
  criticalServices: fc.integer({ min: 0, max: 3 }),
  distributorsAffectedPercent: fc.double({ min: 0, max: 100, noNaN: true }),
};

describe('the classification', () => {
  test('is the whole outage against 24 hours, expected or lasted, whichever is longer', () => {
    fc.assert(
      fc.property(fc.option(lengths), lengths, (expected, elapsed) => {
        const isLong = Math.max(expected ?? 0, elapsed) > LINE_MS;
        expect(classify(outage(expected), at(elapsed)) === 'BUSINESS_INTERRUPTION_EVENT').toBe(isLong);
      }),
    );
  });
  test('changes with time only at the instants that the timer is set to', () => {
    fc.assert(
      fc.property(fc.option(lengths), lengths, lengths, fc.record(wide), (expected, from, to, width) => {
        const event = { ...outage(expected), ...width };
        const [before, after] = [at(Math.min(from, to)), at(Math.max(from, to))];
        const next = nextStepAt(event, before);
        const same =
          classify(event, before) === classify(event, after) &&
          impactLevel(event, before) === impactLevel(event, after);
        expect(same || (next !== null && next <= after)).toBe(true);
      }),
    );
  });
});

describe('the impact level', () => {
  test.each([
    [20, 60, 1, 4],
    [5, 5, 1, 2],
    [6, 10, 1, 3],
    [6, 50, 1, 3],
    [6, 50.1, 1, 4],
    [24, 0, 0, 2],
    [25, 0, 0, 3],
    [73, 0, 0, 4],
  ])('of %d hours, %d %% of distributors and %d critical services is %d', (hours, percent, critical, level) => {
    const event = { ...outage(hours * HOUR_MS), distributorsAffectedPercent: percent, criticalServices: critical };
    expect(impactLevel(event, BEGAN)).toBe(level);
  });
  test('of a business interruption event is never below 3', () => {
    fc.assert(
      fc.property(lengths, fc.record(wide), (elapsed, width) => {
        const event = { ...outage(null), ...width };
        const isInterruption = classify(event, at(elapsed)) === 'BUSINESS_INTERRUPTION_EVENT';
        expect(!isInterruption || impactLevel(event, at(elapsed)) >= 3).toBe(true);
      }),
    );
  });
});
