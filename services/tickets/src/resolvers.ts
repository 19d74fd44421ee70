import { actorResolvers } from '@desk/kit/api/actor';
import { SCALARS } from '@desk/kit/api/scalars';
import { auditQueries } from './audit/resolvers.ts';
import { catalogueQueries, catalogueTypes } from './catalogue/resolvers.ts';
import type * as api from './generated/api.ts';
import { catalogueItemQueries, catalogueItemTypes } from './catalogue-item/resolvers.ts';
import { incidentMutations } from './incident/mutations.ts';
import { incidentQueries, incidentTypes } from './incident/resolvers.ts';
import { requestMutations } from './service-request/mutations.ts';
import { requestQueries, requestTypes } from './service-request/resolvers.ts';
import { knownErrorMutations } from './known-error/mutations.ts';
import { knownErrorQueries, knownErrorTypes } from './known-error/resolvers.ts';
import { problemMutations } from './problem/mutations.ts';
import { problemQueries, problemRights, problemTypes } from './problem/resolvers.ts';
import { slaQueries } from './sla/resolvers.ts';

export const resolvers = {
  ...SCALARS,
  Query: {
    ...incidentQueries,
    ...problemQueries,
    ...knownErrorQueries,
    ...catalogueQueries,
    ...catalogueItemQueries,
    ...requestQueries,
    ...slaQueries,
    ...auditQueries,
  } satisfies Required<api.QueryResolvers>,
  Mutation: {
    ...incidentMutations,
    ...requestMutations,
    ...problemMutations,
    ...knownErrorMutations,
  } satisfies Required<api.MutationResolvers>,
  Actor: actorResolvers,
  ...catalogueTypes,
  ...incidentTypes,
  ...catalogueItemTypes,
  ...requestTypes,
  ...problemTypes,
  ...knownErrorTypes,
  Me: { ...incidentTypes.Me, ...problemRights },
} satisfies api.Resolvers;
