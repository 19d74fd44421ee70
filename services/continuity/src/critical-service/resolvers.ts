import type * as api from '../generated/api.ts';
import type { CriticalService } from './critical-service.ts';

export const criticalServiceQueries = {
  criticalServices: (_root, _args, { criticalServices }) => [...criticalServices],
} satisfies Partial<api.QueryResolvers>;

export const criticalServiceTypes = {
  CriticalService: {
    service: ({ id }: CriticalService) => ({ __typename: 'Service' as const, id }),
    recoveryTime: ({ recoveryMs }: CriticalService) => recoveryMs,
    recoveryPoint: ({ lossMs }: CriticalService) => lossMs,
  },
} satisfies api.Resolvers;
