import { derivedId } from '@desk/kit/process/ids';
import type { RecordNames } from '@desk/kit/api/reference';
import type { Aggregate } from '@desk/kit/write/record';
import type { Subject } from '@desk/kit/write/record-schema';
import type { Question } from '../course/course.ts';
import type { AttemptState } from '../generated/api.ts';

/** One attempt at the assessment of a course, as it is stored. There is one for each enrolment and place. */
export interface Attempt extends Aggregate {
  subject: Subject;
  personId: string;
  courseId: string;
  courseVersion: number;
  /** Counts the attempts of an enrolment, from 1. */
  place: number;
  state: AttemptState;
  /** Ids of questions and their options, in the order of this attempt. */
  asked: Asked[];
  answers: Answered[];
  startedAt: Date;
  /** Null for no limit. */
  deadlineAt: Date | null;
  submittedAt: Date | null;
  score: Score | null;
  passed: boolean | null;
}

/** A question of an attempt, with its options in the order of the attempt. */
export interface Asked {
  questionId: string;
  optionIds: string[];
}

/** An answer as the learner gave it. */
export interface Answer {
  optionIds: string[];
  number: string | null;
}

/** An answer, and the question that it answers. */
export interface Answered extends Answer {
  questionId: string;
}

/** A score: an exact fraction of points, and the most points. */
export interface Score {
  numerator: number;
  denominator: number;
  maximum: number;
}

/** A question as one attempt shows it. */
export interface AskedQuestion extends Question {
  answer: Answer | null;
}

/** How requests name attempts. They have no number. */
export const ATTEMPT_NAMES = {
  noun: 'attempt',
  idPrefix: 'att',
  numberPrefix: 'ATT',
} as const satisfies RecordNames;

/** Longest number of an answer, in characters. */
export const NUMBER_CHARACTERS_MAX = 40;

/** The id of an attempt: there is one for each enrolment and place, so that two tabs start the same one. */
export function attemptIdOf(enrolmentId: string, place: number): string {
  return derivedId(ATTEMPT_NAMES.idPrefix, { principal: enrolmentId, operation: 'attempt', key: String(place) });
}

/** True while answers are taken: the instant counts, also where nobody has closed the attempt yet. */
export function isRunning({ state, deadlineAt }: Pick<Attempt, 'state' | 'deadlineAt'>, now: Date): boolean {
  return state === 'IN_PROGRESS' && (deadlineAt === null || now < deadlineAt);
}
