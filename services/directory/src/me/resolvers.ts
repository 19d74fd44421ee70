import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import type { Person } from '../person/person.ts';
import { agentsOf, type PrincipalRecord } from '../principal/principal.ts';

const Query = {
  me: (_root, _args, { viewer: { id, kind }, store }) =>
    id === null || kind === 'SYSTEM' ? null : store.findPrincipal(kind, id),
} satisfies api.QueryResolvers;

const Me: api.MeResolvers & Owed<api.Me, PrincipalRecord, api.MeResolvers> = {
  id: ({ _id }) => _id,
  person: (principal) => (isPerson(principal) ? principal : null),
  staff: (_principal, _args, { viewer }) => viewer.staff,
  auditor: (_principal, _args, { viewer }) => viewer.auditor,
  memberships: ({ memberships }) => memberships,
  authorizations: (principal, _args, { store, time }) => store.authorizationsOf(agentsOf(principal), time.now()),
  actingFor: async (_principal, _args, { viewer, organizations }) =>
    present(await organizations.loadMany(viewer.delegations.map(({ organizationId }) => organizationId))),
};

/** Resolvers of the caller itself. */
export const meResolvers = { Query, Me };

function isPerson(principal: PrincipalRecord): principal is Person {
  return principal.kind === 'PERSON';
}

function present<T>(loaded: readonly (T | Error | null)[]): T[] {
  return loaded.filter((each): each is T => {
    if (each instanceof Error) throw each;
    return each !== null;
  });
}
