import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import { authorizationHolds, type AgentAuthorization as AuthorizationRecord } from './authorization.ts';

const AgentAuthorization: api.AgentAuthorizationResolvers &
  Owed<api.AgentAuthorization, AuthorizationRecord, api.AgentAuthorizationResolvers> = {
  id: ({ _id }) => _id,
  agent: ({ agentId }, _args, { organizations }) => organizations.load(agentId),
  organization: ({ organizationId }, _args, { organizations }) => organizations.load(organizationId),
  active: (authorization, _args, { time }) => authorizationHolds(authorization, time.now()),
};

/** Resolvers of authorizations. */
export const authorizationResolvers = { AgentAuthorization };
