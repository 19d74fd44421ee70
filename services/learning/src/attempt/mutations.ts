import { notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import { forbidden, requestKey, writeKey } from '@desk/kit/write/request';
import type { Course } from '../course/course.ts';
import type { LearningContext } from '../context.ts';
import type { Enrolment } from '../enrolment/enrolment.ts';
import { actOf, editionOf, requireOwn } from '../enrolment/mutations.ts';
import { isLearner, mayReadEnrolment } from '../enrolment/policy.ts';
import type * as api from '../generated/api.ts';
import { answer, nextPlace, start, submit } from './acts.ts';
import { ATTEMPT_NAMES, isRunning, type Attempt } from './attempt.ts';

export const attemptMutations = {
  async startAttempt(_root, { input }, context) {
    const { viewer, store, time, shuffled } = context;
    writeKey(viewer, 'startAttempt', input);
    const enrolment = await requireOwn(context, input.id);
    const course = await editionOf(context, enrolment);
    const attempts = await store.attempts.of(enrolment._id);
    const last = attempts.at(-1);
    if (last && isRunning(last, time.now())) return { attempt: last, version: last.version, replayed: true };
    const place = nextPlace(attempts.length, course);
    const act = actOf(context, enrolment.organizationId);
    const { record, events } = start(enrolment, { course, place, order: shuffled }, act);
    // Of two tabs that start the same place, one does, and both get it.
    const key = requestKey({ principal: enrolment._id, operation: 'startAttempt', key: String(place) }, {});
    const { record: attempt, ...written } = await store.attempts.records.create(record, events, { key });
    return { attempt, ...written };
  },

  async saveAnswer(_root, { input }, context) {
    const key = writeKey(context.viewer, 'saveAnswer', input);
    const { attempt: found, enrolment, course } = await requireOwnAttempt(context, input.id);
    const act = actOf(context, found.organizationId);
    const { record: attempt, ...written } = await context.store.attempts.records.change(
      found._id,
      { reach: 'ALL', key },
      (current) => answer(current, { enrolment, course, input }, act),
    );
    return { attempt, ...written };
  },

  async submitAttempt(_root, { input }, context) {
    const { shelf, store, attempts } = context;
    const key = writeKey(context.viewer, 'submitAttempt', input);
    const { attempt: found, enrolment, course } = await requireOwnAttempt(context, input.id);
    const keys = await shelf.keys(found.courseId, found.courseVersion);
    const act = actOf(context, found.organizationId);
    const { record: attempt, ...written } = await store.attempts.records.change(
      found._id,
      { reach: 'ALL', key },
      (current) => submit(current, { enrolment, course, keys }, act),
    );
    // As of its submission, also where this request repeats one that was lost.
    await attempts.count(attempt, { ...act, at: attempt.submittedAt ?? act.at });
    return { attempt, ...written };
  },
} satisfies api.MutationResolvers;

/** The attempt of the viewer that a request names. Refuses NOT_FOUND, BAD_USER_INPUT, and FORBIDDEN for another's that the viewer may read. */
async function requireOwnAttempt(
  context: LearningContext,
  id: string,
): Promise<{ attempt: Attempt; enrolment: Enrolment; course: Course }> {
  const { viewer, store } = context;
  const check = new InputCheck();
  check.id('input.id', id, ATTEMPT_NAMES.idPrefix);
  check.done();
  const attempt = await store.attempts.find('ALL', id);
  if (!attempt || !mayReadEnrolment(viewer, attempt)) throw notFound();
  if (!isLearner(viewer, attempt)) throw forbidden('Only the learner goes on with an attempt.');
  const enrolment = await store.enrolments.findById(attempt.subject.id);
  if (!enrolment) throw notFound();
  return { attempt, enrolment, course: await editionOf(context, attempt) };
}
