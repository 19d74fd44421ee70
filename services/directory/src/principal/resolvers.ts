import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import type { Membership as MembershipRecord } from './membership.ts';

const Membership: api.MembershipResolvers & Owed<api.Membership, MembershipRecord, api.MembershipResolvers> = {
  organization: ({ organizationId }, _args, { organizations }) => organizations.load(organizationId),
};

/** Resolvers of what people and clients share. */
export const principalResolvers = { Membership };
