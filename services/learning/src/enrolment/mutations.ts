import { actorOf } from '@desk/kit/api/actor';
import { notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import { forbidden, requestKey, writeKey } from '@desk/kit/write/request';
import type { Course } from '../course/course.ts';
import type { LearningContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { enrol, saveProgress } from './acts.ts';
import { ENROLMENT_NAMES, enrolmentIdOf, type Enrolment, type LearnerActContext } from './enrolment.ts';
import { isLearner, mayLearn, mayReadEnrolment } from './policy.ts';

export const enrolmentMutations = {
  async enrolInCourse(_root, { input }, context) {
    const { viewer, shelf, store } = context;
    writeKey(viewer, 'enrolInCourse', input);
    const [membership] = viewer.memberships;
    if (!mayLearn(viewer) || !membership || viewer.id === null) throw forbidden('Only people take courses.');
    const course = shelf.current.find(({ id }) => id === input.courseId.toUpperCase());
    const check = new InputCheck();
    if (!course)
      check.problem('input.courseId', {
        code: 'UNKNOWN_CODE',
        args: { value: input.courseId },
        message: 'must be the code of a course, such as INTRO.',
      });
    check.done();
    const { id: courseId, version } = course as Course;
    const personId = viewer.id;
    const id = enrolmentIdOf(personId, courseId);
    const made = { id, personId, organizationId: membership.organizationId };
    const { record, events } = enrol(made, { id: courseId, version }, actOf(context, membership.organizationId));
    // Enrolling again is the same request, under whatever key.
    const key = requestKey({ principal: personId, operation: 'enrolInCourse', key: courseId }, {});
    const { record: enrolment, ...written } = await store.enrolments.records.create(record, events, { key });
    return { enrolment, ...written };
  },

  async saveLessonProgress(_root, { input }, context) {
    const key = writeKey(context.viewer, 'saveLessonProgress', input);
    const found = await requireOwn(context, input.id);
    const course = await editionOf(context, found);
    const { lessonId, position, completed } = input;
    const act = actOf(context, found.organizationId);
    const { record: enrolment, ...written } = await context.store.enrolments.records.change(
      found._id,
      { reach: 'ALL', key },
      (current) => saveProgress(current, { course, lessonId, position, completed: completed ?? false }, act),
    );
    return { enrolment, ...written };
  },
} satisfies api.MutationResolvers;

/** The enrolment of the viewer that a request names. Refuses NOT_FOUND, BAD_USER_INPUT, and FORBIDDEN for another's that the viewer may read. */
export async function requireOwn({ viewer, store }: LearningContext, id: string): Promise<Enrolment> {
  const check = new InputCheck();
  check.id('input.id', id, ENROLMENT_NAMES.idPrefix);
  check.done();
  const found = await store.enrolments.findById(id);
  if (!found || !mayReadEnrolment(viewer, found)) throw notFound();
  if (!isLearner(viewer, found)) throw forbidden('Only the learner goes on with a course.');
  return found;
}

/** The edition by which somebody learns. */
export async function editionOf(
  { shelf }: Pick<LearningContext, 'shelf'>,
  { courseId, courseVersion }: Pick<Enrolment, 'courseId' | 'courseVersion'>,
): Promise<Course> {
  const course = await shelf.edition(courseId, courseVersion);
  if (!course) throw new Error(`There is no edition ${courseVersion} of the course ${courseId}.`);
  return course;
}

/** The context of an act of the viewer, now. */
export function actOf({ viewer, time }: LearningContext, organizationId: string): LearnerActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check: new InputCheck(), viewer };
}
