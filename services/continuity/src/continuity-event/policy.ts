import { hasRole, mayActFor, reachOf, type Reach, type Viewer } from '@desk/kit/api/viewer';
import type { ContinuityEvent } from './continuity-event.ts';

/** The scopes that an agent or partner needs to read continuity events, and to acknowledge reports. */
const READ_SCOPE = 'CONTINUITY_READ';
const ACKNOWLEDGE_SCOPE = 'CONTINUITY_ACK';
const MANAGING_ROLES = ['SME_CONTINUITY', 'SME_ADMIN'] as const;
/** The roles that acknowledge reports for their own organization. */
export const ACKNOWLEDGING_ROLES = ['LDC_USER', 'LDC_ADMIN'];

/** The organizations for which a viewer reads continuity events. Who reaches one sees every event, and of acknowledgements those in reach. */
export function reachOfContinuity(viewer: Viewer): Reach {
  return reachOf(viewer, READ_SCOPE);
}

/** Why another person must approve an impact assessment than its author. Null where the viewer may. */
export function whyAnotherApproves({ id }: Viewer, { assessment }: ContinuityEvent): string | null {
  return assessment?.assessedBy.id === id
    ? 'Another person than the one who assessed the impact must approve it.'
    : null;
}

/** Declares, estimates, assesses, moves, reports: the SME's continuity managers. */
export function mayManageContinuity(viewer: Viewer): boolean {
  return viewer.staff && hasRole(viewer, ...MANAGING_ROLES);
}

/** Writes into the timeline: the SME's staff. */
export function mayRecordContinuity(viewer: Viewer): boolean {
  return viewer.staff;
}

/** Acknowledges a report for an organization: its own people, and agents and partners with the scope. */
export function mayAcknowledge(viewer: Viewer, organizationId: string): boolean {
  return mayActFor(viewer, organizationId, { roles: ACKNOWLEDGING_ROLES, scope: ACKNOWLEDGE_SCOPE });
}
