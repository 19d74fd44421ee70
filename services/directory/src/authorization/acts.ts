import type { Decision } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
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
