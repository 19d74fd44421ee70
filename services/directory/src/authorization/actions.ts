import type { Viewer } from '@desk/kit/api/viewer';
import { actionTable, type ActingViewer } from '@desk/kit/write/actions';
import type { AgentAuthorizationAction } from '../generated/api.ts';
import { authorizationState, type AgentAuthorization } from './authorization.ts';
import { mayEndAuthorization } from './policy.ts';

/** An authorization as the table of actions takes it. */
type Stated = AgentAuthorization & { state: ReturnType<typeof authorizationState> };

/** Every action: from which states, who may, and which mutation does it. */
const table = actionTable<Stated, Stated['state'], AgentAuthorizationAction>('authorization', {
  END: { from: ['CURRENT'], may: mayEndAuthorization, mutations: ['endAgentAuthorization'] },
});

/** The actions that are open to a viewer now. */
export function allowedAuthorizationActions(
  viewer: Viewer,
  authorization: AgentAuthorization,
  now: Date,
): AgentAuthorizationAction[] {
  return table.allowedActions(viewer, stated(authorization, now), now);
}

/** Refuses an action: FORBIDDEN for the viewer, then ILLEGAL_TRANSITION for an authorization that is over. */
export function requireAuthorizationAction(
  authorization: AgentAuthorization,
  action: AgentAuthorizationAction,
  act: ActingViewer,
): void {
  table.requireAction(stated(authorization, act.at), action, act);
}

function stated(authorization: AgentAuthorization, at: Date): Stated {
  return { ...authorization, state: authorizationState(authorization, at) };
}
