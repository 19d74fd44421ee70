import type { Key, Keys, Question } from '../course/course.ts';
import type { Answer, Answered, Score } from './attempt.ts';
import { ZERO, add, decimal, distance, fraction, isAtMost, type Fraction } from './fraction.ts';

const PERCENT = 100n;

/** The score of some answers. What is not answered gives nothing. */
export function scoreOf(questions: readonly Question[], keys: Keys, answers: readonly Answered[]): Score {
  const points = questions.map((question) => {
    const key = keys[question.id];
    const answer = answers.find(({ questionId }) => questionId === question.id);
    return key && answer ? pointsOf(question, key, answer) : ZERO;
  });
  const { numerator, denominator } = points.reduce(add, ZERO);
  const maximum = questions.reduce((sum, each) => sum + each.points, 0);
  return { numerator: Number(numerator), denominator: Number(denominator), maximum };
}

/** True when a score passes. It is compared exactly: nothing is rounded up. */
export function passes({ numerator, denominator, maximum }: Score, passPercent: number): boolean {
  return BigInt(numerator) * PERCENT >= BigInt(passPercent) * BigInt(denominator) * BigInt(maximum);
}

/** The points of one answer. Of several right options a wrong one takes away what a right one gives, but never more than that. */
export function pointsOf({ kind, points }: Pick<Question, 'kind' | 'points'>, key: Key, answer: Answer): Fraction {
  const all = fraction(BigInt(points));
  if ('number' in key) return isNear(key, answer.number) ? all : ZERO;
  const { optionIds } = answer;
  if (kind !== 'MULTI') return key.options.join() === optionIds.join() ? all : ZERO;
  const right = optionIds.filter((id) => key.options.includes(id)).length;
  const gained = Math.max(0, right - (optionIds.length - right));
  return fraction(BigInt(points) * BigInt(gained), BigInt(key.options.length));
}

function isNear({ number, tolerance }: Extract<Key, { number: string }>, given: string | null): boolean {
  const [expected, allowed, said] = [number, tolerance, given ?? ''].map(decimal);
  return !!expected && !!allowed && !!said && isAtMost(distance(said, expected), allowed);
}
