import { checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { historyConnection } from '@desk/kit/log/history';
import type * as api from '../generated/api.ts';
import { allowedAuthorizationActions } from './actions.ts';
import { authorizationHolds, type AgentAuthorization as AuthorizationRecord } from './authorization.ts';
import { authorizationApi } from './mutations.ts';
import { sidesSeen } from './policy.ts';
import { AUTHORIZATION_HISTORY } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'aut', organizationId: 'org', agentId: 'org' } };

const Query = {
  async agentAuthorizations(_root, args, { viewer, store, time }) {
    const page = pageRequest(args);
    const filter = checkFilter<api.AgentAuthorizationFilter & { text?: null }>(args.filter ?? {}, FILTER_LIMITS);
    const asked = { filter, at: time.now() };
    const sides = sidesSeen(viewer);
    const found = await store.listAuthorizations(sides, asked, page);
    return connection(found, () => store.countAuthorizations(sides, asked));
  },
} satisfies api.QueryResolvers;

const AgentAuthorization: api.AgentAuthorizationResolvers &
  Owed<api.AgentAuthorization, AuthorizationRecord, api.AgentAuthorizationResolvers> = {
  __resolveReference: ({ id }, { authorizations }) => authorizations.load(id),
  id: ({ _id }) => _id,
  agent: ({ agentId }, _args, { sides }) => sides.load(agentId),
  organization: ({ organizationId }, _args, { sides }) => sides.load(organizationId),
  async active(authorization, _args, { time, sides }) {
    if (!authorizationHolds(authorization, time.now())) return false;
    const both = await Promise.all([sides.load(authorization.agentId), sides.load(authorization.organizationId)]);
    return both.every((side) => side?.status !== 'SUSPENDED');
  },
  endedAt: ({ revokedAt }) => revokedAt,
  allowedActions: (authorization, _args, { viewer, time }) =>
    allowedAuthorizationActions(viewer, authorization, time.now()),
  async history({ _id }, args, { store }) {
    return historyConnection(await store.authorizationHistory(_id), pageRequest(args), AUTHORIZATION_HISTORY);
  },
};

/** Resolvers of authorizations. */
export const authorizationResolvers = { Query, Mutation: authorizationApi, AgentAuthorization };
