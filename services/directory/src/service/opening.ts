import type { Act } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { serviceEvent, type ServiceEvent } from './event.ts';
import { serviceId, type Service } from './service.ts';

/** A service as the data file says it, and its place there. */
export type ListedService = Pick<Service, 'code' | 'en' | 'fr' | 'dependsOn' | 'rank'>;

/** A new service of the SME. */
export function createService(
  listed: ListedService,
  { organizationId, ...act }: Act & { organizationId: string },
): Decision<Service, ServiceEvent> {
  const record: Service = {
    ...listed,
    _id: serviceId(listed.code),
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    createdAt: act.at,
    updatedAt: act.at,
  };
  const changedFields = ['code', 'name', 'dependsOn'];
  return { record, events: [serviceEvent('service.created', { record, changedFields }, act)] };
}
