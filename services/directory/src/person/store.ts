import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import type { Reach } from '@desk/kit/api/viewer';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { PART_OPTIONS, RECORD_OPTIONS, instant, maybeText, text } from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import type { PersonFilter, Role } from '../generated/api.ts';
import type { PersonAt } from '../guard/store.ts';
import { historyOf, type RecordHistory } from '../history/store.ts';
import { withWords } from '../name/name.ts';
import { PRINCIPAL, principalFinder, type PrincipalFinder } from '../principal/store.ts';
import { addressKey, type Invitation, type Person } from './person.ts';

/** The questions that the directory asks its database about people, and the aggregates through which it writes them. */
export interface PersonStore {
  people: Aggregates<Person>;
  peopleFinder: PrincipalFinder;
  /** People by id, in one query, within reach; in no order. */
  peopleById(reach: Reach, ids: readonly string[]): Promise<Person[]>;
  /** A page of people within reach, by name. */
  listPeople(reach: Reach, filter: PersonFilter, page: PageRequest): Promise<Page<Person>>;
  countPeople(reach: Reach, filter: PersonFilter): Promise<number | null>;
  /** The people who hold a role in an organization and can sign in, at most ADMINISTRATORS_MAX. `invited`: those too who may yet, or again. */
  administratorsOf(of: { organizationId: string; role: Role }, options?: { invitedAt: Date }): Promise<PersonAt[]>;
  /** The people of an organization whose e-mail address this is, in whatever case; at most NAMESAKES_MAX. */
  peopleAt(organizationId: string, email: string): Promise<Person[]>;
  /** The oldest invitations of an address that hold at an instant, at most NAMESAKES_MAX. */
  invitationsTo(email: string, at: Date): Promise<Person[]>;
  personHistory(id: string): Promise<RecordHistory>;
}

const COLLECTION = 'people';
/** More administrators than this need not be counted: one of them is left. */
const ADMINISTRATORS_MAX = 20;
/** People who share one address. */
const NAMESAKES_MAX = 20;

/** Opens the people: model, indexes, aggregates. */
export async function openPeople(foundation: Foundation): Promise<PersonStore> {
  const { connection, journal } = foundation;
  const People = connection.model<Person>('Person', personSchema, COLLECTION);
  const some = (filter: QueryFilter<Person>, sort: Record<string, 1>) =>
    People.find(filter, RECORD_ONLY).sort(sort).limit(NAMESAKES_MAX).maxTimeMS(OPERATION_MS_MAX).lean<Person[]>();
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
    async administratorsOf({ organizationId, role }, options) {
      const invited = options && [{ suspendedAt: { $ne: null } }, { 'invitation.endsAt': { $gt: options.invitedAt } }];
      const found = await People.find(
        {
          memberships: { $elemMatch: { organizationId, roles: role } },
          ...(invited ? { $or: [{ active: true }, ...invited] } : { active: true }),
        },
        { version: 1 },
      )
        .limit(ADMINISTRATORS_MAX)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Pick<Person, '_id' | 'version'>[]>();
      return found.map(({ _id: id, version }) => ({ id, version }));
    },
    async peopleAt(organizationId, email) {
      const address = new RegExp(`^${email.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'iu');
      return some({ 'memberships.organizationId': organizationId, email: address }, { nameKey: 1 });
    },
    invitationsTo: (email, at) =>
      some(
        { 'invitation.address': addressKey(email), 'invitation.endsAt': { $gt: at }, suspendedAt: null },
        { createdAt: 1, _id: 1 },
      ),
    personHistory: historyOf(foundation, COLLECTION),
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

const invitation = new Schema<Invitation>({ address: text, endsAt: instant } satisfies Paths<Invitation>, PART_OPTIONS);

const personSchema = new Schema<Person>(
  {
    ...PRINCIPAL,
    email: text,
    phone: maybeText,
    invitation: { type: invitation, default: null },
    nameKey: text,
    words: [text],
  } satisfies Paths<Person>,
  RECORD_OPTIONS,
);
// One invitation waits for each address and organization.
personSchema.index(
  { 'invitation.address': 1, organizationId: 1 },
  { unique: true, partialFilterExpression: { 'invitation.address': { $type: 'string' } } },
);
personSchema.index({ logins: 1 }, { unique: true });
personSchema.index({ nameKey: 1, _id: 1 });
personSchema.index({ 'memberships.organizationId': 1, nameKey: 1, _id: 1 });
personSchema.index({ words: 1 });
personSchema.index({ updatedAt: 1 });
