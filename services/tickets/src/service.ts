import { EVERYBODY } from '@desk/kit/write-scope';
import { eventsRoute } from '@desk/kit/pull';
import { startSubgraph } from '@desk/kit/server';
import {
  startService,
  type Dependencies,
  type Foundation,
  type RunningService,
  type ServiceConfig,
} from '@desk/kit/service';
import { Timers } from '@desk/kit/timers';
import { domainSdl } from '@desk/schema/sdl';
import { loadCatalogue } from './catalogue.ts';
import { followConsequences } from './consequences.ts';
import type { TicketsContext } from './context.ts';
import { openDirectoryMirror, type DirectoryMirror } from './directory-mirror.ts';
import { fireIncident } from './incident-due.ts';
import { incidentLoader } from './incident-loader.ts';
import { reachOfIncidents } from './policy.ts';
import { loadReferenceData } from './reference-data.ts';
import { resolvers } from './resolvers.ts';
import { slaOver, type Sla } from './sla.ts';
import { openStore, type Store } from './store.ts';

/** A tickets service that runs, with what tests and imports need of it. */
export interface TicketsService extends RunningService {
  store: Store;
  sla: Sla;
  directory: DirectoryMirror;
}

/** Starts the tickets service: store, timers, consequences, relay and subgraph. */
export function createTicketsService(config: ServiceConfig, deps: Dependencies): Promise<TicketsService> {
  return startService({ service: 'tickets', config, deps }, (foundation) => startTickets(foundation, config, deps));
}

async function startTickets(
  foundation: Foundation,
  config: ServiceConfig,
  deps: Dependencies,
): Promise<Omit<TicketsService, 'stop'>> {
  const { clock, logger, verifyToken } = deps;
  const reference = loadReferenceData();
  const catalogue = loadCatalogue();
  const sla = slaOver(reference);
  const { journal, log, newId, registry } = foundation;
  const store = await openStore(foundation);
  foundation.startRelay();
  const directory = foundation.keep(await openDirectoryMirror(foundation, deps));
  const consequences = foundation.keep(followConsequences(foundation, deps, store, sla));
  foundation.keep(
    new Timers(store.incidents, clock, logger, async (id) => {
      const now = clock.now();
      const found = await store.findIncident('ALL', id);
      if (found) await consequences.answerInTime(found, now);
      return store.incidents.change(id, EVERYBODY, {}, (record) => fireIncident(record, now, sla));
    }),
  );
  const server = await startSubgraph<TicketsContext>({
    name: 'tickets',
    host: config.host,
    port: config.port,
    sdl: domainSdl('tickets'),
    resolvers,
    verifyToken,
    ready: () => journal.barrier(),
    logger,
    registry,
    routes: (app) => eventsRoute(app, log),
    context: ({ viewer, requestId }) => {
      const reach = reachOfIncidents(viewer);
      const incidents = incidentLoader(store, reach);
      return {
        viewer,
        requestId,
        reach,
        store,
        incidents,
        clock,
        newId,
        sla,
        reference,
        catalogue,
        directory,
        consequences,
        log,
      };
    },
  });
  foundation.keep(server);
  return { url: server.url, log, store, sla, directory };
}
