import { SCALARS } from '@desk/kit/api/scalars';
import { auditQueries } from './audit/resolvers.ts';
import { changeMutations } from './change/mutations.ts';
import { changeQueries, changeTypes } from './change/resolvers.ts';
import type * as api from './generated/api.ts';
import { templateQueries, templateTypes } from './template/resolvers.ts';

/** All resolvers of changes. */
export const resolvers = {
  ...SCALARS,
  Query: { ...changeQueries, ...templateQueries, ...auditQueries } satisfies Required<api.QueryResolvers>,
  Mutation: changeMutations satisfies Required<api.MutationResolvers>,
  ...changeTypes,
  ...templateTypes,
} satisfies api.Resolvers;
