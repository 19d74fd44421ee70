import { hasRole, type Viewer } from '@desk/kit/viewer';
import type { Membership } from './membership.ts';
import type { PrincipalRecord } from './principal.ts';

/**
 * What of the directory a viewer sees. ALL: everything. Otherwise these organizations and their people, the operator and
 * its people, and, by name only, the companies on the other side of an authorization.
 */
export type Sight = 'ALL' | LimitedSight;

export interface LimitedSight {
  /** Organizations of which the viewer is a member or for which it acts in this request. */
  organizations: readonly string[];
  /** Those of them whose other sides of authorizations are seen too. */
  own: readonly string[];
}

/** What a viewer sees. Nothing in it depends on the person, so a live scope sees what each of those who share it sees. */
export function sightOf(viewer: Viewer): Sight {
  if (viewer.staff || viewer.auditor) return 'ALL';
  const memberOf = viewer.memberships.map(({ organizationId }) => organizationId);
  const actingFor = viewer.delegations.map(({ organizationId }) => organizationId);
  return { organizations: [...new Set([...memberOf, ...actingFor])], own: memberOf };
}

/** Whether a membership is shown to those who see its person. */
export function maySeeMembership(sight: Sight, { organizationId, organizationType }: Membership): boolean {
  return sight === 'ALL' || organizationType === 'SME' || sight.organizations.includes(organizationId);
}

/** E-mail addresses are for colleagues and for the staff. Acting for an organization makes nobody a colleague. */
export function maySeeEmail(viewer: Viewer, person: PrincipalRecord): boolean {
  if (viewer.staff) return true;
  return viewer.memberships.some((mine) =>
    person.memberships.some(({ organizationId }) => organizationId === mine.organizationId),
  );
}

/** The audit log is for auditors and administrators. */
export function mayReadAudit(viewer: Viewer): boolean {
  return viewer.auditor || hasRole(viewer, 'SME_ADMIN');
}
