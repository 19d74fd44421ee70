import type { RecordNames } from '@desk/kit/api/reference';
import { derivedId } from '@desk/kit/process/ids';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type { EnrolmentStatus } from '../generated/api.ts';

/** What one person has done of one course, as it is stored. It is the learner's; the organization is the learner's at the enrolment. */
export interface Enrolment extends Aggregate {
  personId: string;
  courseId: string;
  courseVersion: number;
  /** 1; a recertification begins the next one. */
  cycle: number;
  status: EnrolmentStatus;
  /** Ids of lessons, each once, in the order in which they were done. */
  completedLessons: string[];
  resume: Resume | null;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
}

/** A place in a course: a lesson, and how far in it, 0 to 1. */
export interface Resume {
  lessonId: string;
  position: number;
}

/** The context of an act of a learner. */
export interface LearnerActContext extends ActContext, ActingViewer {}

/** How requests name enrolments. They have no number. */
export const ENROLMENT_NAMES = {
  noun: 'enrolment',
  idPrefix: 'enr',
  numberPrefix: 'ENR',
} as const satisfies RecordNames;

/** The first cycle of a course. */
export const FIRST_CYCLE = 1;

/** The id of a person's enrolment: there is one for each course and cycle. */
export function enrolmentIdOf(personId: string, courseId: string, cycle = FIRST_CYCLE): string {
  return derivedId(ENROLMENT_NAMES.idPrefix, { principal: personId, operation: 'enrol', key: `${courseId} ${cycle}` });
}
