import type { Reach, Viewer } from '@desk/kit/api/viewer';
import { administers } from '../organization/policy.ts';
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

/** Changes the own profile: the person alone. Systems have none. */
export function mayUpdateProfile({ id, kind }: Viewer, { _id }: Pick<PrincipalRecord, '_id'>): boolean {
  return kind === 'PERSON' && id === _id;
}

/** Reads what happened to a person: the person, administrators of an organization of the person's, the staff and auditors. */
export function maySeePersonHistory(viewer: Viewer, person: PrincipalRecord): boolean {
  if (viewer.staff || viewer.auditor || viewer.id === person._id) return true;
  return person.memberships.some(({ organizationId }) => administers(viewer, organizationId));
}
