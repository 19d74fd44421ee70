import type { Reach, Viewer } from '@desk/kit/api/viewer';
import type { Membership } from './membership.ts';
import type { PrincipalRecord } from './principal.ts';

/** Whether a membership is shown to those who see its person. */
export function maySeeMembership(reach: Reach, { organizationId, organizationType }: Membership): boolean {
  return reach === 'ALL' || organizationType === 'SME' || reach.includes(organizationId);
}

/** Colleagues and the staff see e-mail addresses. An agent that acts for an organization is no colleague of its people. */
export function maySeeEmail(viewer: Viewer, person: PrincipalRecord): boolean {
  if (viewer.staff) return true;
  return viewer.memberships.some((mine) =>
    person.memberships.some(({ organizationId }) => organizationId === mine.organizationId),
  );
}
