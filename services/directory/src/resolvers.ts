import { actorResolvers } from '@desk/kit/api/actor';
import { SCALARS } from '@desk/kit/api/scalars';
import { auditResolvers } from './audit/resolvers.ts';
import { authorizationResolvers } from './authorization/resolvers.ts';
import { errorCodeResolvers } from './error-code/resolvers.ts';
import type * as api from './generated/api.ts';
import { meResolvers } from './me/resolvers.ts';
import { organizationResolvers } from './organization/resolvers.ts';
import { personResolvers } from './person/resolvers.ts';
import { principalResolvers } from './principal/resolvers.ts';
import { serviceResolvers } from './service/resolvers.ts';

const Query: Required<api.QueryResolvers> = {
  ...auditResolvers.Query,
  ...authorizationResolvers.Query,
  ...errorCodeResolvers.Query,
  ...meResolvers.Query,
  ...organizationResolvers.Query,
  ...personResolvers.Query,
  ...serviceResolvers.Query,
};

const Mutation: Required<api.MutationResolvers> = {
  ...authorizationResolvers.Mutation,
  ...organizationResolvers.Mutation,
  ...personResolvers.Mutation,
};

/** The person and the organization of an actor, as far as the viewer sees them. */
const Actor: api.ActorResolvers = {
  principalId: actorResolvers.principalId,
  person: ({ id, kind }, _args, { people }) => (id !== null && kind === 'PERSON' ? people.load(id) : null),
  actingFor: ({ actingFor }, _args, { organizations }) => (actingFor === null ? null : organizations.load(actingFor)),
};

/** All resolvers of the directory. */
export const resolvers = {
  ...SCALARS,
  ...authorizationResolvers,
  ...meResolvers,
  ...organizationResolvers,
  ...personResolvers,
  ...principalResolvers,
  ...serviceResolvers,
  Actor,
  Query,
  Mutation,
} satisfies api.Resolvers;
