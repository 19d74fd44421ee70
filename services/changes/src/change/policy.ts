import { hasRole, knownOrganizations, mayActFor, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { Change } from './change.ts';

/** The scopes that an agent or partner needs to read changes, and to propose and comment on them. */
const READ_SCOPE = 'CHANGES_READ';
const WRITE_SCOPE = 'CHANGES_COMMENT';
const MANAGING_ROLES = ['SME_CHANGE', 'SME_ADMIN'] as const;
const PROPOSING_ROLES = ['LDC_USER', 'LDC_ADMIN'];

/** The organizations whose changes a viewer may read. Published changes are read by every viewer who reaches an organization. */
export function reachOfChanges(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Proposes for an organization: its own people, agents and partners with the scope, and the SME's staff for the SME and everybody. */
export function mayProposeChange(viewer: Viewer, organizationId: string): boolean {
  return viewer.staff || mayWriteFor(viewer, organizationId);
}

/** Proposes for at least one organization, in the acting context of the request. */
export function mayProposeChanges(viewer: Viewer): boolean {
  return viewer.staff || organizationsOf(viewer).some((organizationId) => mayWriteFor(viewer, organizationId));
}

/** Accepts, assesses, plans, starts, closes: the SME's change managers. */
export function mayManageChange(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...MANAGING_ROLES);
}

/** Comments publicly: the staff, whoever may write for the proposing organization, and everybody who may write for a distributor on a published change. */
export function mayCommentChange(viewer: Viewer, change: Change): boolean {
  if (viewer.staff || mayWriteFor(viewer, change.organizationId)) return true;
  return (
    change.publishedAt !== null && organizationsOf(viewer).some((organizationId) => mayWriteFor(viewer, organizationId))
  );
}

/** Internal notes are the staff's, to write and to read. */
export function mayNoteChange(viewer: Viewer): boolean {
  return viewer.staff;
}

/** Learns which organization it is: of its own, and of the SME everybody. `found` is null where the directory has not told of it. */
export function mayKnowOrganization(
  viewer: Viewer,
  { id, found }: { id: string; found: Pick<DirectoryRecords['organization'], 'type'> | null },
): boolean {
  const known = knownOrganizations(viewer);
  return known === 'ALL' || known.includes(id) || found?.type === 'SME';
}

/** True for people of the SME, as the directory tells of them. */
export function isStaff({ roles }: Pick<DirectoryRecords['person'], 'roles'>): boolean {
  return roles.some((role) => role.startsWith('SME_'));
}

function organizationsOf({ memberships, delegations }: Viewer): string[] {
  return [...memberships, ...delegations].map(({ organizationId }) => organizationId);
}

function mayWriteFor(viewer: Viewer, organizationId: string): boolean {
  return mayActFor(viewer, organizationId, { roles: PROPOSING_ROLES, scope: WRITE_SCOPE });
}
