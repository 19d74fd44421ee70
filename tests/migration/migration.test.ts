import { createDirectoryService, type DirectoryService } from '@desk/directory/service';
import type { Viewer } from '@desk/kit/api/viewer';
import type { LogEntry } from '@desk/kit/log/entry';
import type { PullEvents } from '@desk/kit/log/pull';
import { START } from '@desk/kit/log/entry';
import { mutationText, subgraphClient, type Ask } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { buildViewer } from '@desk/testkit/viewer';
import { createTicketsService, type TicketsService } from '@desk/tickets/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A record as it is stored, of whichever version. */
type Row = Record<string, unknown> & { _id: string };
type Databases = Record<string, Record<string, Row[]>>;

/** An act of before: what was asked under which retry key, and the record that was answered. */
interface PlayedAct {
  login: string;
  actingFor: string[];
  mutation: string;
  input: Record<string, unknown> & { id?: string };
  answer: { id: string; number?: string };
}

const before = mongoose.mongo.BSON.EJSON.parse(
  gunzipSync(readFileSync(new URL('./store-before.ejson.gz', import.meta.url))).toString(),
) as { databases: { directory: Record<string, Row[]>; tickets: Record<string, Row[]> }; acts: PlayedAct[] };

/** The kinds of record, by database. */
const RECORDS = {
  directory: ['organizations', 'people', 'clients', 'authorizations'],
  tickets: ['incidents', 'comments', 'notes'],
} as const;
const KINDS = Object.entries(RECORDS).flatMap(([database, kinds]) => kinds.map((kind) => ({ database, kind })));

/** What the log's copying changes in a record by itself. */
const DRAINED = ['dirty', 'outbox'];
/** Fields of comments and notes that have new names, and where their values are now. */
const RENAMED: Record<string, (row: Row) => unknown> = {
  incidentId: ({ subject }) => (subject as { type: string; id: string } | undefined)?.id,
  at: ({ createdAt }) => createdAt,
  fromSme: ({ fromStaff }) => fromStaff,
};

const staff = buildViewer({ id: personOf('sam'), memberships: membershipsOf('sam'), staff: true });

let ground: TestGround;
let client: mongoose.mongo.MongoClient;
let names: { directory: string; tickets: string };
let directory: DirectoryService;
let tickets: TicketsService;
let askDirectory: Ask;
let askTickets: Ask;
/** The stored records right after the start, before anybody worked. */
let migrated: Databases;

beforeAll(async () => {
  // No timer is due that was not due to the desk of before: the clock stands where its last event was.
  ground = await testGround(lastInstant().toISOString(), pullFromServices);
  client = await new mongoose.mongo.MongoClient(ground.config.mongodbUri).connect();
  names = freshNames();
  await loadStore(names);
  await startServices();
  migrated = await readStore(names);
});

afterAll(async () => {
  await stopServices();
  for (const name of Object.values(names)) await client.db(name).dropDatabase();
  await client.close();
});

describe('a desk that starts on the store of the version before', () => {
  test.each(KINDS)('keeps each of its $kind, and all that is stored of it', ({ database, kind }) => {
    const rows = rowsBefore(database, kind);
    const now = new Map(rowsIn(migrated, database, kind).map((row) => [row._id, row]));
    expect([...now.keys()].sort()).toEqual(rows.map(({ _id }) => _id).sort());
    for (const row of rows) expect(asBefore(row, now.get(row._id))).toEqual(withoutDrained(row));
  });

  test.each(['comments', 'notes'])('names the incident of each of its %s as their subject', (kind) => {
    for (const row of rowsIn(migrated, 'tickets', kind)) {
      expect(row['subject']).toEqual({ type: 'INCIDENT', id: expect.stringMatching(/^inc_/) as unknown });
      expect(row['createdAt']).toBeInstanceOf(Date);
      expect(Object.keys(row)).not.toContain('incidentId');
    }
  });

  test.each(RECORDS.directory)('says of each of its %s when it was created and changed', (kind) => {
    for (const row of rowsIn(migrated, 'directory', kind)) {
      const entries = rowsBefore('directory', 'log').filter((entry) => entry['aggregate'] === row._id);
      expect([row['createdAt'], row['updatedAt']]).toEqual([entries[0]?.['at'], entries.at(-1)?.['at']]);
    }
  });

  test('never rewrites an entry of its log', async () => {
    for (const database of ['directory', 'tickets'] as const) {
      const entries = rowsBefore(database, 'log');
      const now = await client.db(names[database]).collection<Row>('log').find().sort({ _id: 1 }).toArray();
      expect(now.slice(0, entries.length)).toEqual(entries);
    }
  });

  test('has the indexes of a desk that is new', async () => {
    const fresh = freshNames();
    const empty = await testGround(lastInstant().toISOString());
    const others = [
      await createDirectoryService(configFor(fresh.directory), empty.deps('directory')),
      await createTicketsService(configFor(fresh.tickets), empty.deps('tickets')),
    ];
    for (const database of ['directory', 'tickets'] as const) {
      const wanted = await indexesOf(fresh[database]);
      expect(wanted).toMatchObject({ log: expect.any(Array) as unknown });
      expect(await indexesOf(names[database])).toEqual(wanted);
    }
    for (const each of others) await each.stop();
    for (const name of Object.values(fresh)) await client.db(name).dropDatabase();
  });
});

