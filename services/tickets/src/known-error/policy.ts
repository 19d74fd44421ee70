import { hasRole, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import { WORKING_ROLES } from '../directory/directory.ts';

/** The scope that an agent or partner needs to read known errors. */
const READ_SCOPE = 'TICKETS_READ';

/** The organizations whose known errors a viewer may read. They are the SME's; those published for all are read by every viewer who reaches an organization. */
export function reachOfKnownErrors(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Drafts, edits, publishes and retires known errors: the SME's analysts and administrators. */
export function mayWriteKnownError(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...WORKING_ROLES);
}
