import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { domainSdl } from '@desk/schema/sdl';
import { authorizationMutations, type AuthorizationMutations } from './authorization/mutations.ts';
import { clientMutations, type ClientMutations } from './client/mutations.ts';
import { contextOf, type DirectoryContext } from './context.ts';
import { MIGRATIONS } from './migration/store.ts';
import { organizationMutations, type OrganizationMutations } from './organization/mutations.ts';
import { personMutations, type PersonMutations } from './person/mutations.ts';
import { invitationsRoute } from './person/port.ts';
import { principalsRoute } from './principal/port.ts';
import { resolvers } from './resolvers.ts';
import { applyServices } from './service/mutations.ts';
import { loadServices } from './service/port.ts';
import { openStore, type Store } from './store.ts';

/** Every change of the directory by the desk itself: demo data and tests make them. */
export type DirectoryMutations = OrganizationMutations & PersonMutations & ClientMutations & AuthorizationMutations;

/** A directory service that runs, with what demo data and tests need of it. */
export interface DirectoryService extends RunningService {
  store: Store;
  mutations: DirectoryMutations;
}

/** Starts the directory service: store, relay and subgraph. */
export function createDirectoryService(config: ServiceConfig, deps: Dependencies): Promise<DirectoryService> {
  const { time } = deps;
  return startService({ service: 'directory', config, deps, migrations: MIGRATIONS }, async (foundation) => {
    const { log, newId } = foundation;
    const store = await openStore(foundation);
    foundation.startRelay();
    await applyServices(store, loadServices(), time.now());
    const served = await foundation.serve<DirectoryContext>({
      sdl: domainSdl('directory'),
      resolvers,
      routes: (app) => {
        principalsRoute(app, store, time);
        invitationsRoute(app, store, time);
      },
      context: (request) => contextOf(request, { store, time, log, newId }),
    });
    return { ...served, store, mutations: mutationsOver(store) };
  });
}

function mutationsOver(store: Store): DirectoryMutations {
  return {
    ...organizationMutations(store),
    ...personMutations(store),
    ...clientMutations(store),
    ...authorizationMutations(store),
  };
}
