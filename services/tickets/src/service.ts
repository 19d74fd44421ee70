import { recordLoader } from '@desk/kit/api/loader';
import type { Mirror } from '@desk/kit/log/mirror';
import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { DIRECTORY_MIRROR, type DirectoryRecords } from '@desk/schema/directory/events';
import { domainSdl } from '@desk/schema/sdl';
import type { CatalogueItem } from './catalogue-item/catalogue-item.ts';
import { loadCatalogueItems } from './catalogue-item/port.ts';
import { loadCatalogue } from './catalogue/port.ts';
import type { Loaders, TicketsContext } from './context.ts';
import { reachOfIncidents } from './incident/policy.ts';
import { incidentPort } from './incident/port.ts';
import { knownErrorPort } from './known-error/port.ts';
import { problemPort } from './problem/port.ts';
import { resolvers } from './resolvers.ts';
import { fire } from './service-request/acts.ts';
import { loadReferenceData } from './sla/port.ts';
import { slaOver, type Sla } from './sla/sla.ts';
import { checkStoredVersions } from './data-version/store.ts';
import { MIGRATIONS, openStore, type Store } from './store.ts';

const SERVICE = 'tickets';

/** A tickets service that runs, with what tests and imports need of it. */
export interface TicketsService extends RunningService {
  store: Store;
  sla: Sla;
  items: readonly CatalogueItem[];
  directory: Mirror<DirectoryRecords>;
}

/** Starts the tickets service: store, timers, consequences, relay and subgraph. */
export function createTicketsService(config: ServiceConfig, deps: Dependencies): Promise<TicketsService> {
  const parts = { service: SERVICE, config, deps, migrations: MIGRATIONS };
  return startService(parts, async (foundation) => {
    const { log, newId } = foundation;
    const { time } = deps;
    const catalogue = loadCatalogue();
    const items = loadCatalogueItems();
    const data = loadReferenceData();
    const sla = slaOver(data);
    const own = { calendar: data.calendars, policy: data.policies };
    const unknown = await checkStoredVersions(foundation.journal.db, own);
    if (unknown.length)
      deps.logger.warn({ unknown }, 'a newer version of the desk began clocks that this one cannot count');
    const store = await openStore(foundation);
    foundation.startRelay();
    const directory = await foundation.openMirror<DirectoryRecords>(DIRECTORY_MIRROR);
    const incidents = incidentPort(store.incidents, sla);
    const problems = problemPort(store.problems, { incidents: store.incidents, sla });
    const knownErrors = knownErrorPort(store.knownErrors, store.incidents);
    const consequences = foundation.followOwnLog(async (event, personal) => {
      for (const { follow } of [incidents, problems, knownErrors]) await follow(event, personal);
    });
    foundation.startTimers(store.incidents.records, (id) => incidents.fire(id, time.now()));
    const { requests } = store;
    foundation.startTimers(requests.records, async (id) => {
      const { record } = await requests.records.change(id, { reach: 'ALL' }, (request) =>
        fire(request, { at: time.now(), sla }),
      );
      return record;
    });
    const shared = {
      store,
      incidents,
      problems,
      knownErrors,
      time,
      newId,
      sla,
      catalogue,
      items,
      directory,
      consequences,
      log,
    };
    const served = await foundation.serve<TicketsContext>({
      sdl: domainSdl(SERVICE),
      resolvers,
      context: ({ viewer, requestId }) => {
        const reach = reachOfIncidents(viewer);
        const { byIds, comments, notes } = store.incidents;
        const loaders: Loaders = {
          incidents: recordLoader((ids) => byIds(reach, ids)),
          comments: recordLoader((ids) => comments.byIds(reach, ids)),
          notes: recordLoader((ids) => notes.byIds(reach, ids)),
          requests: recordLoader((ids) => requests.byIds(reach, ids)),
          requestComments: recordLoader((ids) => requests.comments.byIds(reach, ids)),
          requestNotes: recordLoader((ids) => requests.notes.byIds(reach, ids)),
          problems: recordLoader((ids) => store.problems.byIds(reach, ids)),
          problemNotes: recordLoader((ids) => store.problems.notes.byIds(reach, ids)),
          knownErrors: recordLoader((ids) => store.knownErrors.byIds(reach, ids)),
        };
        return { ...shared, viewer, requestId, reach, loaders };
      },
    });
    return { ...served, store, sla, items, directory };
  });
}
