import { hasRole, type Viewer } from '@desk/kit/api/viewer';

/** The audit log is for auditors and administrators. */
export function mayReadAudit(viewer: Viewer): boolean {
  return viewer.auditor || hasRole(viewer, 'SME_ADMIN');
}
