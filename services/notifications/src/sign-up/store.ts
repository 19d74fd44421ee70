import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  instant,
  maybeInstant,
  someOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { ChangeRisk, Priority, RecordType } from '../generated/api.ts';
import { SIGN_UPS_MAX, SIGN_UP_NAMES, type SignUp, type SignUpFilter } from './sign-up.ts';

/** The questions about sign-ups that the service asks its database, and the aggregate through which it writes. */
export interface SignUpStore extends RecordStore<SignUp> {
  /** A person's sign-ups that hold, the newest first. */
  of(personId: string): Promise<SignUp[]>;
  /** A page of the sign-ups for a kind of record, by id. */
  forType(type: RecordType, page: { after: string; limit: number }): Promise<SignUp[]>;
}

/** Opens the store of sign-ups: model, indexes, aggregate. */
export async function openSignUpStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<SignUpStore> {
  const signUps = await openRecords<SignUp>(parts, SIGN_UP_NAMES, { collection: 'sign_ups', schema });
  const { model } = signUps;
  return {
    ...signUps,
    of: (personId) =>
      model
        .find({ personId, withdrawnAt: null }, RECORD_ONLY)
        .sort({ createdAt: -1, _id: -1 })
        // Two requests at once may both find room: one more than may be.
        .limit(2 * SIGN_UPS_MAX)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<SignUp[]>(),
    forType: (type, { after, limit }) =>
      model
        .find({ 'filter.recordType': type, withdrawnAt: null, _id: { $gt: after } } as object, RECORD_ONLY)
        .sort({ _id: 1 })
        .limit(limit)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<SignUp[]>(),
  };
}

const texts = { type: [text], required: true } as const;
const filter = new Schema<SignUpFilter>(
  {
    recordType: someOf(RecordType),
    serviceId: texts,
    state: texts,
    risk: someOf(ChangeRisk),
    priority: someOf(Priority),
  } satisfies Paths<SignUpFilter>,
  PART_OPTIONS,
);
const schema = new Schema<SignUp>(
  {
    ...AGGREGATE,
    personId: text,
    filter: { type: filter, required: true },
    createdAt: instant,
    updatedAt: instant,
    withdrawnAt: maybeInstant,
  } satisfies Paths<SignUp>,
  RECORD_OPTIONS,
);
schema.index({ personId: 1, withdrawnAt: 1, createdAt: -1, _id: -1 });
schema.index({ 'filter.recordType': 1, withdrawnAt: 1, _id: 1 });
