import { actorResolvers } from '@desk/kit/api/actor';
import { SCALARS } from '@desk/kit/api/scalars';
import { attemptMutations } from './attempt/mutations.ts';
import { attemptTypes } from './attempt/resolvers.ts';
import { auditQueries } from './audit/resolvers.ts';
import { courseQueries, courseTypes } from './course/resolvers.ts';
import { enrolmentMutations } from './enrolment/mutations.ts';
import { enrolmentQueries, enrolmentTypes } from './enrolment/resolvers.ts';
import type * as api from './generated/api.ts';

/** All resolvers of learning. */
export const resolvers = {
  ...SCALARS,
  Query: { ...courseQueries, ...enrolmentQueries, ...auditQueries } satisfies Required<api.QueryResolvers>,
  Mutation: { ...enrolmentMutations, ...attemptMutations } satisfies Required<api.MutationResolvers>,
  Actor: actorResolvers,
  ...courseTypes,
  ...enrolmentTypes,
  ...attemptTypes,
} satisfies api.Resolvers;