describe('its API', () => {
  test('shows each incident with its texts', async () => {
    const { nodes, totalCount } = await incidents('id title description version externalNumber');
    expect(totalCount).toBe(rowsBefore('tickets', 'incidents').length);
    const shown = new Map(nodes.map((each) => [each.id, each]));
    for (const { _id, title, description, version } of rowsBefore('tickets', 'incidents')) {
      expect(shown.get(_id)).toMatchObject({ title, description, version });
    }
  });

  test('shows each comment and note with its incident, its author and its instant', async () => {
    const page = '(first: 100) { nodes { id text createdAt author { principalId } } }';
    const { nodes } = await incidents(`id comments${page} internalNotes${page}`);
    const shown = nodes.flatMap(({ id: incidentId, comments, internalNotes }) =>
      [...comments.nodes, ...internalNotes.nodes].map((each) => ({ ...each, incidentId })),
    );
    const stored = ['comments', 'notes'].flatMap((kind) =>
      rowsBefore('tickets', kind).map(({ _id, text, at, author, incidentId }) => ({
        id: _id,
        text,
        createdAt: (at as Date).toISOString(),
        author: { principalId: (author as { id: string }).id },
        incidentId,
      })),
    );
    expect(byId(shown)).toEqual(byId(stored));
  });

  test('shows the history of each incident, entry by entry', async () => {
    const page = 'history(first: 100) { nodes { kind at position version } }';
    const { nodes } = await incidents(`id ${page}`);
    const log = rowsBefore('tickets', 'log') as unknown as LogEntry[];
    for (const { id, history } of nodes) {
      const entries = log.filter(({ data }) => data['recordId'] === id);
      const shown = history.nodes.slice(0, entries.length);
      expect(shown.map(({ kind, at, position }) => ({ kind, at, position }))).toEqual(
        entries.map(({ _id, at, data }) => ({ kind: data['kind'], at: at.toISOString(), position: _id })),
      );
    }
  });

  test('shows what an event changed and said', async () => {
    const { nodes } = await incidents('id history(first: 100) { nodes { kind remark changes { field from to } } }');
    const entries = nodes.flatMap(({ history }) => history.nodes);
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'REOPENED', remark: 'Twelve answers are still missing.' }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'RECLASSIFIED',
        changes: expect.arrayContaining([
          expect.objectContaining({ field: 'urgency', from: 'MEDIUM', to: 'HIGH' }),
        ]) as unknown,
      }),
    );
  });

  test('shows each organization and each person, by name and code', async () => {
    const { data } = await askDirectory<{ organizations: List; people: List }>(
      staff,
      `{ organizations(first: 100) { totalCount nodes { id code name } }
         people(first: 100) { totalCount nodes { id name email active } } }`,
    );
    const wanted = (kind: string, fields: string[]) =>
      rowsBefore('directory', kind).map((row) => ({
        id: row._id,
        ...Object.fromEntries(fields.map((field) => [field, row[field]])),
      }));
    expect(byId(data?.organizations.nodes ?? [])).toEqual(byId(wanted('organizations', ['code', 'name'])));
    expect(byId(data?.people.nodes ?? [])).toEqual(byId(wanted('people', ['name', 'email', 'active'])));
  });

  test.each([
    ['lena', 'createIncident'],
    ['aga', 'createIncident'],
    ['demo-partner', 'createIncident'],
    ['lena', 'reopenIncident'],
    ['sam', 'resumeIncident'],
    ['sam', 'resolveIncident'],
  ])('answers a retry of %s, whose %s the earlier desk carried out', async (login, mutation) => {
    const act = before.acts.find((each) => each.login === login && each.mutation === mutation);
    if (!act) throw new Error(`Nobody played ${mutation} as ${login}.`);
    const answer = await askTickets<Record<string, { incident: { id: string }; replayed: boolean }>>(
      viewerOf(act),
      mutationText(mutation, 'replayed incident { id }'),
      { input: act.input },
    );
    expect(answer).toEqual({ data: { [mutation]: { replayed: true, incident: { id: act.answer.id } } } });
  });
});

