import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  count,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  subject,
  text,
} from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { ENROLMENT } from '../enrolment/event.ts';
import { AttemptState } from '../generated/api.ts';
import { ATTEMPT_NAMES, type Answered, type Asked, type Attempt, type Score } from './attempt.ts';

/** The attempts, and the aggregate through which they are written. */
export interface AttemptStore extends RecordStore<Attempt> {
  /** The attempts of an enrolment, the first first: at most ATTEMPTS_MAX. */
  of(enrolmentId: string): Promise<Attempt[]>;
}

/** More attempts than a course allows; where it has no limit, those that are shown. */
const ATTEMPTS_MAX = 100;

/** Opens the store of attempts: model, indexes, aggregate. */
export async function openAttemptStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<AttemptStore> {
  const attempts = await openRecords<Attempt>(parts, ATTEMPT_NAMES, { collection: 'attempts', schema });
  return {
    ...attempts,
    of: (enrolmentId) =>
      attempts.model
        .find({ 'subject.id': enrolmentId } as object, RECORD_ONLY)
        .sort({ place: 1 })
        .limit(ATTEMPTS_MAX)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Attempt[]>(),
  };
}

const asked = new Schema<Asked>(
  { questionId: text, optionIds: { type: [text], required: true } } satisfies Paths<Asked>,
  PART_OPTIONS,
);
const answered = new Schema<Answered>(
  { questionId: text, optionIds: { type: [text], required: true }, number: maybeText } satisfies Paths<Answered>,
  PART_OPTIONS,
);
const score = new Schema<Score>(
  { numerator: count, denominator: count, maximum: count } satisfies Paths<Score>,
  PART_OPTIONS,
);

const schema = new Schema<Attempt>(
  {
    ...AGGREGATE,
    subject: subject(ENROLMENT),
    personId: text,
    courseId: text,
    courseVersion: count,
    place: count,
    state: oneOf(AttemptState),
    asked: { type: [asked], required: true },
    answers: { type: [answered], required: true },
    startedAt: instant,
    deadlineAt: maybeInstant,
    submittedAt: maybeInstant,
    score: { type: score, default: null },
    passed: { type: Boolean, default: null },
  } satisfies Paths<Attempt>,
  RECORD_OPTIONS,
);
schema.index({ 'subject.id': 1, place: 1 });
