import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type * as api from '../generated/api.ts';
import type { Organization } from './organization.ts';

type OrganizationEventType = 'organization.created' | 'organization.changed';

/** An event of an organization, as other services may read it. */
export type OrganizationEvent = EventDraft<OrganizationEventType, DirectoryEvents[OrganizationEventType]>;

/** The event that tells of an organization as it is now. */
export function organizationEvent(
  type: OrganizationEventType,
  { record, changedFields }: { record: Organization; changedFields: readonly (keyof api.Organization)[] },
  { at, by }: Act,
): OrganizationEvent {
  const { _id: id, code, type: is, status } = record;
  const subject = { type: 'ORGANIZATION', id } as const;
  const data = { subject, changedFields: [...changedFields], code, type: is, status };
  return { type, eventVersion: DIRECTORY_EVENT_VERSION, at, actor: by, data };
}
