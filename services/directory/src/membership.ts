import type { InputCheck } from '@desk/kit/input';
import type { OrganizationType } from './generated/api.ts';
import { type Role } from './generated/api.ts';
import type { Organization } from './organization.ts';

/** A principal's part in one organization, kept in the principal's own record. */
export interface Membership {
  organizationId: string;
  /** A copy, so that who is staff and who may act for whom can be told from the principal alone. It never changes. */
  organizationType: OrganizationType;
  /** Sorted, each once, at least one. */
  roles: Role[];
}

/** A membership as it is asked for: its organization has been found. */
export interface MembershipInput {
  organization: Organization;
  roles: readonly Role[];
}

/** A principal is a member of no more organizations than this. */
export const MEMBERSHIPS_MAX = 20;

/** Which roles an organization's members can have. Nobody outside the SME can be given a role of its staff. */
export const ROLES: Record<OrganizationType, readonly Role[]> = {
  LDC: ['LDC_USER', 'LDC_ADMIN', 'CAB_MEMBER'],
  SME: ['SME_ANALYST', 'SME_CHANGE', 'SME_CONTINUITY', 'SME_TRAINING', 'SME_ADMIN', 'CAB_MEMBER', 'AUDITOR'],
  AGENT: ['AGENT_USER'],
  PARTNER: ['PARTNER_CLIENT'],
};

/** The memberships that are asked for; notes in `check` what is wrong with them. */
export function membershipsOf(inputs: readonly MembershipInput[], check: InputCheck): Membership[] {
  const path = 'input.memberships';
  check.require(path, inputs.length > 0, 'must name at least one organization.');
  check.require(path, inputs.length <= MEMBERSHIPS_MAX, `at most ${MEMBERSHIPS_MAX} are allowed.`);
  check.require(
    path,
    distinct(inputs.map(({ organization }) => organization._id)),
    'must name each organization once.',
  );
  return inputs.map(({ organization, roles }, index) => {
    const refused = roles.filter((role) => !ROLES[organization.type].includes(role));
    check.require(`${path}.${index}.roles`, roles.length > 0, 'must name at least one role.');
    check.require(`${path}.${index}.roles`, !refused.length, `${organization.code} has no ${refused.join(', ')}.`);
    return { organizationId: organization._id, organizationType: organization.type, roles: [...new Set(roles)].sort() };
  });
}

function distinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
