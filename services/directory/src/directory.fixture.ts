import { viewerOf } from '@desk/gateway/identity/viewer';
import type { Viewer } from '@desk/kit/api/viewer';
import { done, mutationText, refusalIn, subgraphClient, type Ask, type Refused } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { seedDirectory, type DemoIds } from './demo/seed.ts';
import { readPrincipal } from './principal/port.ts';
import type { Principal } from './principal/principal.ts';
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
  /** What a login's mutation answers: a part of the payload. */
  write<Payload>(login: string, mutation: string, asked: { input: object; selection: string }): Promise<Payload>;
  /** How a login's mutation is refused. */
  refused(login: string, mutation: string, input: object): Promise<Refused>;
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
    return readPrincipal(service.store, record, ground.time.now());
  };
  const ask = subgraphClient(service.url, 'directory', ground.sign);
  const viewer = async (login: string, ...actingFor: string[]) =>
    viewerOf(await principal(login), actingFor.map(org), ground.time.now()).viewer;
  return {
    ground,
    service,
    mutations: service.mutations,
    ids,
    ask,
    org,
    person: (login) => known(ids.people, login),
    principal,
    viewer,
    write: async (login, mutation, { input, selection }) =>
      done(await ask(await viewer(login), mutationText(mutation, selection), { input })),
    refused: async (login, mutation, input) =>
      refusalIn(await ask(await viewer(login), mutationText(mutation, '__typename'), { input })),
  };
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (!id) throw new Error(`The demo data have no ${name}.`);
  return id;
}
