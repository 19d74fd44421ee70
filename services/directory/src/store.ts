import type { Aggregates } from '@desk/kit/aggregates';
import { RECORD_ONLY, type Aggregate } from '@desk/kit/stored-record';
import { OPERATION_MS_MAX } from '@desk/kit/mongo';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/page';
import type { Foundation } from '@desk/kit/service';
import type { Paths } from '@desk/kit/types';
import { Schema, type Model, type QueryFilter } from 'mongoose';
import type { AgentAuthorization } from './authorization.ts';
import type { PartnerClient } from './client.ts';
import { AuthorizationScope, Language, OrganizationStatus, OrganizationType, Role } from './generated/api.ts';
import type { Membership } from './membership.ts';
import type { Organization } from './organization.ts';
import type { Person } from './person.ts';
import type { Sight } from './policy.ts';
import type { PrincipalRecord } from './principal.ts';
import { searchWords } from './search-words.ts';

/** The questions that the directory asks its database, and the aggregates through which it writes. */
export interface Store {
  organizations: Aggregates<Organization>;
  people: Aggregates<Person>;
  clients: Aggregates<PartnerClient>;
  authorizations: Aggregates<AgentAuthorization>;
  /** One organization by id or code. Null when there is none in sight. */
  findOrganization(sight: Sight, idOrCode: string): Promise<Organization | null>;
  /** Organizations by id, in one query, in sight; in no order. */
  organizationsById(sight: Sight, ids: readonly string[]): Promise<Organization[]>;
  /** A page of organizations in sight, by code. */
  listOrganizations(sight: Sight, filter: OrganizationConditions, page: PageRequest): Promise<Page<Organization>>;
  countOrganizations(sight: Sight, filter: OrganizationConditions): Promise<number>;
  /** People by id, in one query, in sight; in no order. */
  peopleById(sight: Sight, ids: readonly string[]): Promise<Person[]>;
  /** A page of people in sight, by name. */
  listPeople(sight: Sight, filter: PersonConditions, page: PageRequest): Promise<Page<Person>>;
  countPeople(sight: Sight, filter: PersonConditions): Promise<number>;
  /** The principal that signs in under a login, active or not. Null when nobody does. */
  findLogin(login: string): Promise<PrincipalRecord | null>;
  /** A principal by id. */
  findPrincipal(kind: PrincipalRecord['kind'], id: string): Promise<PrincipalRecord | null>;
  /** Authorizations of agents that are neither revoked nor ended at an instant, at most AUTHORIZATIONS_MAX, by distributor. */
  authorizationsOf(agentIds: readonly string[], at: Date): Promise<AgentAuthorization[]>;
  /** The other sides of such authorizations, whichever side the given organizations are on; at most AUTHORIZATIONS_MAX. */
  counterpartiesOf(organizationIds: readonly string[], at: Date): Promise<string[]>;
}

export interface OrganizationConditions {
  type?: readonly OrganizationType[] | null | undefined;
  text?: string | null | undefined;
}

/** `organizationId` and `role` speak of one membership. */
export interface PersonConditions {
  organizationId?: string | null | undefined;
  role?: readonly Role[] | null | undefined;
  text?: string | null | undefined;
}

/** All distributors of the province could authorize one agent and this would hold. */
export const AUTHORIZATIONS_MAX = 500;

