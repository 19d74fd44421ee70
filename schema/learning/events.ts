/**
 * The events of learning, as other services may read them. They hold references and codes, never what people wrote. The service's own
 * code is checked against these types.
 */

import type { EnrolmentEventKind } from '../generated/learning.ts';

/** The data of every event of learning, by the event's type. A kind that the SDL adds is here at once. */
export type LearningEvents = {
  [Kind in EnrolmentEventKind as `enrolment.${Lowercase<Kind>}`]: EnrolmentEventData<Kind> &
    OfLearner &
    LearningOwnData<Kind>;
};

type LearningOwnData<Kind> = Kind extends 'ATTEMPT_STARTED' | 'ANSWERED' | 'SUBMITTED' ? OfAttempt : unknown;

/** The version of the data above. */
export const LEARNING_EVENT_VERSION = 1;

/** The data that every event of an enrolment holds, also the events of its attempts. */
export interface EnrolmentEventData<Kind extends string = string> {
  subject: { type: 'ENROLMENT'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  match: { courseId: readonly string[] };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
}

/** The one person who receives the event. */
interface OfLearner {
  personId: string;
}

/** An attempt. */
interface OfAttempt {
  /** The attempt's id. */
  messageId: string;
  /** The enrolment's version when it was written. */
  version: number;
}
