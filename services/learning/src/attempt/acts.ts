import { Refusal } from '@desk/kit/api/errors';
import { describeEvent, type Act } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import type { Course, Keys, Question } from '../course/course.ts';
import type { Enrolment, LearnerActContext } from '../enrolment/enrolment.ts';
import { ENROLMENT, WORDS, type LearningDraft } from '../enrolment/event.ts';
import {
  NUMBER_CHARACTERS_MAX,
  attemptIdOf,
  isRunning,
  type Answered,
  type AskedQuestion,
  type Attempt,
} from './attempt.ts';
import { decimal } from './fraction.ts';
import { passes, scoreOf } from './scoring.ts';

export type AttemptDecision = Decision<Attempt, LearningDraft>;

/** An answer to one question, as a client gives it. */
export interface AnswerInput {
  questionId: string;
  optionIds?: readonly string[] | null;
  number?: string | null;
}

/** Starts an attempt at a place. `order` puts questions and options in the order of this attempt. */
export function start(
  enrolment: Enrolment,
  { course, place, order }: { course: Course; place: number; order: <Item>(items: readonly Item[]) => Item[] },
  act: Act,
): AttemptDecision {
  const { at } = act;
  const { timeLimitMs } = course;
  const deadlineAt = timeLimitMs === null ? null : new Date(at.getTime() + timeLimitMs);
  const record: Attempt = {
    _id: attemptIdOf(enrolment._id, place),
    organizationId: enrolment.organizationId,
    version: 0,
    number: null,
    nextFireAt: deadlineAt,
    subject: { type: ENROLMENT, id: enrolment._id },
    personId: enrolment.personId,
    courseId: course.id,
    courseVersion: course.version,
    place,
    state: 'IN_PROGRESS',
    asked: order(course.questions).map(({ id, options }) => ({
      questionId: id,
      optionIds: order(options).map((option) => option.id),
    })),
    answers: [],
    startedAt: at,
    deadlineAt,
    submittedAt: null,
    score: null,
    passed: null,
  };
  return { record, events: [told('ATTEMPT_STARTED', { enrolment, attempt: record }, act)] };
}

/** Keeps an answer. Null where it is kept already. Refuses ATTEMPT_CLOSED, BAD_USER_INPUT. */
export function answer(
  attempt: Attempt,
  { enrolment, course, input }: { enrolment: Enrolment; course: Course; input: AnswerInput },
  act: LearnerActContext,
): AttemptDecision | null {
  requireRunning(attempt, act.at);
  const given = checkedAnswer(course.questions, input, act);
  const before = attempt.answers.find(({ questionId }) => questionId === given.questionId);
  if (before && before.number === given.number && before.optionIds.join() === given.optionIds.join()) return null;
  const answers = [...attempt.answers.filter((each) => each !== before), given];
  const record = { ...attempt, answers };
  return { record, events: [told('ANSWERED', { enrolment, attempt: record }, act)] };
}

/** Submits an attempt: what was answered is scored. Refuses ATTEMPT_CLOSED. */
export function submit(
  attempt: Attempt,
  about: { enrolment: Enrolment; course: Course; keys: Keys },
  act: Act,
): AttemptDecision {
  requireRunning(attempt, act.at);
  return closed(attempt, { ...about, state: 'SUBMITTED' }, act);
}

/** Closes an attempt whose time is over, as of its deadline. Null where there is nothing to close. */
export function runOut(
  attempt: Attempt,
  about: { enrolment: Enrolment; course: Course; keys: Keys },
  now: Date,
): AttemptDecision | null {
  const { state, deadlineAt } = attempt;
  if (state !== 'IN_PROGRESS' || deadlineAt === null || now < deadlineAt) return null;
  return closed(attempt, { ...about, state: 'AUTO_SUBMITTED' }, { at: deadlineAt, by: DESK });
}

/** The questions as an attempt asks them. */
export function askedQuestions({ asked, answers }: Attempt, { questions }: Course): AskedQuestion[] {
  return asked.flatMap(({ questionId, optionIds }) => {
    const question = questions.find(({ id }) => id === questionId);
    if (!question) return [];
    const options = optionIds.flatMap((id) => question.options.filter((option) => option.id === id));
    return [{ ...question, options, answer: answers.find((each) => each.questionId === questionId) ?? null }];
  });
}

