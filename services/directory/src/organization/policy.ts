import { hasRole, type Reach, type Viewer } from '@desk/kit/api/viewer';
import type { Organization } from './organization.ts';

/**
 * The organizations whose people and memberships a viewer sees, beside the SME's: those of which it is a member or for which it acts in
 * this request. It does not depend on the person, so a live scope sees the same as each of the people who share it.
 */
export function reachOfDirectory(viewer: Viewer): Reach {
  if (viewer.staff || viewer.auditor) return 'ALL';
  const actingFor = viewer.delegations.map(({ organizationId }) => organizationId);
  return [...new Set([...ownOrganizations(viewer), ...actingFor])];
}

/** The organizations of which a viewer is a member: it also sees, by name, the other side of their authorizations. */
export function ownOrganizations(viewer: Viewer): string[] {
  return viewer.memberships.map(({ organizationId }) => organizationId);
}

/** Suspends and reinstates people and organizations, and gives an organization its first administrator: the SME's administrators. */
export function mayAdministerDesk(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, 'SME_ADMIN');
}

/** Administers a distributor from within. */
export function administers({ memberships }: Viewer, organizationId: string): boolean {
  return memberships.some((own) => own.organizationId === organizationId && own.roles.includes('LDC_ADMIN'));
}

/** Changes an organization's own data: its administrators, and the SME's. */
export function mayUpdateOrganization(viewer: Viewer, { _id }: Pick<Organization, '_id'>): boolean {
  return administers(viewer, _id) || mayAdministerDesk(viewer);
}

/** Invites people to an organization: the same. Which roles they may give is another question. */
export function mayInvitePerson(viewer: Viewer, organization: Pick<Organization, '_id'>): boolean {
  return mayUpdateOrganization(viewer, organization);
}

/** Authorizes agents: the distributor's administrators alone, because the consent is the distributor's. */
export function mayAuthorizeAgent(viewer: Viewer, { _id, type }: Pick<Organization, '_id' | 'type'>): boolean {
  return type === 'LDC' && administers(viewer, _id);
}

/** Reads an organization's contacts: its own people, agents who may read its profile, and the staff. Everybody reads the SME's. */
export function maySeeContacts(viewer: Viewer, { _id, type }: Pick<Organization, '_id' | 'type'>): boolean {
  if (viewer.staff || type === 'SME' || ownOrganizations(viewer).includes(_id)) return true;
  return viewer.delegations.some(
    ({ organizationId, scopes }) => organizationId === _id && scopes.includes('PROFILE_READ'),
  );
}

/** Reads what happened to an organization: its own people, the staff and auditors. */
export function maySeeOrganizationHistory(viewer: Viewer, { _id }: Pick<Organization, '_id'>): boolean {
  return viewer.staff || viewer.auditor || ownOrganizations(viewer).includes(_id);
}
