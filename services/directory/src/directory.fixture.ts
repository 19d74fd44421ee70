import { viewerOf } from '@desk/gateway/identity/viewer';
import type { Viewer } from '@desk/kit/api/viewer';
import { subgraphClient, type Ask } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { seedDirectory, type DemoIds } from './demo/seed.ts';
import { agentsOf, type Principal } from './principal/principal.ts';
import { principalOf } from './principal/view.ts';
import { createDirectoryService, type DirectoryMutations, type DirectoryService } from './service.ts';

/** When every test of the directory begins: a Monday, 10:00 in Toronto. */
export const NOW = '2026-06-29T14:00:00Z';

/** A directory that runs on the real engine with the demo data in it. */
export interface DemoDirectory {
  ground: TestGround;
  service: DirectoryService;
  mutations: DirectoryMutations;
  ids: DemoIds;
  ask: Ask;
  /** An organization's id by code. */
  org(code: string): string;
  /** A person's id by login. */
  person(login: string): string;
  principal(login: string): Promise<Principal>;
  /** The viewer that the gateway makes of a login's principal, acting for organizations by code. */
  viewer(login: string, ...actingFor: string[]): Promise<Viewer>;
}

/** Starts a directory with a database of its own. */
export async function startDemoDirectory(): Promise<DemoDirectory> {
  const ground = await testGround(NOW);
  const service = await createDirectoryService(ground.config, ground.deps('directory'));
  const ids = await seedDirectory(service, ground.time);
  const org = (code: string) => known(ids.organizations, code);
  const principal = async (login: string) => {
    const record = await service.store.findLogin(login);
    if (!record) throw new Error(`Nobody signs in as ${login}.`);
    return principalOf(record, await service.store.authorizationsOf(agentsOf(record), ground.time.now()));
  };
  return {
    ground,
    service,
    mutations: service.mutations,
    ids,
    ask: subgraphClient(service.url, 'directory', ground.sign),
    org,
    person: (login) => known(ids.people, login),
    principal,
    viewer: async (login, ...actingFor) =>
      viewerOf(await principal(login), actingFor.map(org), ground.time.now()).viewer,
  };
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (!id) throw new Error(`The demo data have no ${name}.`);
  return id;
}