/** The place of the next attempt. Refuses ATTEMPTS_EXHAUSTED: an attempt that was started counts. */
export function nextPlace(used: number, { maximumAttempts }: Course): number {
  if (maximumAttempts !== null && used >= maximumAttempts)
    throw new Refusal('ATTEMPTS_EXHAUSTED', `All ${maximumAttempts} attempts are used.`, {
      attemptsUsed: used,
      maximumAttempts,
    });
  return used + 1;
}

const DESK = { id: null, kind: 'SYSTEM', actingFor: null } as const;

function closed(
  attempt: Attempt,
  {
    enrolment,
    course,
    keys,
    state,
  }: { enrolment: Enrolment; course: Course; keys: Keys; state: 'SUBMITTED' | 'AUTO_SUBMITTED' },
  act: Act,
): AttemptDecision {
  const score = scoreOf(course.questions, keys, attempt.answers);
  const passed = passes(score, course.passPercent);
  const record = { ...attempt, state, submittedAt: act.at, score, passed, nextFireAt: null };
  return { record, events: [told('SUBMITTED', { enrolment, attempt: record }, act)] };
}

function requireRunning(attempt: Attempt, at: Date): void {
  if (!isRunning(attempt, at))
    throw new Refusal('ATTEMPT_CLOSED', 'The attempt is over: it was submitted, or its time ran out.', {
      state: attempt.state,
    });
}

/** An answer that fits its question. Refuses BAD_USER_INPUT. */
function checkedAnswer(
  questions: readonly Question[],
  { questionId, optionIds, number }: AnswerInput,
  { check }: LearnerActContext,
): Answered {
  const question = questions.find(({ id }) => id === questionId);
  if (!question)
    check.problem('input.questionId', {
      code: 'UNKNOWN_CODE',
      args: { value: questionId },
      message: 'must be a question of this attempt.',
    });
  check.done();
  const { kind, options } = question as Question;
  if (kind === 'NUMERIC') {
    const said = check.line('input.number', number, NUMBER_CHARACTERS_MAX);
    check.require('input.number', said === '' || decimal(said) !== null, {
      code: 'WRONG_TYPE',
      args: { type: 'decimal number' },
      message: 'must be a decimal number, such as 4.5.',
    });
    notApplicable('input.optionIds', optionIds, 'NUMERIC');
    check.done();
    return { questionId, optionIds: [], number: said };
  }
  const chosen = [...(optionIds ?? [])];
  const known = options.map(({ id }) => id);
  for (const [index, id] of chosen.entries())
    if (!known.includes(id) || chosen.indexOf(id) !== index)
      check.problem(`input.optionIds.${index}`, {
        code: 'UNKNOWN_CODE',
        args: { value: id },
        message: 'must be an option of the question, named once.',
      });
  check.require('input.optionIds', kind !== 'SINGLE' || chosen.length === 1, {
    code: chosen.length ? 'TOO_MANY' : 'REQUIRED',
    ...(chosen.length ? { args: { max: 1 } } : {}),
    message: 'must name exactly one option.',
  });
  check.require('input.optionIds', kind !== 'ORDER' || chosen.length === known.length, {
    code: 'TOO_FEW',
    args: { min: known.length },
    message: 'must name every option, in order.',
  });
  notApplicable('input.number', number, kind);
  check.done();
  return { questionId, optionIds: chosen, number: null };

  function notApplicable(path: string, value: unknown, only: string): void {
    check.require(path, value == null, {
      code: 'NOT_APPLICABLE',
      args: { only },
      message: `must be left out: a ${only} question is answered in another way.`,
    });
  }
}

function told(
  kind: 'ATTEMPT_STARTED' | 'ANSWERED' | 'SUBMITTED',
  { enrolment, attempt }: { enrolment: Enrolment; attempt: Attempt },
  { at, by }: Act,
): LearningDraft {
  const data = { personId: enrolment.personId, messageId: attempt._id, version: enrolment.version };
  return describeEvent(WORDS, [enrolment], { kind, at, by, changedFields: ['attempts'], data });
}
