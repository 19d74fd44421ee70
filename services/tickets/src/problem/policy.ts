import { hasRole, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import { WORKING_ROLES } from '../directory/directory.ts';

/** The scope that an agent or partner needs to read the problems log. */
const READ_SCOPE = 'TICKETS_READ';

/** The organizations whose problems a viewer may read. Problems are the SME's; published ones are read by every viewer who reaches an organization. */
export function reachOfProblems(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Opens, assesses, diagnoses, resolves and publishes problems: the SME's analysts and administrators. */
export function mayWorkProblem(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...WORKING_ROLES);
}

/** Reads what is not published of a problem: the SME's staff, and auditors. */
export function readsProblemInside(viewer: Viewer): boolean {
  return viewer.staff || viewer.auditor;
}

/** Internal notes are the staff's, to write and to read. */
export function mayNoteProblem(viewer: Viewer): boolean {
  return viewer.staff;
}
