import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { Listener, Partner } from './desk/partner.ts';

/** The problems log, end to end, through the gateway of a desk as `npm start` runs it. */

interface Update {
  cursor: string;
  kind: string;
  problemId: string;
  problem: { number: string; title: string; description: string | null; service: { name: string } | null } | null;
}

interface KnownErrorUpdate {
  cursor: string;
  kind: string;
  knownErrorId: string;
  knownError: { title: string } | null;
}

interface Changed {
  id: string;
  number: string;
  version: number;
}

let desk: DeskProcess;
let lena: Partner;
let priya: Partner;
let sam: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  [lena, priya, sam] = ['lena', 'priya', 'sam'].map((login) => new Partner(desk.url, login)) as [
    Partner,
    Partner,
    Partner,
  ];
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a problem that comes of an incident is followed live: by the SME from the start, by distributors once it is published', async () => {
  const selection = 'kind problemId problem { number title description service { name } }';
  const [staff, own, foreign] = await Promise.all(
    [sam, lena, priya].map((who) => listen<Update>(who, 'problemUpdates', selection)),
  );
  const incident = await report();
  const opened = await write('openProblem', 'problem', {
    title: 'LDC-001: the report is empty',
    description: 'The night job skips a distributor.',
    serviceId: 'REPORTS',
    incidentId: incident.number,
  });
  const published = await write('publishProblem', 'problem', {
    ...on(opened),
    publicTitle: 'Empty reports',
    publicStatus: 'We look into it.',
  });
  const assessed = await write('assessProblem', 'problem', on(published));
  await sam.write('addProblemInternalNote', { id: assessed.id, text: 'Job 12.' }, 'replayed');
  const last = await write('cancelProblem', 'problem', { ...on(assessed), reason: 'The job is repaired.' });

  const mine = (updates: readonly Update[]) => updates.filter(({ problemId }) => problemId === last.id);
  const kinds = (updates: readonly Update[]) => mine(updates).map(({ kind }) => kind);
  const all = await staff?.until((updates) => kinds(updates).includes('CANCELLED'));
  expect(kinds(all ?? [])).toEqual(['OPENED', 'PUBLISHED', 'ASSESSED', 'NOTED', 'CANCELLED']);
  for (const listener of [own, foreign]) {
    const seen = await listener?.until((updates) => kinds(updates).includes('CANCELLED'));
    expect(kinds(seen ?? [])).toEqual(['PUBLISHED', 'ASSESSED', 'CANCELLED']);
    expect(mine(seen ?? [])[0]?.problem).toEqual({
      number: opened.number,
      title: 'Empty reports',
      description: null,
      service: { name: 'Data delivery and reports' },
    });
  }
  const query = 'query($id: ID!) { incident(id: $id) { links { kind target problem { title } } } }';
  const linked = await lena.get(query, { id: incident.number });
  expect(linked).toEqual({
    links: [{ kind: 'CAUSED_BY_PROBLEM', target: opened.number, problem: { title: 'Empty reports' } }],
  });
});

test('a known error that is published for all reaches every distributor live, and its draft none of them', async () => {
  const selection = 'kind knownErrorId knownError { title }';
  const foreign = await listen<KnownErrorUpdate>(priya, 'knownErrorUpdates', selection);
  const drafted = await write('draftKnownError', 'knownError', {
    title: 'An empty report',
    serviceIds: ['REPORTS'],
    symptom: 'The report has no rows.',
  });
  await write('publishKnownError', 'knownError', { ...on(drafted), audience: 'ALL_LDCS' });
  const mine = (updates: readonly KnownErrorUpdate[]) =>
    updates.filter(({ knownErrorId }) => knownErrorId === drafted.id);
  const seen = await foreign.until((updates) => mine(updates).length > 0);
  expect(mine(seen)).toEqual([
    expect.objectContaining({ kind: 'PUBLISHED', knownError: { title: 'An empty report' } }),
  ]);
});

test('what is not published is absent for distributors, by number, by id and as a node', async () => {
  const hidden = await write('openProblem', 'problem', { title: 'Hidden', description: 'Hidden.', serviceId: 'GUI' });
  const query = `query($id: ID!, $number: ID!) { byId: problem(id: $id) { id } byNumber: problem(id: $number) { id }
    node(id: $id) { id __typename } }`;
  const asked = await lena.ask(query, { id: hidden.id, number: hidden.number });
  expect(asked.data).toEqual({ byId: null, byNumber: null, node: null });
});

async function listen<Message extends { cursor: string }>(
  who: Partner,
  field: string,
  selection: string,
): Promise<Listener<Message>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Message>(client, field, selection);
}

const on = ({ id, version }: Changed) => ({ id, expectedVersion: version });

async function report(): Promise<{ number: string }> {
  const input = {
    title: 'The daily report is empty',
    description: 'Since yesterday.',
    serviceId: 'REPORTS',
    environment: 'PRODUCTION',
    impact: 'LOW',
    urgency: 'LOW',
  };
  const text = 'mutation($input: CreateIncidentInput!) { createIncident(input: $input) { incident { number } } }';
  return (await lena.get<{ incident: { number: string } }>(text, { input })).incident;
}

async function write(mutation: string, field: string, input: Record<string, unknown>): Promise<Changed> {
  const payload = await sam.write<Record<string, Changed>>(mutation, input, `${field} { id number version }`);
  return payload[field] as Changed;
}
