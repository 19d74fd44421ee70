import { LearningUpdatesDocument, type LearningUpdatesSubscription } from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import type { LiveRow } from '../live/live-list.ts';

/** Each event of the reader's own enrolments. What the portal keeps of them, it keeps with their course, under its code. */
export const LEARNING_CHANGES: LiveChanges<LiveRow, LearningUpdatesSubscription['learningUpdates']> = {
  type: 'changes',
  field: 'learningUpdates',
  document: LearningUpdatesDocument,
  queryKey: { record: 'course', list: 'courses' },
  touches: ['facts'],
  // The answers stand with their attempt, which is read when it is opened.
  besides: { ATTEMPT_STARTED: ['facts'], ANSWERED: [], SUBMITTED: ['facts'] },
  changeOf: ({ kind, enrolmentId, version, enrolment }) => ({
    kind,
    recordId: enrolmentId,
    number: enrolment?.course?.id ?? null,
    version,
    row: enrolment,
  }),
  matches: () => true,
  mentions: () => false,
};
