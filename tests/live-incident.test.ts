import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { act, assign, comment, note, report, type Worked } from './desk/desk-work.ts';
import { Listener, Partner } from './desk/partner.ts';

/** The main job, end to end, through the gateway of a desk as `npm start` runs it. */

const SELECTION = 'kind version at incidentId incident { number state organization { name } }';

interface Update {
  cursor: string;
  kind: string;
  version: number;
  at: string;
  incidentId: string;
  incident: { number: string; state: string; organization: { name: string } } | null;
}

let desk: DeskProcess;
let sam: Partner;
let lena: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  sam = new Partner(desk.url, 'sam');
  lena = new Partner(desk.url, 'lena');
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

describe('a live incident', () => {
  test('each change arrives once, in order, within a second, with the name from the directory', async () => {
    const updates = await listen(sam);
    const told = new Map<number, number>();
    const incident = await work(await reportAs(lena), (version) => told.set(version, Date.now()));
    const mine = await updates.until((all) => of(all, incident).length === 6);
    expect(of(mine, incident).map(({ kind, version }) => [kind, version])).toEqual([
      ['CREATED', 1],
      ['ASSIGNED', 2],
      ['STARTED', 3],
      ['COMMENTED', 3],
      ['HELD', 4],
      ['RESOLVED', 5],
    ]);
    for (const update of of(mine, incident)) expect(update.incident?.organization.name).toBe('Maple Bend Hydro');
    expect(updates.problems).toEqual([]);
  });

  test('a user of another distributor receives nothing of it', async () => {
    const foreign = await listen(new Partner(desk.url, 'priya'));
    const own = await listen(lena);
    const incident = await work(await reportAs(lena));
    await own.until((all) => of(all, incident).length === 6);
    // Priya's own report comes after all of them: an update of the other incident would have arrived before it.
    const hers = await reportAs(new Partner(desk.url, 'priya'));
    await foreign.until((all) => of(all, hers).length === 1);
    expect(foreign.messages.map(({ incidentId }) => incidentId)).toEqual([hers.id]);
  });

  test('an internal note never reaches a distributor', async () => {
    const own = await listen(lena);
    const staff = await listen(sam);
    const incident = await reportAs(lena);
    await note(sam, incident, 'Batch 88.');
    await comment(sam, incident, 'We are on it.');
    await staff.until((all) => kinds(all, incident).includes('NOTED'));
    await own.until((all) => kinds(all, incident).includes('ANSWERED'));
    expect(kinds(own.messages, incident)).toEqual(['CREATED', 'COMMENTED', 'ANSWERED']);
  });

  test('the desk is killed and started again: the client goes on from its cursor, nothing missing and nothing twice', async () => {
    const updates = await listen(sam);
    const before = await reportAs(lena);
    await updates.until((all) => of(all, before).length === 1);
    await desk.kill();
    await desk.restart();
    // Written before the client is back: the client must still receive it.
    const after = await work(await reportAs(lena));
    await updates.until((all) => of(all, after).length === 6);
    const positions = updates.messages.map(({ cursor }) => Number(cursor.split('-')[1]));
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(of(updates.messages, after).map(({ kind }) => kind)).toEqual([
      'CREATED',
      'ASSIGNED',
      'STARTED',
      'COMMENTED',
      'HELD',
      'RESOLVED',
    ]);
  });

  test('the live tally follows what is open', async () => {
    const counts: number[] = [];
    const client = clientOf(sam);
    let wake = () => {};
    client.subscribe<{ incidentQueueCounts: { counts: { open: number } } }>(
      { query: 'subscription { incidentQueueCounts { cursor counts { open } } }' },
      {
        next: ({ data }) => {
          counts.push(data?.incidentQueueCounts.counts.open ?? -1);
          wake();
        },
        error: (error) => expect(error).toBeUndefined(),
        complete: () => {},
      },
    );
    const next = async (holds: () => boolean) => {
      while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
    };
    await next(() => counts.length > 0);
    const open = counts[0] ?? 0;
    await reportAs(lena);
    await next(() => counts.at(-1) === open + 1);
  });
});

describe('bad input at the door', () => {
  test('a subscription by POST is refused, and the refusal names the WebSocket', async () => {
    const { errors } = await sam.ask('subscription { incidentUpdates { cursor } }');
    expect(errors?.[0]?.extensions.code).toBe('SUBSCRIPTION_TRANSPORT_REQUIRED');
  });

  test('a query that is too deep is refused with the limit’s name', async () => {
    const deep =
      '{ incident(id: "x") { links { incident { links { incident { links { incident { links { incident { id } } } } } } } } } }';
    const { errors } = await lena.ask(deep);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'depth' });
  });

  test('a list without a page is refused, and the sentence says what would be right', async () => {
    const { errors } = await sam.ask('{ incidents { totalCount } }');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain('first or last, 1 to 100');
  });

  test('a foreign incident and an unknown one answer alike', async () => {
    const hers = await reportAs(new Partner(desk.url, 'priya'));
    const query = 'query($id: ID!) { incident(id: $id) { id } }';
    const [foreign, unknown] = [
      await lena.ask(query, { id: hers.id }),
      await lena.ask(query, { id: 'inc_00000000000000000000000000' }),
    ];
    expect(foreign).toEqual(unknown);
  });

  test('a refusal of a service comes through with its code and details', async () => {
    const incident = await reportAs(lena);
    const { errors } = await sam.ask('mutation($i: HoldIncidentInput!) { holdIncident(input: $i) { replayed } }', {
      i: { id: incident.id, expectedVersion: 1, reason: 'VENDOR', vendorReference: 'OSP-1' },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'ILLEGAL_TRANSITION', state: 'NEW' });
    expect(errors?.[0]?.extensions['requestId']).toEqual(expect.any(String));
  });
});

function listen(who: Partner): Promise<Listener<Update>> {
  return Listener.open<Update>(clientOf(who), 'incidentUpdates', SELECTION);
}

function clientOf(who: Partner): Client {
  const client = who.connect();
  clients.push(client);
  return client;
}

function reportAs(who: Partner): Promise<Worked> {
  return report(who, 'Reads are missing');
}

/** Takes an incident from NEW to RESOLVED. */
async function work(incident: Worked, told: (version: number) => void = () => {}): Promise<Worked> {
  const after = (next: Worked) => (told(next.version), next);
  const assigned = after(await assign(sam, incident));
  const started = after(await act(sam, assigned, { mutation: 'startIncident', acknowledgement: 'We look into it.' }));
  const held = after(await act(sam, started, { mutation: 'holdIncident', reason: 'VENDOR', vendorReference: 'OSP-1' }));
  return after(
    await act(sam, held, { mutation: 'resolveIncident', code: 'FIXED', text: 'Sent again.', cause: 'DATA' }),
  );
}

function of(updates: Update[], { id }: Worked): Update[] {
  return updates.filter(({ incidentId }) => incidentId === id);
}

function kinds(updates: Update[], incident: Worked): string[] {
  return of(updates, incident).map(({ kind }) => kind);
}
