import { actorResolvers } from '@desk/kit/api/actor';
import { SCALARS } from '@desk/kit/api/scalars';
import { auditQueries } from './audit/resolvers.ts';
import { eventMutations } from './continuity-event/mutations.ts';
import { eventQueries, eventTypes } from './continuity-event/resolvers.ts';
import { criticalServiceQueries, criticalServiceTypes } from './critical-service/resolvers.ts';
import type * as api from './generated/api.ts';
import { reportMutations } from './report/mutations.ts';
import { reportTypes } from './report/resolvers.ts';

/** All resolvers of continuity. */
export const resolvers = {
  ...SCALARS,
  Query: { ...eventQueries, ...criticalServiceQueries, ...auditQueries } satisfies Required<api.QueryResolvers>,
  Mutation: { ...eventMutations, ...reportMutations } satisfies Required<api.MutationResolvers>,
  Actor: actorResolvers,
  ...eventTypes,
  ...criticalServiceTypes,
  ...reportTypes,
} satisfies api.Resolvers;