/** Opens the store: models, indexes, aggregates. */
export async function openStore({ connection, journal }: Foundation): Promise<Store> {
  const Organizations = connection.model<Organization>('Organization', organizationSchema, 'organizations');
  const People = connection.model<Person>('Person', personSchema, 'people');
  const Clients = connection.model<PartnerClient>('PartnerClient', clientSchema, 'clients');
  const Authorizations = connection.model<AgentAuthorization>(
    'AgentAuthorization',
    authorizationSchema,
    'authorizations',
  );
  const current = (sides: QueryFilter<AgentAuthorization>, at: Date) =>
    Authorizations.find({ ...sides, revokedAt: null, validTo: { $gt: at } }, RECORD_ONLY)
      .sort({ organizationId: 1, validFrom: 1, _id: 1 })
      .limit(AUTHORIZATIONS_MAX)
      .maxTimeMS(OPERATION_MS_MAX)
      .lean<AgentAuthorization[]>();

  return {
    organizations: await journal.aggregates<Organization>(Organizations, 'org'),
    people: await journal.aggregates<Person>(People, 'per'),
    clients: await journal.aggregates<PartnerClient>(Clients, 'cli'),
    authorizations: await journal.aggregates<AgentAuthorization>(Authorizations, 'aut'),
    findOrganization(sight, idOrCode) {
      const named = idOrCode.startsWith('org_') ? { _id: idOrCode } : { code: idOrCode.toUpperCase() };
      return findOne(Organizations, { $and: [seenOrganizations(sight), named] });
    },
    organizationsById: (sight, ids) =>
      Organizations.find({ $and: [seenOrganizations(sight), { _id: { $in: [...ids] } }] }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Organization[]>(),
    listOrganizations: (sight, filter, page) =>
      findPage(Organizations, organizationFilter(sight, filter), BY_CODE, page, RECORD_ONLY),
    countOrganizations: (sight, filter) => countUpTo(Organizations, organizationFilter(sight, filter)),
    peopleById: (sight, ids) =>
      People.find({ ...personFilter(sight, {}), _id: { $in: [...ids] } }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Person[]>(),
    listPeople: (sight, filter, page) => findPage(People, personFilter(sight, filter), BY_NAME, page, RECORD_ONLY),
    countPeople: (sight, filter) => countUpTo(People, personFilter(sight, filter)),
    findLogin: async (login) => (await findOne(People, { logins: login })) ?? findOne(Clients, { logins: login }),
    findPrincipal: (kind, id) => (kind === 'PERSON' ? findOne(People, { _id: id }) : findOne(Clients, { _id: id })),
    authorizationsOf: (agentIds, at) => current({ agentId: { $in: [...agentIds] } }, at),
    async counterpartiesOf(organizationIds, at) {
      const ids = [...organizationIds];
      const found = await current({ $or: [{ agentId: { $in: ids } }, { organizationId: { $in: ids } }] }, at);
      return [...new Set(found.flatMap(({ agentId, organizationId }) => [agentId, organizationId]))];
    },
  };
}

function findOne<T extends Aggregate>(model: Model<T>, filter: QueryFilter<T>): Promise<T | null> {
  return model.findOne(filter, RECORD_ONLY).maxTimeMS(OPERATION_MS_MAX).lean<T | null>();
}

const BY_CODE: SortField[] = [{ field: 'code', direction: 1 }];
const BY_NAME: SortField[] = [
  { field: 'nameKey', direction: 1 },
  { field: '_id', direction: 1 },
];

function seenOrganizations(sight: Sight): QueryFilter<Organization> {
  return sight === 'ALL' ? {} : { $or: [{ _id: { $in: [...sight.organizations] } }, { type: 'SME' }] };
}

function organizationFilter(sight: Sight, { type, text }: OrganizationConditions): QueryFilter<Organization> {
  return {
    ...seenOrganizations(sight),
    ...(type ? { type: { $in: [...type] } } : {}),
    ...wordsFilter(text),
  };
}

/**
 * The database's filter for a client's. All conditions on memberships must hold for one that is in sight: a hidden
 * membership must not be found out by asking for it.
 */
function personFilter(sight: Sight, { organizationId, role, text }: PersonConditions): QueryFilter<Person> {
  const membership = {
    ...(sight === 'ALL'
      ? {}
      : { $or: [{ organizationId: { $in: [...sight.organizations] } }, { organizationType: 'SME' }] }),
    ...(organizationId ? { organizationId } : {}),
    ...(role ? { roles: { $in: [...role] } } : {}),
  };
  return {
    ...(Object.keys(membership).length ? { memberships: { $elemMatch: membership } } : {}),
    ...wordsFilter(text),
  };
}

/** Rows that have, for each word of a text, a word that begins with it. The words hold letters and digits alone. */
function wordsFilter(text: string | null | undefined): { words?: { $all: RegExp[] } } {
  if (!text) return {};
  return { words: { $all: searchWords(text).map((word) => new RegExp(`^${word}`, 'u')) } };
}

const text = { type: String, required: true } as const;
const strict = { _id: false, strict: 'throw' } as const;
const record = { strict: 'throw', id: false, versionKey: false } as const;
const oneOf = (values: object) => ({ ...text, enum: Object.values(values) }) as const;
const someOf = (values: object) => ({ type: [oneOf(values)], required: true }) as const;

const AGGREGATE = {
  _id: text,
  organizationId: text,
  version: { type: Number, required: true, min: 0 },
  number: { type: Number, default: null },
  nextFireAt: { type: Date, default: null },
} satisfies Paths<Aggregate>;

const organizationSchema = new Schema<Organization>(
  {
    ...AGGREGATE,
    code: text,
    name: text,
    type: oneOf(OrganizationType),
    status: oneOf(OrganizationStatus),
    words: [text],
  } satisfies Paths<Organization>,
  record,
);
organizationSchema.index({ code: 1 }, { unique: true });
organizationSchema.index({ words: 1 });

const membership = new Schema<Membership>(
  { organizationId: text, organizationType: oneOf(OrganizationType), roles: someOf(Role) } satisfies Paths<Membership>,
  strict,
);

const PRINCIPAL = {
  ...AGGREGATE,
  kind: { ...text, enum: ['PERSON', 'CLIENT'] },
  name: text,
  logins: [text],
  active: { type: Boolean, required: true },
  language: oneOf(Language),
  timeZone: text,
  memberships: [membership],
} satisfies Paths<PrincipalRecord>;

const personSchema = new Schema<Person>(
  { ...PRINCIPAL, email: text, nameKey: text, words: [text] } satisfies Paths<Person>,
  record,
);
personSchema.index({ logins: 1 }, { unique: true });
personSchema.index({ nameKey: 1, _id: 1 });
personSchema.index({ 'memberships.organizationId': 1, nameKey: 1, _id: 1 });
personSchema.index({ words: 1 });

const clientSchema = new Schema<PartnerClient>(PRINCIPAL satisfies Paths<PartnerClient>, record);
clientSchema.index({ logins: 1 }, { unique: true });

const authorizationSchema = new Schema<AgentAuthorization>(
  {
    ...AGGREGATE,
    agentId: text,
    scopes: someOf(AuthorizationScope),
    validFrom: { type: Date, required: true },
    validTo: { type: Date, required: true },
    revokedAt: { type: Date, default: null },
  } satisfies Paths<AgentAuthorization>,
  record,
);
authorizationSchema.index({ agentId: 1, validTo: 1 });
authorizationSchema.index({ organizationId: 1, validTo: 1 });
