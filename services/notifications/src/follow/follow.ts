import { derivedId } from '@desk/kit/process/ids';
import type { RecordNames } from '@desk/kit/api/reference';
import type { Aggregate } from '@desk/kit/write/record';
import type { RecordType } from '../generated/api.ts';

/** One person following one record, as it is stored. The organization is the follower’s, of one that was made by an event that of the event. */
export interface Follow extends Aggregate {
  personId: string;
  record: { type: RecordType; id: string };
  following: boolean;
  /** True where the person follows it because the person created it. */
  automatic: boolean;
  /** The person is told of what happens from then on. */
  followedAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** How requests name follows. They have no number. */
export const FOLLOW_NAMES = {
  noun: 'follow',
  idPrefix: 'fol',
  numberPrefix: 'FOL',
} as const satisfies RecordNames;

/** The id of a person's follow of a record: there is one. */
export function followIdOf(personId: string, recordId: string): string {
  return derivedId(FOLLOW_NAMES.idPrefix, { principal: personId, operation: 'followRecord', key: recordId });
}
