import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_PEOPLE } from '@desk/local/issuer/demo-people';
import { startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';
import { Role } from '../generated/api.ts';
import { loadServices } from '../service/port.ts';
import { seedDirectory } from './seed.ts';

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});

afterAll(() => demo.service.stop());

test('the demo has sixty distributors, the operator, two agents and a partner', async () => {
  const { store } = demo.service;
  const count = (type: 'LDC' | 'SME' | 'AGENT' | 'PARTNER') => store.countOrganizations('ALL', { type: [type] });
  expect([await count('LDC'), await count('SME'), await count('AGENT'), await count('PARTNER')]).toEqual([60, 1, 2, 1]);
});

test('a second start, months later, creates nothing', async () => {
  const { ground, service, ids } = demo;
  await service.log.drain();
  const before = await service.log.head();
  ground.time.set('2026-12-24T09:00:00Z');
  const again = await seedDirectory(service, ground.time);
  await service.log.drain();
  expect([again, await service.log.head()]).toEqual([{ ...ids, created: 0 }, before]);
});

test('the log holds one event of each record and service, and its chain holds', async () => {
  const { service, ids } = demo;
  await service.log.drain();
  expect(await service.log.verify()).toEqual({
    verified: true,
    entries: ids.created + loadServices().length,
    complete: true,
    firstBadPosition: null,
  });
});

test('the directory knows everybody on the demo sign-in page by the same name', async () => {
  const known = await Promise.all(DEMO_PEOPLE.map(({ login }) => demo.principal(login)));
  expect(known.map(({ name }) => name)).toEqual(DEMO_PEOPLE.map(({ name }) => name));
});

test('each role has a holder among the people of the demo', async () => {
  const people = await demo.service.store.peopleById('ALL', [...demo.ids.people.values()]);
  const held = new Set(people.flatMap(({ memberships }) => memberships.flatMap(({ roles }) => roles)));
  expect([...held].sort()).toEqual(Object.values(Role).sort());
});
