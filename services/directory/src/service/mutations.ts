import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { organizationId } from '../organization/opening.ts';
import { changeService } from './acts.ts';
import { createService, type ListedService } from './opening.ts';
import { serviceId } from './service.ts';
import type { ServiceStore } from './store.ts';

/**
 * Makes the services as the data file lists them: new ones are created, others changed. A service that the file no longer names stays,
 * because records refer to it. Several processes may do it at once.
 */
export async function applyServices(
  { services }: Pick<ServiceStore, 'services'>,
  listed: readonly ListedService[],
  at: Date,
): Promise<void> {
  const act = { at, by: SYSTEM_ACTOR };
  for (const each of listed) {
    const id = serviceId(each.code);
    if (await services.exists(id))
      await services.change(id, { reach: 'ALL' }, (current) => changeService(current, each, act));
    else {
      const decision = createService(each, { ...act, organizationId: organizationId('SME') });
      await services.createMany([decision]);
    }
  }
}
