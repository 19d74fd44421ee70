import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type * as api from '../generated/api.ts';
import type { AgentAuthorization } from './authorization.ts';

type AuthorizationEventType = 'authorization.granted' | 'authorization.revoked';

/** An event of an authorization, as other services may read it. */
export type AuthorizationEvent = EventDraft<AuthorizationEventType, DirectoryEvents[AuthorizationEventType]>;

/** The parts of an authorization's event that its record does not show. */
interface Telling {
  record: AgentAuthorization;
  changedFields: readonly (keyof api.AgentAuthorization)[];
  /** What people wrote: it stays in the directory's own log. */
  personal?: { remark: string };
}

/** The event that tells of an authorization as it is now. */
export function authorizationEvent(
  type: AuthorizationEventType,
  { record, changedFields, personal }: Telling,
  { at, by }: Act,
): AuthorizationEvent {
  const { _id: id, agentId, scopes, validFrom, validTo, revokedAt } = record;
  const data = {
    subject: { type: 'AUTHORIZATION', id } as const,
    changedFields: [...changedFields],
    agentId,
    scopes,
    validFrom: validFrom.toISOString(),
    validTo: validTo.toISOString(),
    revoked: revokedAt !== null,
  };
  return { type, eventVersion: DIRECTORY_EVENT_VERSION, at, actor: by, data, ...(personal ? { personal } : {}) };
}
