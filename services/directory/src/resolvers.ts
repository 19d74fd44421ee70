import { ERROR_CODES, Refusal } from '@desk/kit/errors';
import { checkFilter } from '@desk/kit/input';
import { connection, pageRequest, slicePage, type Page, type PageRequest } from '@desk/kit/page';
import { DateTime, Duration } from '@desk/kit/scalars';
import type { Owed } from '@desk/kit/types';
import { authorizationHolds, type AgentAuthorization } from './authorization.ts';
import type * as api from './generated/api.ts';
import type { Membership } from './membership.ts';
import type { Organization } from './organization.ts';
import type { Person } from './person.ts';
import { mayReadAudit, maySeeEmail, maySeeMembership } from './policy.ts';
import { agentsOf, type PrincipalRecord } from './principal.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 20 };

const Query: Required<api.QueryResolvers> = {
  me: (_root, _args, { viewer: { id, kind }, store }) =>
    id === null || kind === 'SYSTEM' ? null : store.findPrincipal(kind, id),
  organization: async (_root, { id }, { store, view }) => store.findOrganization(await view.wholeSight(), id),
  async organizations(_root, args, { store, view }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const sight = await view.wholeSight();
    const found = await store.listOrganizations(sight, filter, page);
    return connection(found, () => store.countOrganizations(sight, filter));
  },
  person: (_root, { id }, { view }) => view.people.load(id),
  async people(_root, args, { store, view: { sight } }) {
    const page = pageRequest(args);
    const asked = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const organization = asked.organizationId ? await store.findOrganization(sight, asked.organizationId) : null;
    if (asked.organizationId && !organization) return connection(nobody(page), async () => 0);
    const filter = { ...asked, organizationId: organization?._id };
    const found = await store.listPeople(sight, filter, page);
    return connection(found, () => store.countPeople(sight, filter));
  },
  errorCodes: () => ERROR_CODE_ENTRIES,
  directoryAudit(_root, _args, { viewer, log }) {
    if (!mayReadAudit(viewer)) throw new Refusal('FORBIDDEN', 'The audit log is for auditors and administrators.');
    return log.verify();
  },
};

const Me: api.MeResolvers & Owed<api.Me, PrincipalRecord, api.MeResolvers> = {
  id: ({ _id }) => _id,
  person: (principal) => (isPerson(principal) ? principal : null),
  staff: (_principal, _args, { viewer }) => viewer.staff,
  auditor: (_principal, _args, { viewer }) => viewer.auditor,
  memberships: ({ memberships }) => memberships,
  authorizations: (principal, _args, { store, clock }) => store.authorizationsOf(agentsOf(principal), clock.now()),
  actingFor: async (_principal, _args, { viewer, view }) =>
    present(await view.organizations.loadMany(viewer.delegations.map(({ organizationId }) => organizationId))),
};

const Organization: api.OrganizationResolvers & Owed<api.Organization, Organization, api.OrganizationResolvers> = {
  __resolveReference: ({ id }, { view }) => view.organizations.load(id),
  id: ({ _id }) => _id,
};

const Person: api.PersonResolvers & Owed<api.Person, Person, api.PersonResolvers> = {
  __resolveReference: ({ id }, { view }) => view.people.load(id),
  id: ({ _id }) => _id,
  email: (person, _args, { viewer }) => (maySeeEmail(viewer, person) ? person.email : null),
  memberships: ({ memberships }, _args, { view }) => memberships.filter((each) => maySeeMembership(view.sight, each)),
};

const Membership: api.MembershipResolvers & Owed<api.Membership, Membership, api.MembershipResolvers> = {
  organization: ({ organizationId }, _args, { view }) => view.organizations.load(organizationId),
};

const AgentAuthorization: api.AgentAuthorizationResolvers &
  Owed<api.AgentAuthorization, AgentAuthorization, api.AgentAuthorizationResolvers> = {
  id: ({ _id }) => _id,
  agent: ({ agentId }, _args, { view }) => view.organizations.load(agentId),
  organization: ({ organizationId }, _args, { view }) => view.organizations.load(organizationId),
  active: (authorization, _args, { clock }) => authorizationHolds(authorization, clock.now()),
};

export const resolvers = {
  DateTime,
  Duration,
  Query,
  Me,
  Organization,
  Person,
  Membership,
  AgentAuthorization,
} satisfies api.Resolvers;

const ERROR_CODE_ENTRIES = (Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[]).map((code) => ({
  code,
  ...ERROR_CODES[code],
}));

/** The page of an organization that is not in sight. Cursors have nothing to lie in, and are left alone. */
function nobody({ size, backward }: PageRequest): Page<Person> {
  return slicePage<Person>([], { size, backward, after: null, before: null });
}

function isPerson(principal: PrincipalRecord): principal is Person {
  return principal.kind === 'PERSON';
}

function present<T>(loaded: readonly (T | Error | null)[]): T[] {
  return loaded.filter((each): each is T => {
    if (each instanceof Error) throw each;
    return each !== null;
  });
}
