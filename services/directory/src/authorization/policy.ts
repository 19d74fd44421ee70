import type { Viewer } from '@desk/kit/api/viewer';
import { administers, mayAdministerDesk, ownOrganizations } from '../organization/policy.ts';
import type { AgentAuthorization } from './authorization.ts';

/** Whose authorizations a viewer reads, on either side: everybody's, or those of some organizations. */
export function sidesSeen(viewer: Viewer): 'ALL' | readonly string[] {
  return viewer.staff || viewer.auditor ? 'ALL' : ownOrganizations(viewer);
}

/** Ends an authorization: the distributor's administrators, and the SME's. */
export function mayEndAuthorization(
  viewer: Viewer,
  { organizationId }: Pick<AgentAuthorization, 'organizationId'>,
): boolean {
  return administers(viewer, organizationId) || mayAdministerDesk(viewer);
}
