import type { Act } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { isDeepStrictEqual } from 'node:util';
import { serviceEvent, type ServiceEvent } from './event.ts';
import type { ListedService } from './opening.ts';
import type { Service } from './service.ts';

/** Makes a service as the data file lists it. Null when it is so already. */
export function changeService(
  service: Service,
  listed: ListedService,
  act: Act,
): Decision<Service, ServiceEvent> | null {
  const isRenamed = service.en !== listed.en || service.fr !== listed.fr;
  const changedFields = [
    ...(isRenamed ? ['name'] : []),
    ...(isDeepStrictEqual(service.dependsOn, listed.dependsOn) ? [] : ['dependsOn']),
    ...(service.rank === listed.rank ? [] : ['rank']),
  ];
  if (!changedFields.length) return null;
  const record = { ...service, ...listed, updatedAt: act.at };
  return { record, events: [serviceEvent('service.changed', { record, changedFields }, act)] };
}
