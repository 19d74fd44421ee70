import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type { Service } from './service.ts';

type ServiceEventType = 'service.created' | 'service.changed';

/** An event of a service, as other services may read it. */
export type ServiceEvent = EventDraft<ServiceEventType, DirectoryEvents[ServiceEventType]>;

/** The event that tells of a service as it is now. */
export function serviceEvent(
  type: ServiceEventType,
  { record, changedFields }: { record: Service; changedFields: readonly string[] },
  { at, by }: Act,
): ServiceEvent {
  const { _id: id, code, en, fr, dependsOn } = record;
  const subject = { type: 'SERVICE', id } as const;
  const data = { subject, changedFields: [...changedFields], code, en, fr, dependsOn };
  return { type, eventVersion: DIRECTORY_EVENT_VERSION, at, actor: by, data };
}
