import { tooFew, tooMany, type InputCheck } from '@desk/kit/api/input';
import type { OrganizationType, Role } from '../generated/api.ts';
import type { Organization } from '../organization/organization.ts';

/** A principal's part in one organization, kept in the principal's own record. */
export interface Membership {
  organizationId: string;
  /** A copy, so that the principal's record alone says whether it is staff and for whom it may act. It never changes. */
  organizationType: OrganizationType;
  /** Sorted, each once, at least one. */
  roles: Role[];
}

/** A membership as an input asks for it, with its organization. */
export interface MembershipInput {
  organization: Organization;
  roles: readonly Role[];
}

/** A principal is a member of at most so many organizations. */
const MEMBERSHIPS_MAX = 20;

/** Which roles an organization's members can have. Only members of the SME can have a role of its staff. */
const ROLES: Record<OrganizationType, readonly Role[]> = {
  LDC: ['LDC_USER', 'LDC_ADMIN', 'CAB_MEMBER'],
  SME: ['SME_ANALYST', 'SME_CHANGE', 'SME_CONTINUITY', 'SME_TRAINING', 'SME_ADMIN', 'CAB_MEMBER', 'AUDITOR'],
  AGENT: ['AGENT_USER'],
  PARTNER: ['PARTNER_CLIENT'],
};

/** The memberships that an input asks for. Notes in `check` what is wrong with them. */
export function membershipsOf(inputs: readonly MembershipInput[], check: InputCheck): Membership[] {
  const path = 'input.memberships';
  const ids = inputs.map(({ organization }) => organization._id);
  check.require(path, ids.length > 0, tooFew(1));
  check.require(path, ids.length <= MEMBERSHIPS_MAX, tooMany(MEMBERSHIPS_MAX));
  check.require(path, new Set(ids).size === ids.length, {
    code: 'ALREADY_THERE',
    message: 'must name each organization once.',
  });
  return inputs.map(({ organization, roles }, index) =>
    membershipOf({ organization, roles }, { check, path: `${path}.${index}.roles` }),
  );
}

/** One membership that an input asks for. Notes in `check` what is wrong with its roles, which stand at `path`. */
export function membershipOf(
  { organization, roles }: MembershipInput,
  { check, path }: { check: InputCheck; path: string },
): Membership {
  const allowed = ROLES[organization.type];
  check.require(path, roles.length > 0, tooFew(1));
  check.require(
    path,
    roles.every((role) => allowed.includes(role)),
    {
      code: 'NOT_APPLICABLE',
      args: { only: allowed },
      message: `must be among the roles of ${organization.code}: ${allowed.join(', ')}.`,
    },
  );
  return { organizationId: organization._id, organizationType: organization.type, roles: [...new Set(roles)].sort() };
}

/** The role of an organization's administrators. Agents and partners have none: the SME administers them. */
export function administratorRole(type: OrganizationType): 'LDC_ADMIN' | 'SME_ADMIN' | null {
  if (type === 'LDC') return 'LDC_ADMIN';
  return type === 'SME' ? 'SME_ADMIN' : null;
}

/** The organizations that somebody administers, and by which role. */
export function administrations(memberships: readonly Membership[]): { organizationId: string; role: Role }[] {
  return memberships.flatMap(({ organizationId, organizationType, roles }) => {
    const role = administratorRole(organizationType);
    return role && roles.includes(role) ? [{ organizationId, role }] : [];
  });
}
