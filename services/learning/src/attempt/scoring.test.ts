import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Keys, Question } from '../course/course.ts';
import { add, decimal, fraction, isAtMost, percentOf } from './fraction.ts';
import { passes, scoreOf } from './scoring.ts';

const question = (id: string, kind: Question['kind'], points: number): Question => ({
  id,
  kind,
  points,
  en: id,
  fr: id,
  options: [],
});

describe('worked example 15: partial credit', () => {
  const questions = [
    question('Q1', 'SINGLE', 2),
    question('Q2', 'MULTI', 4),
    question('Q3', 'NUMERIC', 2),
    question('Q4', 'ORDER', 2),
    question('Q5', 'MULTI', 2),
  ];
  const keys: Keys = {
    Q1: { options: ['A'] },
    Q2: { options: ['A', 'B', 'C'] },
    Q3: { number: '4.50', tolerance: '0.05' },
    Q4: { options: ['A', 'B', 'C'] },
    Q5: { options: ['A', 'B'] },
  };
  const options = (questionId: string, ...optionIds: string[]) => ({ questionId, optionIds, number: null });
  const answers = [
    options('Q1', 'A'),
    options('Q2', 'A', 'B', 'D'),
    { questionId: 'Q3', optionIds: [], number: '4.55' },
    options('Q4', 'B', 'A', 'C'),
    options('Q5', 'A', 'B', 'C', 'D', 'E'),
  ];

  test('gives exactly 16/3 of 12 points, 44.44 %, and does not pass at 80', () => {
    const score = scoreOf(questions, keys, answers);
    expect(score).toEqual({ numerator: 16, denominator: 3, maximum: 12 });
    expect(percentOf({ numerator: 16n, denominator: 3n }, 12)).toBe(44.44);
    expect(passes(score, 80)).toBe(false);
  });
  test.each([
    ['Q1', 2, 1],
    ['Q2', 4, 3],
    ['Q3', 2, 1],
    ['Q4', 0, 1],
    ['Q5', 0, 1],
  ])('gives %s %d/%d points', (id, numerator, denominator) => {
    const only = answers.filter(({ questionId }) => questionId === id);
    expect(scoreOf(questions, keys, only)).toMatchObject({ numerator, denominator });
  });
  test.each([
    [8, 10, 80, true],
    [10, 15, 67, false],
    [10, 15, 66, true],
  ])('%d of %d passes at %d: %s', (numerator, maximum, percent, passed) => {
    expect(passes({ numerator, denominator: 1, maximum }, percent)).toBe(passed);
  });
  test('takes a decimal comma', () => {
    expect(scoreOf(questions, keys, [{ questionId: 'Q3', optionIds: [], number: '4,45' }])).toMatchObject({
      numerator: 2,
    });
    expect(scoreOf(questions, keys, [{ questionId: 'Q3', optionIds: [], number: '4.551' }])).toMatchObject({
      numerator: 0,
    });
  });
});

describe('fractions', () => {
  const parts = fc.tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }));
  test('add up in any order, in lowest terms', () => {
    fc.assert(
      fc.property(parts, parts, (first, second) => {
        const [a, b] = [fraction(...first), fraction(...second)];
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(a, b)).toEqual(fraction(first[0] * second[1] + second[0] * first[1], first[1] * second[1]));
        expect(isAtMost(a, b) || isAtMost(b, a)).toBe(true);
      }),
    );
  });
  test('read what decimals say, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999, max: 99_999 }), (hundredths) => {
        expect(decimal((hundredths / 100).toFixed(2))).toEqual(fraction(BigInt(hundredths), 100n));
      }),
    );
    for (const text of ['', 'four', '1e3', '1.2.3', '0x10', 'NaN']) expect(decimal(text)).toBeNull();
  });
});
