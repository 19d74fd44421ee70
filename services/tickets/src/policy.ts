import { hasRole, reachOf, type Reach, type Viewer } from '@desk/kit/viewer';
import type { IncidentAction } from './generated/api.ts';
import { possibleActions, type Incident } from './incident.ts';

/** What an agent or partner needs to read, and to write, tickets. */
const READ_SCOPE = 'TICKETS_READ';
const WRITE_SCOPE = 'TICKETS_WRITE';

/** The organizations whose incidents a viewer may read. The store puts it into each filter. */
export function reachOfIncidents(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Reports for an organization: its own people, agents and partners with the scope, and the SME for everybody. */
export function mayCreateIncident(viewer: Viewer, organizationId: string): boolean {
  return isAnalyst(viewer) || mayWriteFor(viewer, organizationId);
}

/** Works an incident: assigns, starts, holds, resumes, resolves, reclassifies, links. */
export function mayWorkIncident(viewer: Viewer): boolean {
  return isAnalyst(viewer);
}

/** Says that a solution did not hold, or what it did not settle: whoever may report for the organization. */
export function mayReopenIncident(viewer: Viewer, incident: Incident): boolean {
  return mayCreateIncident(viewer, incident.organizationId);
}

/** Accepts a solution, which ends the time for reopening: whoever acts for the organization, and never those who gave it. */
export function mayCloseIncident(viewer: Viewer, incident: Incident): boolean {
  return mayWriteFor(viewer, incident.organizationId);
}

/** The requester withdraws what nobody has taken yet; the SME anything that is open. */
export function mayCancelIncident(viewer: Viewer, incident: Incident): boolean {
  const own = incident.requester.id !== null && incident.requester.id === viewer.id;
  return isAnalyst(viewer) || (own && incident.state === 'NEW' && mayWriteFor(viewer, incident.organizationId));
}

export function mayCommentIncident(viewer: Viewer, incident: Incident): boolean {
  return viewer.staff || mayWriteFor(viewer, incident.organizationId);
}

/** Internal notes are the staff's, to write and to read. */
export function mayNoteIncident(viewer: Viewer): boolean {
  return viewer.staff;
}

export function mayReadAudit(viewer: Viewer): boolean {
  return viewer.auditor || hasRole(viewer, 'SME_ADMIN');
}

/** Who may do what. The same table serves the mutations, `allowedActions` and the refusals. */
export const MAY: Record<IncidentAction, (viewer: Viewer, incident: Incident) => boolean> = {
  ASSIGN: mayWorkIncident,
  START: mayWorkIncident,
  HOLD: mayWorkIncident,
  RESUME: mayWorkIncident,
  RESOLVE: mayWorkIncident,
  RECLASSIFY: mayWorkIncident,
  LINK: mayWorkIncident,
  REOPEN: mayReopenIncident,
  CLOSE: mayCloseIncident,
  CANCEL: mayCancelIncident,
  COMMENT: mayCommentIncident,
  NOTE: mayNoteIncident,
  FOLLOW_UP: mayReopenIncident,
};

/** What a viewer may do with an incident now: what state and time allow, and the rules too. */
export function allowedActions(viewer: Viewer, incident: Incident, now: Date): IncidentAction[] {
  if (viewer.id === null) return [];
  return possibleActions(incident, now).filter((action) => MAY[action](viewer, incident));
}

function isAnalyst(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, 'SME_ANALYST', 'SME_ADMIN');
}

function mayWriteFor(viewer: Viewer, organizationId: string): boolean {
  const member = viewer.memberships.some(
    (membership) =>
      membership.organizationId === organizationId &&
      membership.roles.some((role) => role === 'LDC_USER' || role === 'LDC_ADMIN'),
  );
  return member || acts(viewer, organizationId, WRITE_SCOPE);
}

function acts(viewer: Viewer, organizationId: string, scope: string): boolean {
  return viewer.delegations.some((d) => d.organizationId === organizationId && d.scopes.includes(scope));
}