describe('its log', () => {
  test('takes the event that a crash left in an outbox as it was made, and holds from the first entry on', async () => {
    const entry = (await entriesBehind('tickets'))[0];
    expect(entry).toMatchObject({ type: 'incident.assigned', data: { kind: 'ASSIGNED' } });
    expect([entry?.hashVersion, entry?.eventVersion]).toEqual([undefined, undefined]);
    expect(await tickets.log.verify()).toMatchObject({ verified: true, complete: true });
    expect(await directory.log.verify()).toMatchObject({ verified: true, complete: true });
  });

  test('holds over new entries, which name their versions', async () => {
    const [{ _id: id }] = rowsBefore('tickets', 'incidents').filter(({ state }) => state === 'IN_PROGRESS') as [Row];
    const { errors } = await askTickets(
      staff,
      'mutation($input: AddIncidentCommentInput!) { addIncidentComment(input: $input) { replayed } }',
      { input: { id, text: 'Written by the desk of today.' } },
    );
    expect(errors).toBeUndefined();
    await tickets.log.drain();
    const made = (await entriesBehind('tickets')).filter((entry) => entry.type === 'incident.commented');
    expect(made).toMatchObject([{ hashVersion: 2, eventVersion: 2, data: { subject: { type: 'INCIDENT', id } } }]);
    expect(await tickets.log.verify()).toMatchObject({ verified: true, complete: true });
  });

  test('reaches other processes whole, old events as version 1', async () => {
    const { events } = await tickets.log.read(START);
    expect(events?.slice(0, rowsBefore('tickets', 'log').length).every((event) => event.eventVersion === 1)).toBe(true);
  });
});

test('a second start changes nothing', async () => {
  await tickets.log.drain();
  const first = await readStore(names);
  await stopServices();
  await startServices();
  await tickets.log.drain();
  expect(await readStore(names)).toEqual(first);
});

interface List {
  totalCount: number;
  nodes: { id: string }[];
}

interface ShownIncident {
  id: string;
  comments: { nodes: { id: string }[] };
  internalNotes: { nodes: { id: string }[] };
  history: { nodes: { kind: string; at: string; position: number | null }[] };
}

