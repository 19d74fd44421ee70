import { actionTable, type ActingViewer } from '@desk/kit/write/actions';
import type { Viewer } from '@desk/kit/api/viewer';
import type { OrganizationAction, OrganizationStatus } from '../generated/api.ts';
import type { Organization } from './organization.ts';
import { mayAdministerDesk, mayAuthorizeAgent, mayInvitePerson, mayUpdateOrganization } from './policy.ts';

/** An organization as the table of actions takes it. */
type Stated = Organization & { state: OrganizationStatus };

const IN_SERVICE = ['ONBOARDING', 'ACTIVE'] as const;

/** Every action: from which states, who may, and which mutation does it. */
const table = actionTable<Stated, OrganizationStatus, OrganizationAction>('organization', {
  UPDATE: { from: [...IN_SERVICE, 'SUSPENDED'], may: mayUpdateOrganization, mutations: ['updateOrganization'] },
  INVITE_PERSON: { from: IN_SERVICE, may: mayInvitePerson, mutations: ['invitePerson'] },
  AUTHORIZE_AGENT: { from: ['ACTIVE'], may: mayAuthorizeAgent, mutations: ['authorizeAgent'] },
  SUSPEND: {
    from: IN_SERVICE,
    may: (viewer, { type }) => type !== 'SME' && mayAdministerDesk(viewer),
    mutations: ['suspendOrganization'],
  },
  REINSTATE: { from: ['SUSPENDED'], may: mayAdministerDesk, mutations: ['reinstateOrganization'] },
});

/** The actions that are open to a viewer now. */
export function allowedOrganizationActions(
  viewer: Viewer,
  organization: Organization,
  now: Date,
): OrganizationAction[] {
  return table.allowedActions(viewer, stated(organization), now);
}

/** Refuses an action: FORBIDDEN for the viewer, then ILLEGAL_TRANSITION for the status. */
export function requireOrganizationAction(
  organization: Organization,
  action: OrganizationAction,
  act: ActingViewer,
): void {
  table.requireAction(stated(organization), action, act);
}

function stated(organization: Organization): Stated {
  return { ...organization, state: organization.status };
}
