import { viewerOf } from '../../../gateway/src/viewer.ts';
import type { Viewer } from '@desk/kit/viewer';
import { subgraphClient, testGround, type Ask, type TestGround } from '../../../tests/setup/subgraph-client.ts';
import { actsOver, type DirectoryActs } from '../src/acts.ts';
import { seedDirectory, type DemoIds } from '../src/seed.ts';
import { agentsOf, principalOf, type Principal } from '../src/principal.ts';
import { createDirectoryService, type DirectoryService } from '../src/service.ts';

/** When every test of the directory begins: a Monday, 10:00 in Toronto. */
export const NOW = '2026-06-29T14:00:00Z';

/** A directory that runs on the real engine with the demo data in it. */
export interface DemoDirectory {
  ground: TestGround;
  service: DirectoryService;
  acts: DirectoryActs;
  ids: DemoIds;
  ask: Ask;
  /** An organization's id by code. */
  org(code: string): string;
  /** A person's id by login. */
  person(login: string): string;
  principal(login: string): Promise<Principal>;
  /** Who asks, as the gateway makes it of the principal: a login, acting for organizations by code. */
  viewer(login: string, ...actingFor: string[]): Promise<Viewer>;
}

/** Starts a directory with a database of its own. */
export async function startDemoDirectory(): Promise<DemoDirectory> {
  const ground = await testGround(NOW);
  const service = await createDirectoryService(ground.config, ground.deps('directory'));
  const ids = await seedDirectory(service, ground.clock);
  const org = (code: string) => known(ids.organizations, code);
  const principal = async (login: string) => {
    const record = await service.store.findLogin(login);
    if (!record) throw new Error(`Nobody signs in as ${login}.`);
    return principalOf(record, await service.store.authorizationsOf(agentsOf(record), ground.clock.now()));
  };
  return {
    ground,
    service,
    acts: actsOver(service.store),
    ids,
    ask: subgraphClient(service.url, 'directory', ground.sign),
    org,
    person: (login) => known(ids.people, login),
    principal,
    viewer: async (login, ...actingFor) =>
      viewerOf(await principal(login), actingFor.map(org), ground.clock.now()).viewer,
  };
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (!id) throw new Error(`The demo data have no ${name}.`);
  return id;
}
