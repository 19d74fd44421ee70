import type { Act } from '@desk/kit/write/describe-change';
import { lessonsOf, type Course } from '../course/course.ts';
import type { Enrolment, LearnerActContext } from './enrolment.ts';
import { FIRST_CYCLE } from './enrolment.ts';
import { describeEnrolment, type EnrolmentDecision } from './event.ts';

/** Enrols a person in the present edition of a course. */
export function enrol(
  made: { id: string; personId: string; organizationId: string },
  course: Pick<Course, 'id' | 'version'>,
  { at, by }: Act,
): EnrolmentDecision {
  const { id, personId, organizationId } = made;
  const record: Enrolment = {
    _id: id,
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    personId,
    courseId: course.id,
    courseVersion: course.version,
    cycle: FIRST_CYCLE,
    status: 'IN_PROGRESS',
    completedLessons: [],
    resume: null,
    createdAt: at,
    updatedAt: at,
    completedAt: null,
  };
  return describeEnrolment(null, record, { kind: 'ENROLLED', act: { at, by }, data: { personId } });
}

/** Keeps how far the learner is. Null where that is known already. Refuses BAD_USER_INPUT. */
export function saveProgress(
  enrolment: Enrolment,
  { course, ...input }: { course: Course; lessonId: string; position: number; completed: boolean },
  { at, by, check }: LearnerActContext,
): EnrolmentDecision | null {
  const { lessonId, position, completed } = input;
  const lesson = lessonsOf(course).find(({ id }) => id === lessonId);
  if (!lesson)
    check.problem('input.lessonId', {
      code: 'UNKNOWN_CODE',
      args: { value: lessonId },
      message: 'must be a lesson of the course.',
    });
  else
    check.require('input.lessonId', lesson.text !== null || !completed, {
      code: 'OTHER_MUTATION',
      args: { mutation: 'submitAttempt' },
      message: 'must be a lesson to read: an assessment is done by passing it.',
    });
  check.require('input.position', position >= 0 && position <= 1, {
    code: 'OUT_OF_RANGE',
    args: { min: 0, max: 1 },
    message: 'must be from 0 to 1.',
  });
  check.done();
  const after = { ...enrolment, resume: { lessonId, position } };
  return progressed(enrolment, completed ? withLesson(after, lessonId) : after, { course, act: { at, by } });
}

/** What a passed assessment makes of the enrolment. Null where it was passed before. */
export function passAssessment(enrolment: Enrolment, course: Course, act: Act): EnrolmentDecision | null {
  return progressed(enrolment, withLesson(enrolment, course.assessment.id), { course, act });
}

/** The share of lessons that are done, in percent, rounded down. */
export function progressPercent({ completedLessons }: Enrolment, course: Course): number {
  return Math.floor((100 * completedLessons.length) / lessonsOf(course).length);
}

function withLesson(enrolment: Enrolment, lessonId: string): Enrolment {
  const { completedLessons } = enrolment;
  if (completedLessons.includes(lessonId)) return enrolment;
  return { ...enrolment, completedLessons: [...completedLessons, lessonId] };
}

function progressed(
  before: Enrolment,
  after: Enrolment,
  { course, act }: { course: Course; act: Act },
): EnrolmentDecision | null {
  const isSame =
    before.completedLessons.length === after.completedLessons.length &&
    before.resume?.lessonId === after.resume?.lessonId &&
    before.resume?.position === after.resume?.position;
  if (isSame) return null;
  const isDone =
    before.completedAt === null && lessonsOf(course).every(({ id }) => after.completedLessons.includes(id));
  const done = isDone ? ({ status: 'COMPLETED', completedAt: act.at } as const) : {};
  return describeEnrolment(
    before,
    { ...after, ...done, updatedAt: act.at },
    { kind: isDone ? 'COMPLETED' : 'PROGRESSED', act, data: { personId: before.personId } },
  );
}
