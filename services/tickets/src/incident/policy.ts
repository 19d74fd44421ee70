import { hasRole, mayActFor, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import { WORKING_ROLES } from '../directory/directory.ts';
import type { Incident } from './incident.ts';

/** The scopes that an agent or partner needs to read, and to write, tickets. */
const READ_SCOPE = 'TICKETS_READ';
const WRITE_SCOPE = 'TICKETS_WRITE';
const REPORTING_ROLES = ['LDC_USER', 'LDC_ADMIN'];

/** The organizations whose incidents a viewer may read. The store puts it into each filter. */
export function reachOfIncidents(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Reports for an organization: its own people, agents and partners with the scope, and the SME for everybody. */
export function mayCreateIncident(viewer: Viewer, organizationId: string): boolean {
  return isAnalyst(viewer) || mayWriteFor(viewer, organizationId);
}

/** Reports for at least one organization, in the acting context of the request. */
export function mayCreateIncidents(viewer: Viewer): boolean {
  const organizations = [...viewer.memberships, ...viewer.delegations].map(({ organizationId }) => organizationId);
  return isAnalyst(viewer) || organizations.some((organizationId) => mayWriteFor(viewer, organizationId));
}

/** Works an incident: assigns, starts, holds, resumes, resolves, reclassifies, links. */
export function mayWorkIncident(viewer: Viewer): boolean {
  return isAnalyst(viewer);
}

/** Moves open clocks to the newest version of the agreement. */
export function mayRebaseClocks(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, 'SME_ADMIN');
}

/** Reopens an incident, or reports its follow-up: everybody who may report for the organization. */
export function mayReopenIncident(viewer: Viewer, incident: Incident): boolean {
  return mayCreateIncident(viewer, incident.organizationId);
}

/** Accepts a solution, which ends the time for reopening: people and systems that act for the organization, never the SME. */
export function mayCloseIncident(viewer: Viewer, incident: Incident): boolean {
  return mayWriteFor(viewer, incident.organizationId);
}

/** Withdraws an incident: its requester while it is NEW, the SME while it is open. */
export function mayCancelIncident(viewer: Viewer, incident: Incident): boolean {
  const own = incident.requester.id !== null && incident.requester.id === viewer.id;
  return isAnalyst(viewer) || (own && incident.state === 'NEW' && mayWriteFor(viewer, incident.organizationId));
}

/** Comments publicly: the staff, and everybody who may write for the organization. */
export function mayCommentIncident(viewer: Viewer, incident: Incident): boolean {
  return viewer.staff || mayWriteFor(viewer, incident.organizationId);
}

/** Internal notes are the staff's, to write and to read. */
export function mayNoteIncident(viewer: Viewer): boolean {
  return viewer.staff;
}

function isAnalyst(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...WORKING_ROLES);
}

function mayWriteFor(viewer: Viewer, organizationId: string): boolean {
  return mayActFor(viewer, organizationId, { roles: REPORTING_ROLES, scope: WRITE_SCOPE });
}
