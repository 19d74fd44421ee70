import { hasRole, type Viewer } from '@desk/kit/api/viewer';
import type { Enrolment } from './enrolment.ts';

const TRAINING_ROLES = ['SME_TRAINING', 'SME_ADMIN'] as const;

/** Learns: every person of an organization. Systems do not. */
export function mayLearn({ id, kind, memberships }: Viewer): boolean {
  return id !== null && kind === 'PERSON' && memberships.length > 0;
}

/** Goes on with an enrolment: the learner alone. */
export function isLearner(viewer: Viewer, { personId }: Pick<Enrolment, 'personId'>): boolean {
  return viewer.id !== null && viewer.id === personId;
}

/** Reads every enrolment: the SME's training staff, and auditors. */
export function mayReadAllEnrolments(viewer: Viewer): boolean {
  return viewer.auditor || (viewer.staff && hasRole(viewer, ...TRAINING_ROLES));
}

/** Reads an enrolment: the learner, and who reads all. */
export function mayReadEnrolment(viewer: Viewer, enrolment: Pick<Enrolment, 'personId'>): boolean {
  return isLearner(viewer, enrolment) || mayReadAllEnrolments(viewer);
}
