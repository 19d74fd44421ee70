import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { LEARNING_EVENT_VERSION, type LearningEvents } from '@desk/schema/learning/events';
import type { Enrolment } from './enrolment.ts';

/** The noun as events and subjects name it. */
export const ENROLMENT = 'ENROLMENT';

/** The draft of any event of learning. */
export type LearningDraft = NounDraft<LearningEvents, typeof ENROLMENT>;

/** The decision of a rule. */
export type EnrolmentDecision = Decision<Enrolment, LearningDraft>;

/** The words by which learning's log tells of enrolments, and of their attempts. */
export const WORDS: EventWords<Enrolment, LearningEvents, typeof ENROLMENT> = {
  noun: ENROLMENT,
  eventVersion: LEARNING_EVENT_VERSION,
  fields: {
    status: 'status',
    completedLessons: 'completedLessons',
    resume: 'resume',
    completedAt: 'completedAt',
  },
  coded: ['status'],
  match: { courseId: 'courseId' },
};

/** The decision that an act comes to: the new enrolment, and its event. */
export const describeEnrolment = changeDescriber(WORDS);
