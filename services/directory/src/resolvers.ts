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
  ...errorCodeResolvers.Query,
  ...meResolvers.Query,
  ...organizationResolvers.Query,
  ...personResolvers.Query,
  ...serviceResolvers.Query,
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
  Query,
} satisfies api.Resolvers;
