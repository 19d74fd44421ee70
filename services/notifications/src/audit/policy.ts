import { hasRole, type Viewer } from '@desk/kit/api/viewer';

/** Checks the audit log: auditors, and administrators of the SME. */
export function mayReadAudit(viewer: Viewer): boolean {
  return viewer.auditor || hasRole(viewer, 'SME_ADMIN');
}
