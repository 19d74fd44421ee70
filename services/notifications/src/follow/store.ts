import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import { AGGREGATE, RECORD_OPTIONS, flag, instant, subject, text } from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import type { FollowFilter } from '../generated/api.ts';
import { FOLLOWED_TYPES } from '../record/record-types.ts';
import { FOLLOW_NAMES, followIdOf, type Follow } from './follow.ts';

/** The questions about follows that the service asks its database, and the aggregate through which it writes. */
export interface FollowStore extends RecordStore<Follow> {
  /** A person's follow of a record. */
  findOf(personId: string, recordId: string): Promise<Follow | null>;
  /** A page of what a person follows, the last followed first. */
  list(personId: string, filter: FollowFilter, page: PageRequest): Promise<Page<Follow>>;
  count(personId: string, filter: FollowFilter): Promise<number | null>;
  /** A page of those who follow a record, by id. */
  followersOf(recordId: string, page: { after: string; limit: number }): Promise<Follow[]>;
}

const LAST_FIRST: SortField[] = [
  { field: 'followedAt', direction: -1 },
  { field: '_id', direction: -1 },
];

/** Opens the store of follows: model, indexes, aggregate. */
export async function openFollowStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<FollowStore> {
  const follows = await openRecords<Follow>(parts, FOLLOW_NAMES, { collection: 'follows', schema });
  const { model } = follows;
  return {
    ...follows,
    findOf: (personId, recordId) => follows.find('ALL', followIdOf(personId, recordId)),
    list: (personId, filter, page) =>
      findPage(model, { filter: followFilter(personId, filter), sort: LAST_FIRST, projection: RECORD_ONLY }, page),
    count: (personId, filter) => countUpTo(model, followFilter(personId, filter)),
    followersOf: (recordId, { after, limit }) =>
      model
        .find({ 'record.id': recordId, following: true, _id: { $gt: after } } as object, RECORD_ONLY)
        .sort({ _id: 1 })
        .limit(limit)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Follow[]>(),
  };
}

function followFilter(personId: string, filter: FollowFilter): QueryFilter<Follow> {
  const conditions: QueryFilter<Follow>[] = [{ personId, following: true }, listedBy(filter)];
  if (filter.recordType) conditions.push({ 'record.type': { $in: [...filter.recordType] } });
  return { $and: conditions };
}

const schema = new Schema<Follow>(
  {
    ...AGGREGATE,
    personId: text,
    record: subject(...FOLLOWED_TYPES),
    following: flag,
    automatic: flag,
    followedAt: instant,
    createdAt: instant,
    updatedAt: instant,
  } satisfies Paths<Follow>,
  RECORD_OPTIONS,
);
schema.index({ 'record.id': 1, following: 1, _id: 1 });
schema.index({ personId: 1, following: 1, followedAt: -1, _id: -1 });
