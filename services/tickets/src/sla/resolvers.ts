import type * as api from '../generated/api.ts';

export const slaQueries = {
  priorityMatrix: (_root, _args, { sla }) => sla.matrix(),
} satisfies Partial<api.QueryResolvers>;
