import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_PEOPLE } from '../../../local/src/demo-people.ts';
import { startDemoDirectory, type DemoDirectory } from '../tests/demo-directory.ts';
import { Role } from './generated/api.ts';
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
  ground.clock.set('2026-12-24T09:00:00Z');
  const again = await seedDirectory(service, ground.clock);
  await service.log.drain();
  expect([again, await service.log.head()]).toEqual([{ ...ids, created: 0 }, before]);
});

test('the log tells of each record once, and its chain holds', async () => {
  const { service, ids } = demo;
  await service.log.drain();
  expect(await service.log.verify()).toEqual({
    verified: true,
    entries: ids.created,
    complete: true,
    firstBadPosition: null,
  });
});

test('everybody on the demo sign-in page is known, by the same name', async () => {
  const known = await Promise.all(DEMO_PEOPLE.map(({ login }) => demo.principal(login)));
  expect(known.map(({ name }) => name)).toEqual(DEMO_PEOPLE.map(({ name }) => name));
});

test('among the people of the demo each role is held by somebody', async () => {
  const people = await demo.service.store.peopleById('ALL', [...demo.ids.people.values()]);
  const held = new Set(people.flatMap(({ memberships }) => memberships.flatMap(({ roles }) => roles)));
  expect([...held].sort()).toEqual(Object.values(Role).sort());
});
