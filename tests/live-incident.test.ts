import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './setup/desk-process.ts';
import { Listener, Partner } from './setup/partner.ts';

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
interface Versioned {
  id: string;
  version: number;
  number: string;
}

let desk: DeskProcess;
let sam: Partner;
let lena: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  sam = new Partner(desk.url, 'sam');
  lena = new Partner(desk.url, 'lena');
}, 90_000);
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk.stop();
});

describe('a live incident', () => {
  test('each change arrives once, in order, within a second, with the name from the directory', async () => {
    const updates = await listen(sam);
    const told = new Map<number, number>();
    const incident = await work(await report(), (version) => told.set(version, Date.now()));
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
    const incident = await work(await report());
    await own.until((all) => of(all, incident).length === 6);
    // Priya's own report comes after all of them: what she could have seen of the other, she would have by now.
    const hers = await report(new Partner(desk.url, 'priya'));
    await foreign.until((all) => of(all, hers).length === 1);
    expect(foreign.messages.map(({ incidentId }) => incidentId)).toEqual([hers.id]);
  });

  test('a distributor hears of no internal note', async () => {
    const own = await listen(lena);
    const staff = await listen(sam);
    const incident = await report();
    await sam.get('mutation($i: AddInternalNoteInput!) { addInternalNote(input: $i) { id } }', {
      i: { id: incident.id, text: 'Batch 88.' },
    });
    await sam.get('mutation($i: AddCommentInput!) { addComment(input: $i) { id } }', {
      i: { id: incident.id, text: 'We are on it.' },
    });
    await staff.until((all) => kinds(all, incident).includes('NOTED'));
    await own.until((all) => kinds(all, incident).includes('ANSWERED'));
    expect(kinds(own.messages, incident)).toEqual(['CREATED', 'COMMENTED', 'ANSWERED']);
  });

  test('the desk is killed and started again: the client goes on from its cursor, nothing missing and nothing twice', async () => {
    const updates = await listen(sam);
    const before = await report();
    await updates.until((all) => of(all, before).length === 1);
    await desk.kill();
    await desk.restart();
    // Written before the client is back: it must still hear of it.
    const after = await work(await report());
    await updates.until((all) => of(all, after).length === 6, 30_000);
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
  }, 90_000);

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
    await report();
    await next(() => counts.at(-1) === open + 1);
  });
});

describe('bad input at the door', () => {
  test('a subscription by POST is told to use a WebSocket', async () => {
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
    const hers = await report(new Partner(desk.url, 'priya'));
    const query = 'query($id: ID!) { incident(id: $id) { id } }';
    const [foreign, unknown] = [
      await lena.ask(query, { id: hers.id }),
      await lena.ask(query, { id: 'inc_00000000000000000000000000' }),
    ];
    expect(foreign).toEqual(unknown);
  });

  test('a refusal of a service comes through with its code and details', async () => {
    const incident = await report();
    const { errors } = await sam.ask('mutation($i: HoldIncidentInput!) { holdIncident(input: $i) { id } }', {
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

async function report(who: Partner = lena): Promise<Versioned> {
  return who.get('mutation($i: CreateIncidentInput!) { createIncident(input: $i) { id version number } }', {
    i: {
      title: 'Reads are missing',
      description: 'Since 06:00.',
      serviceId: 'VEE',
      environment: 'PRODUCTION',
      impact: 'MEDIUM',
      urgency: 'MEDIUM',
    },
  });
}

/** Takes an incident from NEW to RESOLVED. */
async function work(incident: Versioned, told: (version: number) => void = () => {}): Promise<Versioned> {
  const act = async (mutation: string, from: Versioned, input: Record<string, unknown>): Promise<Versioned> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const i = { id: from.id, expectedVersion: from.version, ...input };
    const next = await sam.get<Versioned>(`mutation($i: ${type}!) { ${mutation}(input: $i) { id version number } }`, {
      i,
    });
    told(next.version);
    return next;
  };
  const me = await sam.get<{ id: string }>('{ me { id } }');
  const assigned = await act('assignIncident', incident, {
    assignmentGroupId: 'READS_VEE',
    assigneeId: me.id,
    categoryId: 'READS_MISSING',
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
  });
  const started = await act('startIncident', assigned, { acknowledgement: 'We look into it.' });
  const held = await act('holdIncident', started, { reason: 'VENDOR', vendorReference: 'OSP-1' });
  return act('resolveIncident', held, { code: 'FIXED', text: 'Sent again.', cause: 'DATA' });
}

function of(updates: Update[], { id }: Versioned): Update[] {
  return updates.filter(({ incidentId }) => incidentId === id);
}

function kinds(updates: Update[], incident: Versioned): string[] {
  return of(updates, incident).map(({ kind }) => kind);
}
