import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { askForUser } from './desk/desk-work.ts';
import { Listener, Partner } from './desk/partner.ts';

/** A service request, end to end, through the gateway of a desk as `npm start` runs it. */

interface Update {
  cursor: string;
  kind: string;
  serviceRequestId: string;
  serviceRequest: { number: string; state: string; organization: { name: string } | null } | null;
}

interface Changed {
  id: string;
  number: string;
  version: number;
}

const SELECTION = 'kind serviceRequestId serviceRequest { number state organization { name } }';

let desk: DeskProcess;
let lena: Partner;
let omar: Partner;
let priya: Partner;
let sam: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  [lena, omar, priya, sam] = ['lena', 'omar', 'priya', 'sam'].map((login) => new Partner(desk.url, login)) as [
    Partner,
    Partner,
    Partner,
    Partner,
  ];
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a service request is followed live, by its distributor and the SME from the start, and by no other distributor', async () => {
  const [own, staff, foreign] = await Promise.all([listen(lena), listen(sam), listen(priya)]);
  const asked = await askForUser(lena, 'Nadia Fortin');
  const approved = await write(omar, 'approveServiceRequest', on(asked));
  const started = await write(sam, 'startServiceRequest', on(approved));
  await sam.write('addServiceRequestInternalNote', { id: asked.id, text: 'Seat 12.' }, 'replayed');
  const delivered = await write(sam, 'fulfilServiceRequest', { ...on(started), result: 'The account is made.' });
  await write(lena, 'acceptServiceRequest', on(delivered));
  const kinds = (updates: readonly Update[]) => of(updates, asked).map(({ kind }) => kind);
  const expected = ['SUBMITTED', 'APPROVED', 'STARTED', 'FULFILLED', 'CLOSED'];
  const mine = await own.until((updates) => kinds(updates).includes('CLOSED'));
  expect(kinds(mine)).toEqual(expected);
  expect(of(mine, asked)[0]?.serviceRequest?.organization).toEqual({ name: 'Maple Bend Hydro' });
  expect(kinds(await staff.until((updates) => kinds(updates).includes('CLOSED')))).toEqual(
    expected.toSpliced(3, 0, 'NOTED'),
  );
  // Priya's own request comes after all of them: an update of the other one would have arrived before it.
  const hers = await askForUser(priya, 'Rosa Lim');
  await foreign.until((updates) => of(updates, hers).length === 1);
  expect(of(foreign.messages, asked)).toEqual([]);
  const query = `query($id: ID!, $number: ID!) { byId: serviceRequest(id: $id) { id } byNumber: serviceRequest(id: $number) { id }
    node(id: $id) { id __typename } }`;
  const asking = await priya.ask(query, { id: asked.id, number: asked.number });
  expect(asking.data).toEqual({ byId: null, byNumber: null, node: null });
});

async function listen(who: Partner): Promise<Listener<Update>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Update>(client, 'requestUpdates', SELECTION);
}

const on = ({ id, version }: Changed) => ({ id, expectedVersion: version });

function of(updates: readonly Update[], { id }: Changed): Update[] {
  return updates.filter(({ serviceRequestId }) => serviceRequestId === id);
}

async function write(who: Partner, mutation: string, input: Record<string, unknown>): Promise<Changed> {
  const payload = await who.write<{ serviceRequest: Changed }>(mutation, input, 'serviceRequest { id number version }');
  return payload.serviceRequest;
}
