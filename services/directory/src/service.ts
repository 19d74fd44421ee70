import type { Clock } from '@desk/kit/clock';
import type { Log } from '@desk/kit/log';
import { eventsRoute } from '@desk/kit/pull';
import { startSubgraph } from '@desk/kit/server';
import {
  startService,
  type Dependencies,
  type Foundation,
  type RunningService,
  type ServiceConfig,
} from '@desk/kit/service';
import type { Viewer } from '@desk/kit/viewer';
import { domainSdl } from '@desk/schema/sdl';
import { principalsRoute } from './principals-route.ts';
import { resolvers } from './resolvers.ts';
import { openStore, type Store } from './store.ts';
import { viewOf, type View } from './view.ts';

/** What every resolver is given: who asks, what that one sees, and what the service stands on. */
export interface DirectoryContext {
  viewer: Viewer;
  requestId: string;
  view: View;
  store: Store;
  clock: Clock;
  log: Log;
}

/** A directory service that runs, with what demo data and tests need of it. */
export interface DirectoryService extends RunningService {
  store: Store;
}

/** Starts the directory service: store, relay and subgraph. */
export function createDirectoryService(config: ServiceConfig, deps: Dependencies): Promise<DirectoryService> {
  return startService({ service: 'directory', config, deps }, (foundation) => startDirectory(foundation, config, deps));
}

async function startDirectory(
  foundation: Foundation,
  config: ServiceConfig,
  deps: Dependencies,
): Promise<Omit<DirectoryService, 'stop'>> {
  const { clock, logger, verifyToken } = deps;
  const { journal, log, registry } = foundation;
  const store = await openStore(foundation);
  foundation.startRelay();
  const server = await startSubgraph<DirectoryContext>({
    name: 'directory',
    host: config.host,
    port: config.port,
    sdl: domainSdl('directory'),
    resolvers,
    verifyToken,
    ready: () => journal.barrier(),
    logger,
    registry,
    routes: (app) => {
      eventsRoute(app, log);
      principalsRoute(app, store, clock);
    },
    context: ({ viewer, requestId }) => ({
      viewer,
      requestId,
      view: viewOf(store, viewer, clock.now()),
      store,
      clock,
      log,
    }),
  });
  foundation.keep(server);
  return { url: server.url, log, store };
}
