import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type * as api from '../generated/api.ts';
import type { Organization } from './organization.ts';

type OrganizationEventType = keyof DirectoryEvents & `organization.${string}`;

/** An event of an organization, as other services may read it. */
export type OrganizationEvent = EventDraft<OrganizationEventType, DirectoryEvents[OrganizationEventType]>;

/** The parts of an organization's event that its record does not show. */
interface Telling {
  record: Organization;
  changedFields: readonly (keyof api.Organization)[];
  /** What people wrote: it stays in the directory's own log. */
  personal?: { remark: string };
}

/** The event that tells of an organization as it is now. */
export function organizationEvent(
  type: OrganizationEventType,
  { record, changedFields, personal }: Telling,
  { at, by }: Act,
): OrganizationEvent {
  const { _id: id, code, type: is, status } = record;
  const subject = { type: 'ORGANIZATION', id } as const;
  const data = { subject, changedFields: [...changedFields], code, type: is, status };
  return { type, eventVersion: DIRECTORY_EVENT_VERSION, at, actor: by, data, ...(personal ? { personal } : {}) };
}
