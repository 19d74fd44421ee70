import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lena } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';
import { applyServices } from './mutations.ts';
import type { ListedService } from './opening.ts';
import { loadServices } from './port.ts';

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});
afterAll(() => demo.service.stop());

const QUERY = `{ services { id name french: name(language: FR) dependsOn { id } dependents { id } } }`;

interface Shown {
  id: string;
  name: string;
  french: string;
  dependsOn: { id: string }[];
  dependents: { id: string }[];
}

const shown = async () => done<Shown[]>(await demo.ask(lena, QUERY));

test('everybody sees the services in the order of the file, and what depends on what', async () => {
  const services = await shown();
  expect(services.map(({ id }) => id)).toEqual(loadServices().map(({ code }) => code));
  expect(services.find(({ id }) => id === 'VEE')).toEqual({
    id: 'VEE',
    name: 'Validation, estimation and editing (VEE)',
    french: 'Validation, estimation et correction (VEC)',
    dependsOn: [{ id: 'READ_INGESTION' }, { id: 'SYNCHRONIZATION' }],
    dependents: [{ id: 'BILLING' }, { id: 'REPORTS' }, { id: 'WEB_SERVICES' }],
  });
});

test('the gateway finds a service by its id, and nothing by an unknown one', async () => {
  const answer = await demo.ask(
    lena,
    `query($of: [_Any!]!) { _entities(representations: $of) { ... on Service { id name } } }`,
    { of: ['VEE', 'NONE'].map((id) => ({ __typename: 'Service', id })) },
  );
  expect(done(answer)).toEqual([{ id: 'VEE', name: 'Validation, estimation and editing (VEE)' }, null]);
});

test('the same file again changes nothing; an edited one changes what it edits, and takes nothing away', async () => {
  const { store } = demo.service;
  const at = demo.ground.time.now();
  const before = await shown();
  await applyServices(store, loadServices(), at);
  expect(await shown()).toEqual(before);

  const edited: ListedService[] = [
    { code: 'VEE', en: 'Validation', fr: 'Validation', dependsOn: [], rank: 0 },
    { code: 'NEW_ONE', en: 'New', fr: 'Nouveau', dependsOn: ['VEE'], rank: 1 },
  ];
  await Promise.all([applyServices(store, edited, at), applyServices(store, edited, at)]);
  const after = await shown();
  expect(after).toHaveLength(before.length + 1);
  expect(after.find(({ id }) => id === 'VEE')).toMatchObject({ name: 'Validation', dependsOn: [] });
  expect(after.find(({ id }) => id === 'NEW_ONE')).toMatchObject({ french: 'Nouveau', dependsOn: [{ id: 'VEE' }] });
});
