import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { Listener, Partner } from './desk/partner.ts';

/** A continuity event, end to end, through the gateway of a desk as `npm start` runs it. */

const SELECTION =
  'kind version continuityEventId continuityEvent { number stage classification services { name } organization { name } }';

interface Update {
  cursor: string;
  kind: string;
  version: number;
  continuityEventId: string;
  continuityEvent: { number: string; classification: string; services: { name: string }[] } | null;
}

interface Event {
  id: string;
  version: number;
}

let desk: DeskProcess;
let rae: Partner;
let lena: Partner;
let priya: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  rae = new Partner(desk.url, 'rae');
  lena = new Partner(desk.url, 'lena');
  priya = new Partner(desk.url, 'priya');
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('every distributor follows a continuity event live, and of acknowledgements its own alone', async () => {
  const [staff, own, foreign] = await Promise.all([rae, lena, priya].map(listen));
  const declared = await declare();
  const { version } = await changed('updateContinuityEstimate', declared, { expectedOutage: 'PT30H' });
  // The same estimate again is no news.
  await changed('updateContinuityEstimate', { ...declared, version }, { expectedOutage: 'PT30H' });
  const reportId = await report(declared);
  await acknowledge(lena, reportId);
  await acknowledge(priya, reportId);
  const told = ['DECLARED', 'ESTIMATED', 'REPORTED'];
  for (const [updates, kinds] of [
    [staff, [...told, 'ACKNOWLEDGED', 'ACKNOWLEDGED']],
    [own, [...told, 'ACKNOWLEDGED']],
    [foreign, [...told, 'ACKNOWLEDGED']],
  ] as const) {
    const mine = await updates?.until((all) => of(all, declared).length === kinds.length);
    expect(of(mine ?? [], declared).map(({ kind }) => kind)).toEqual(kinds);
    expect(updates?.problems).toEqual([]);
  }
  expect(of(foreign?.messages ?? [], declared)[1]?.continuityEvent).toMatchObject({
    number: expect.stringMatching(/^CE-\d{4}-\d{4}$/),
    classification: 'BUSINESS_INTERRUPTION_EVENT',
    services: [{ name: 'Billing quantity requests and responses' }],
  });
});

test('the demo tells of an outage that goes on', async () => {
  const { nodes } = await lena.get<{ nodes: { number: string; kind: string }[] }>(
    '{ continuityEvents(first: 5, filter: { stage: [INITIAL_RESPONSE], kind: [ACTUAL] }) { nodes { number kind } } }',
  );
  expect(nodes.map(({ number }) => number)).toContain('CE-2026-0002');
});

async function listen(who: Partner): Promise<Listener<Update>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Update>(client, 'continuityUpdates', SELECTION);
}

function of(updates: readonly Update[], { id }: Event): Update[] {
  return updates.filter(({ continuityEventId }) => continuityEventId === id);
}

async function declare(): Promise<Event> {
  const input = {
    environment: 'PRODUCTION',
    title: 'Billing stopped',
    serviceIds: ['BILLING'],
    distributorsAffectedPercent: 60,
    outageStartedAt: { instant: new Date(Date.now() - 3_600_000).toISOString() },
    expectedOutage: 'PT20H',
  };
  return write(rae, 'declareContinuityEvent', input);
}

function changed(mutation: string, { id, version }: Event, input: Record<string, unknown>): Promise<Event> {
  return write(rae, mutation, { id, expectedVersion: version, ...input });
}

async function write(who: Partner, mutation: string, input: Record<string, unknown>): Promise<Event> {
  const payload = await who.write<{ continuityEvent: Event }>(mutation, input, 'continuityEvent { id version }');
  return payload.continuityEvent;
}

async function report({ id }: Event): Promise<string> {
  const { situationReport } = await rae.write<{ situationReport: { id: string } }>(
    'publishSituationReport',
    { id, english: 'Please wait.', requiresAcknowledgement: true },
    'situationReport { id }',
  );
  return situationReport.id;
}

async function acknowledge(who: Partner, id: string): Promise<void> {
  await who.write('acknowledgeSituationReport', { id }, 'replayed');
}
