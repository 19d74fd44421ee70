import { hasRole, mayActFor, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import type { ServiceRequest } from './service-request.ts';

/** The scopes that an agent or partner needs to read, and to write, tickets. */
const READ_SCOPE = 'TICKETS_READ';
const WRITE_SCOPE = 'TICKETS_WRITE';
const WORKING_ROLES = ['SME_ANALYST', 'SME_ADMIN'] as const;
const ASKING_ROLES = ['LDC_USER', 'LDC_ADMIN'];
/** The roles that approve what their own organization asks for. */
export const APPROVING_ROLES: readonly string[] = ['LDC_ADMIN'];

/** The organizations whose service requests a viewer may read. */
export function reachOfServiceRequests(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Asks for an organization: its own people, agents and partners with the scope, and the SME for everybody. */
export function maySubmitServiceRequest(viewer: Viewer, organizationId: string): boolean {
  return mayWorkServiceRequest(viewer) || mayWriteFor(viewer, organizationId);
}

/** Approves or rejects: an administrator of the organization. No agent does, and not the SME. */
export function mayApproveServiceRequest(viewer: Viewer, { organizationId }: ServiceRequest): boolean {
  return viewer.memberships.some(
    (own) => own.organizationId === organizationId && own.roles.some((role) => APPROVING_ROLES.includes(role)),
  );
}

/** Why another person must decide on a service request: nobody decides on what that person asked for. Null where the viewer may. */
export function whyAnotherDecides({ id }: Viewer, { requester }: ServiceRequest): string | null {
  return requester.id === id ? 'Another person than the requester must decide on this request.' : null;
}

/** Works a service request: starts, asks, delivers. */
export function mayWorkServiceRequest(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...WORKING_ROLES);
}

/** Answers, accepts, reopens, withdraws: who may ask for the organization, never the SME. */
export function mayAnswerServiceRequest(viewer: Viewer, { organizationId }: ServiceRequest): boolean {
  return mayWriteFor(viewer, organizationId);
}

/** Comments publicly: the staff, and everybody who may ask for the organization. */
export function mayCommentServiceRequest(viewer: Viewer, { organizationId }: ServiceRequest): boolean {
  return viewer.staff || mayWriteFor(viewer, organizationId);
}

/** Internal notes are the staff's, to write and to read. */
export function mayNoteServiceRequest(viewer: Viewer): boolean {
  return viewer.staff;
}

function mayWriteFor(viewer: Viewer, organizationId: string): boolean {
  return mayActFor(viewer, organizationId, { roles: ASKING_ROLES, scope: WRITE_SCOPE });
}
