import type { Reach, Viewer } from '@desk/kit/api/viewer';

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
