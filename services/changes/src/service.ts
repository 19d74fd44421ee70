import { recordLoader } from '@desk/kit/api/loader';
import type { Mirror } from '@desk/kit/log/mirror';
import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { DIRECTORY_MIRROR, type DirectoryRecords } from '@desk/schema/directory/events';
import { domainSdl } from '@desk/schema/sdl';
import { reachOfChanges } from './change/policy.ts';
import type { ChangesContext } from './context.ts';
import { resolvers } from './resolvers.ts';
import { MIGRATIONS, openStore, type Store } from './store.ts';
import { loadTemplates } from './template/port.ts';
import type { Template } from './template/template.ts';

const SERVICE = 'changes';

/** A changes service that runs, with what tests and demo data need of it. */
export interface ChangesService extends RunningService {
  store: Store;
  templates: readonly Template[];
  directory: Mirror<DirectoryRecords>;
}

/** Starts the changes service: store, relay, mirror and subgraph. */
export function createChangesService(config: ServiceConfig, deps: Dependencies): Promise<ChangesService> {
  return startService({ service: SERVICE, config, deps, migrations: MIGRATIONS }, async (foundation) => {
    const { log, newId } = foundation;
    const templates = loadTemplates();
    const store = await openStore(foundation);
    foundation.startRelay();
    const directory = await foundation.openMirror<DirectoryRecords>(DIRECTORY_MIRROR);
    const shared = { store, templates, directory, time: deps.time, newId, log };
    const served = await foundation.serve<ChangesContext>({
      sdl: domainSdl(SERVICE),
      resolvers,
      context: ({ viewer, requestId }) => {
        const reach = reachOfChanges(viewer);
        const { byIds, comments, notes } = store.changes;
        const loaders = {
          changes: recordLoader((ids) => byIds(reach, ids)),
          comments: recordLoader((ids) => comments.byIds('ALL', ids)),
          notes: recordLoader((ids) => notes.byIds('ALL', ids)),
          organizations: recordLoader((ids) => directory.byIds('organization', ids)),
          people: recordLoader((ids) => directory.byIds('person', ids)),
        };
        return { ...shared, viewer, requestId, reach, loaders };
      },
    });
    return { ...served, store, templates, directory };
  });
}
