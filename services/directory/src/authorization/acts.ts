import type { Decision } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { REASON_KIB_MAX, type ViewerActContext } from '../organization/acts.ts';
import { requireAuthorizationAction } from './actions.ts';
import type { AgentAuthorization } from './authorization.ts';
import { authorizationEvent, type AuthorizationEvent } from './event.ts';

/** Takes an authorization back, at once. Null when it was taken back before. */
export function revokeAuthorization(
  authorization: AgentAuthorization,
  act: Act,
): Decision<AgentAuthorization, AuthorizationEvent> | null {
  if (authorization.revokedAt) return null;
  const record = { ...authorization, revokedAt: act.at, updatedAt: act.at };
  return { record, events: [authorizationEvent('authorization.revoked', { record, changedFields: ['active'] }, act)] };
}

/** Ends an authorization at once, for a reason. Refuses FORBIDDEN, ILLEGAL_TRANSITION where it is over, BAD_USER_INPUT. */
export function endAuthorization(
  authorization: AgentAuthorization,
  { reason }: { reason: string },
  act: ViewerActContext,
): Decision<AgentAuthorization, AuthorizationEvent> {
  requireAuthorizationAction(authorization, 'END', act);
  const remark = act.check.body('input.reason', reason, REASON_KIB_MAX);
  act.check.done();
  const record = { ...authorization, revokedAt: act.at, updatedAt: act.at };
  const changedFields = ['active', 'endedAt'] as const;
  return {
    record,
    events: [authorizationEvent('authorization.revoked', { record, changedFields, personal: { remark } }, act)],
  };
}
