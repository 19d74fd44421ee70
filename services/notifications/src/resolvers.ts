import { actorResolvers } from '@desk/kit/api/actor';
import { SCALARS } from '@desk/kit/api/scalars';
import { auditQueries } from './audit/resolvers.ts';
import { followMutations } from './follow/mutations.ts';
import { followQueries, followTypes } from './follow/resolvers.ts';
import type * as api from './generated/api.ts';
import { inboxMutations } from './inbox/mutations.ts';
import { inboxQueries, inboxTypes } from './inbox/resolvers.ts';
import { notificationMutations } from './notification/mutations.ts';
import { notificationQueries, notificationTypes } from './notification/resolvers.ts';
import { signUpMutations } from './sign-up/mutations.ts';
import { signUpQueries, signUpTypes } from './sign-up/resolvers.ts';

/** All resolvers of notifications. */
export const resolvers = {
  ...SCALARS,
  Query: {
    ...notificationQueries,
    ...inboxQueries,
    ...followQueries,
    ...signUpQueries,
    ...auditQueries,
  } satisfies Required<api.QueryResolvers>,
  Mutation: {
    ...notificationMutations,
    ...inboxMutations,
    ...followMutations,
    ...signUpMutations,
  } satisfies Required<api.MutationResolvers>,
  Actor: actorResolvers,
  ...notificationTypes,
  ...inboxTypes,
  ...followTypes,
  ...signUpTypes,
} satisfies api.Resolvers;
