import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { Listener, Partner } from './desk/partner.ts';

/** A change, end to end, through the gateway of a desk as `npm start` runs it. */

const SELECTION = 'kind version changeId change { number state organization { name } services { name } }';
const ANSWER = 'change { id version state number }';

interface Update {
  cursor: string;
  kind: string;
  version: number;
  changeId: string;
  change: { number: string; state: string; organization: { name: string } | null; services: { name: string }[] } | null;
}

interface Changed {
  id: string;
  version: number;
  state: string;
  number: string;
}

let desk: DeskProcess;
let lena: Partner;
let cleo: Partner;
let priya: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  [lena, cleo, priya] = ['lena', 'cleo', 'priya'].map((login) => new Partner(desk.url, login)) as [
    Partner,
    Partner,
    Partner,
  ];
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a change is followed live, across services: by its distributor from the start, by others once it is published', async () => {
  const [own, staff, foreign] = await Promise.all([lena, cleo, priya].map(listen));
  const proposed = await propose(lena);
  const accepted = await act(cleo, 'acceptChange', proposed);
  const published = await act(cleo, 'publishChange', accepted);
  const assessed = await act(cleo, 'assessChange', published, {
    type: 'NORMAL',
    environment: 'PRODUCTION',
    riskAnswer: 'LOW',
  });
  await comment(priya, assessed, 'We want it too.');
  const kinds = ['PROPOSED', 'ACCEPTED', 'PUBLISHED', 'ASSESSED', 'COMMENTED'];
  for (const [updates, expected] of [
    [own, kinds],
    [staff, kinds],
    [foreign, kinds.slice(2)],
  ] as const) {
    const mine = await updates?.until((all) => of(all, proposed).length === expected.length);
    expect(of(mine ?? [], proposed).map(({ kind }) => kind)).toEqual(expected);
    expect(updates?.problems).toEqual([]);
  }
  expect(of(own?.messages ?? [], proposed)[0]?.change).toMatchObject({
    organization: { name: 'Maple Bend Hydro' },
    services: [{ name: 'Data delivery and reports' }],
  });
  // The name of another distributor stays hidden; the services are everybody's.
  expect(of(foreign?.messages ?? [], proposed)[0]?.change).toMatchObject({
    organization: null,
    services: [{ name: 'Data delivery and reports' }],
  });
});

test('a change that is not published stays its distributor’s, in lists, by its number and live', async () => {
  const foreign = await listen(priya);
  const hidden = await propose(lena);
  await act(cleo, 'acceptChange', hidden);
  // Priya's own proposal comes after all of them: an update of the other change would have arrived before it.
  const hers = await propose(priya);
  await foreign.until((all) => of(all, hers).length === 1);
  expect(of(foreign.messages, hidden)).toEqual([]);
  const asked = await priya.ask('query($id: ID!) { byId: change(id: $id) { id } node(id: $id) { id __typename } }', {
    id: hidden.id,
  });
  expect(asked.data).toEqual({ byId: null, node: null });
});

test('the demo tells of twelve changes', async () => {
  const { totalCount } = await cleo.get<{ totalCount: number }>(
    '{ changes(first: 1, filter: { published: false }) { totalCount } }',
  );
  const published = await cleo.get<{ totalCount: number }>(
    '{ changes(first: 1, filter: { published: true }) { totalCount } }',
  );
  expect(totalCount + published.totalCount).toBeGreaterThanOrEqual(12);
});

async function listen(who: Partner): Promise<Listener<Update>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Update>(client, 'changeUpdates', SELECTION);
}

function of(updates: readonly Update[], { id }: Changed): Update[] {
  return updates.filter(({ changeId }) => changeId === id);
}

async function propose(who: Partner): Promise<Changed> {
  const input = {
    title: 'One file for all',
    reason: 'There are two.',
    benefit: 'One is enough.',
    serviceIds: ['REPORTS'],
  };
  return changed(who, 'proposeChange', input);
}

async function act(
  who: Partner,
  mutation: string,
  { id, version }: Changed,
  input: Record<string, unknown> = {},
): Promise<Changed> {
  return changed(who, mutation, { id, expectedVersion: version, ...input });
}

async function comment(who: Partner, { id }: Changed, text: string): Promise<void> {
  await who.write('addChangeComment', { id, text }, 'replayed');
}

async function changed(who: Partner, mutation: string, input: Record<string, unknown>): Promise<Changed> {
  return (await who.write<{ change: Changed }>(mutation, input, ANSWER)).change;
}