/** All incidents, as staff see them. */
async function incidents(selection: string): Promise<{ totalCount: number; nodes: ShownIncident[] }> {
  const { data, errors } = await askTickets<{ incidents: { totalCount: number; nodes: ShownIncident[] } }>(
    staff,
    `{ incidents(first: 100) { totalCount nodes { ${selection} } } }`,
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.incidents;
}

async function startServices(): Promise<void> {
  directory = await createDirectoryService(configFor(names.directory), ground.deps('directory'));
  tickets = await createTicketsService(configFor(names.tickets), ground.deps('tickets'));
  askDirectory = subgraphClient(directory.url, 'directory', ground.sign);
  askTickets = subgraphClient(tickets.url, 'tickets', ground.sign);
}

function configFor(database: string): TestGround['config'] {
  return { ...ground.config, database };
}

async function stopServices(): Promise<void> {
  await tickets.stop();
  await directory.stop();
}

/** What one service asks of another's log; a function declaration, since the services come later. */
function pullFromServices(...[service, after, limit]: Parameters<PullEvents>): ReturnType<PullEvents> {
  return (service === 'directory' ? directory : tickets).log.read(after, limit);
}

function freshNames(): typeof names {
  const suffix = randomUUID().slice(0, 8);
  return { directory: `migration_directory_${suffix}`, tickets: `migration_tickets_${suffix}` };
}

async function loadStore(databases: typeof names): Promise<void> {
  for (const [database, collections] of Object.entries(before.databases)) {
    for (const [collection, rows] of Object.entries(collections)) {
      const name = databases[database as keyof typeof names];
      await client.db(name).collection<Row>(collection).insertMany(rows);
    }
  }
}

/** All that is stored but counters that move with each start. */
async function readStore(databases: typeof names): Promise<Databases> {
  const store: Databases = {};
  for (const [database, name] of Object.entries(databases)) {
    store[database] = {};
    for (const { name: collection } of await client.db(name).listCollections({}, { nameOnly: true }).toArray()) {
      if (collection === 'meta') continue;
      store[database][collection] = await client.db(name).collection<Row>(collection).find().sort({ _id: 1 }).toArray();
    }
  }
  return store;
}

/** The indexes of each collection that has more than the one of its ids. */
async function indexesOf(database: string): Promise<Record<string, unknown>> {
  const collections = await client.db(database).listCollections({}, { nameOnly: true }).toArray();
  const indexed = await Promise.all(
    collections.map(async ({ name }) => [name, byName(await client.db(database).collection(name).indexes())] as const),
  );
  return Object.fromEntries(indexed.filter(([, indexes]) => indexes.length > 1));
}

/** The entries that came behind those of before. */
async function entriesBehind(database: keyof typeof names): Promise<LogEntry[]> {
  const count = rowsBefore(database, 'log').length;
  const log = client.db(names[database]).collection<LogEntry>('log');
  return log
    .find({ _id: { $gt: count } })
    .sort({ _id: 1 })
    .toArray();
}

/** A record of now with the names of before, as far as the record of before had them. */
function asBefore(old: Row, now: Row | undefined): Record<string, unknown> {
  const fields = Object.keys(withoutDrained(old)).map((field) => {
    const renamed = now && !Object.hasOwn(now, field) ? RENAMED[field]?.(now) : now?.[field];
    return [field, renamed] as const;
  });
  return Object.fromEntries(fields);
}

function withoutDrained(row: Row): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([field]) => !DRAINED.includes(field)));
}

function rowsBefore(database: string, collection: string): Row[] {
  return rowsIn(before.databases, database, collection);
}

function rowsIn(databases: Databases, database: string, collection: string): Row[] {
  return databases[database]?.[collection] ?? [];
}

function byId<T extends { id: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function byName<T extends { name?: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
}

function lastInstant(): Date {
  const logged = Object.values(before.databases).flatMap(({ log = [] }) => log.map(({ at }) => at as Date));
  const waiting = rowsBefore('tickets', 'incidents').flatMap(({ outbox }) =>
    (outbox as { at: Date }[]).map(({ at }) => at),
  );
  return new Date(Math.max(...[...logged, ...waiting].map((at) => at.getTime())));
}

function principalOf(login: string): Row {
  const principals = [...rowsBefore('directory', 'people'), ...rowsBefore('directory', 'clients')];
  const found = principals.find(({ logins }) => (logins as string[]).includes(login));
  if (!found) throw new Error(`The store of before has no ${login}.`);
  return found;
}

function personOf(login: string): string {
  return principalOf(login)._id;
}

function membershipsOf(login: string): Viewer['memberships'] {
  const memberships = principalOf(login)['memberships'] as { organizationId: string; roles: string[] }[];
  return memberships.map(({ organizationId, roles }) => ({ organizationId, roles }));
}

/** The viewer who played an act, as the gateway would vouch. */
function viewerOf({ login, actingFor }: PlayedAct): Viewer {
  const scopes = ['TICKETS_READ', 'TICKETS_WRITE'];
  return buildViewer({
    id: personOf(login),
    kind: login === 'demo-partner' ? 'CLIENT' : 'PERSON',
    memberships: membershipsOf(login),
    delegations: actingFor.map((organizationId) => ({ organizationId, scopes })),
    staff: login === 'sam',
  });
}
