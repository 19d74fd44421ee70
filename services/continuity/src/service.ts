import { recordLoader } from '@desk/kit/api/loader';
import type { Mirror } from '@desk/kit/log/mirror';
import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { DIRECTORY_MIRROR, type DirectoryRecords } from '@desk/schema/directory/events';
import { domainSdl } from '@desk/schema/sdl';
import { passTime } from './continuity-event/acts.ts';
import { reachOfContinuity } from './continuity-event/policy.ts';
import type { ContinuityContext } from './context.ts';
import type { CriticalService } from './critical-service/critical-service.ts';
import { loadCriticalServices } from './critical-service/port.ts';
import { resolvers } from './resolvers.ts';
import { MIGRATIONS, openStore, type Store } from './store.ts';

const SERVICE = 'continuity';

/** A continuity service that runs, with what tests and demo data need of it. */
export interface ContinuityService extends RunningService {
  store: Store;
  criticalServices: readonly CriticalService[];
  directory: Mirror<DirectoryRecords>;
}

/** Starts the continuity service: store, relay, mirror, timers and subgraph. */
export function createContinuityService(config: ServiceConfig, deps: Dependencies): Promise<ContinuityService> {
  return startService({ service: SERVICE, config, deps, migrations: MIGRATIONS }, async (foundation) => {
    const { log, newId } = foundation;
    const { time } = deps;
    const criticalServices = loadCriticalServices();
    const store = await openStore(foundation);
    foundation.startRelay();
    const directory = await foundation.openMirror<DirectoryRecords>(DIRECTORY_MIRROR);
    const { records } = store.events;
    foundation.startTimers(records, async (id) => {
      const { record } = await records.change(id, { reach: 'ALL' }, (event) => passTime(event, time.now()));
      return record;
    });
    const shared = { store, criticalServices, directory, time, newId, log };
    const served = await foundation.serve<ContinuityContext>({
      sdl: domainSdl(SERVICE),
      resolvers,
      context: ({ viewer, requestId }) => {
        const reach = reachOfContinuity(viewer);
        const loaders = {
          events: recordLoader((ids) => store.events.byIds(reach, ids)),
          reports: recordLoader((ids) => store.reports.byIds(reach, ids)),
          acknowledgements: recordLoader((ids) => store.acknowledgements.byIds(reach, ids)),
        };
        return { ...shared, viewer, requestId, reach, loaders };
      },
    });
    return { ...served, store, criticalServices, directory };
  });
}
