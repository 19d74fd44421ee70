import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import type { Reach } from '@desk/kit/api/viewer';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { RECORD_OPTIONS, text } from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import type { PersonFilter } from '../generated/api.ts';
import { withWords } from '../name/name.ts';
import { PRINCIPAL, principalFinder, type PrincipalFinder } from '../principal/store.ts';
import type { Person } from './person.ts';

/** The questions that the directory asks its database about people, and the aggregates through which it writes them. */
export interface PersonStore {
  people: Aggregates<Person>;
  peopleFinder: PrincipalFinder;
  /** People by id, in one query, within reach; in no order. */
  peopleById(reach: Reach, ids: readonly string[]): Promise<Person[]>;
  /** A page of people within reach, by name. */
  listPeople(reach: Reach, filter: PersonFilter, page: PageRequest): Promise<Page<Person>>;
  countPeople(reach: Reach, filter: PersonFilter): Promise<number | null>;
}

/** Opens the people: model, indexes, aggregates. */
export async function openPeople({ connection, journal }: Foundation): Promise<PersonStore> {
  const People = connection.model<Person>('Person', personSchema, 'people');
  return {
    people: await journal.aggregates<Person>(People, 'per'),
    peopleFinder: principalFinder(People),
    peopleById: (reach, ids) =>
      People.find({ ...personFilter(reach, {}), _id: { $in: [...ids] } }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Person[]>(),
    listPeople: (reach, filter, page) =>
      findPage(People, { filter: personFilter(reach, filter), sort: BY_NAME, projection: RECORD_ONLY }, page),
    countPeople: (reach, filter) => countUpTo(People, personFilter(reach, filter)),
  };
}

const BY_NAME: SortField[] = [
  { field: 'nameKey', direction: 1 },
  { field: '_id', direction: 1 },
];

/**
 * The database's filter for a client's. All conditions on memberships must hold for one within reach: a client must not find out a
 * hidden membership by asking for it.
 */
function personFilter(reach: Reach, filter: PersonFilter): QueryFilter<Person> {
  const { organizationId, role } = filter;
  const membership = {
    ...(reach === 'ALL' ? {} : { $or: [{ organizationId: { $in: [...reach] } }, { organizationType: 'SME' }] }),
    ...(organizationId ? { organizationId: { $in: [...organizationId] } } : {}),
    ...(role ? { roles: { $in: [...role] } } : {}),
  };
  return {
    ...listedBy(filter),
    ...(Object.keys(membership).length ? { memberships: { $elemMatch: membership } } : {}),
    ...withWords(filter.text),
  };
}

const personSchema = new Schema<Person>(
  { ...PRINCIPAL, email: text, nameKey: text, words: [text] } satisfies Paths<Person>,
  RECORD_OPTIONS,
);
personSchema.index({ logins: 1 }, { unique: true });
personSchema.index({ nameKey: 1, _id: 1 });
personSchema.index({ 'memberships.organizationId': 1, nameKey: 1, _id: 1 });
personSchema.index({ words: 1 });
personSchema.index({ updatedAt: 1 });
