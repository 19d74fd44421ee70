import { describe, expect, it } from '@jest/globals';
import { isMet, median, percentile, ratioOf, spread, type Goal } from './ratio.ts';

describe('a ratio of two costs', () => {
  it('says how many times the product fits into the peer, by the medians and by the best slices', () => {
    expect(ratioOf([4, 5, 9], [1, 2, 3])).toEqual({ median: 2.5, best: 4 });
  });

  it('takes the mean of the two middle slices when their number is even', () => {
    expect(median([1, 10, 2, 4])).toBe(3);
  });

  it('cannot be made of nothing', () => {
    expect(() => median([])).toThrow('no slices');
  });

  it('comes with how far the slices lie apart', () => {
    expect(spread([2, 3, 5])).toBe(2.5);
  });
});

describe('a goal', () => {
  const goal = (figure: Goal['figure'], bound: Goal['bound']): Goal => ({ name: 'a goal', figure, bound });

  it('is met at its bound', () => {
    expect(isMet(goal({ median: 4, best: 3 }, { atLeast: 4 }))).toBe(true);
    expect(isMet(goal({ median: 1.4, best: 2 }, { atMost: 1.4 }))).toBe(true);
  });

  it('is met when only the best slice reaches it', () => {
    expect(isMet(goal({ median: 3.9, best: 4.1 }, { atLeast: 4 }))).toBe(true);
  });

  it('is missed when both the median and the best slice miss it', () => {
    expect(isMet(goal({ median: 3.9, best: 3.8 }, { atLeast: 4 }))).toBe(false);
    expect(isMet(goal({ median: 1.5, best: 1.41 }, { atMost: 1.4 }))).toBe(false);
  });

  it('is missed by a figure that is not a number', () => {
    expect(isMet(goal({ median: NaN, best: NaN }, { atMost: 1 }))).toBe(false);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

  it('is the value below or at which that share of the values lies', () => {
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  });

  it('of one value is that value', () => {
    expect(percentile([7], 0.01)).toBe(7);
  });
});
