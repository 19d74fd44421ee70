import { connectMongo } from '@desk/kit/process/mongo';
import { testGround } from '@desk/testkit/test-ground';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import { LDC_A, lena, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { startDesk, type Desk, type Shown } from './tickets.fixture.ts';
import { MIGRATIONS } from './store.ts';

const NOON = new Date('2026-06-29T16:00:00Z');
const COMMENTS = 1_200;

let connection: Connection;

/** A message as the version before stored it. */
function oldMessage(prefix: string, n: number) {
  return {
    _id: `${prefix}_${String(n).padStart(4, '0')}`,
    organizationId: LDC_A,
    version: 1,
    number: null,
    nextFireAt: null,
    incidentId: 'inc_1',
    text: `$text ${n}`,
    author: { id: 'per_lena', kind: 'PERSON', actingFor: null },
    at: new Date(NOON.getTime() + n),
    dirty: false,
    outbox: [],
    keys: [],
    creationKey: { key: 'k', hash: 'h' },
    basisVersion: 1,
    leaseUntil: null,
  };
}

beforeAll(async () => {
  const { config } = await testGround(NOON.toISOString());
  connection = await connectMongo(config.mongodbUri, config.database);
  const comments = Array.from({ length: COMMENTS }, (_, n) => ({ ...oldMessage('com', n), fromSme: n % 2 === 0 }));
  await connection.collection('comments').insertMany(comments as never[]);
  await connection.collection('comments').createIndex({ incidentId: 1, at: 1, _id: 1 });
  await connection.collection('notes').insertOne(oldMessage('note', 0) as never);
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

async function migrate(): Promise<void> {
  if (!connection.db) throw new Error('The connection is not open.');
  for (const { run } of MIGRATIONS) await run(connection.db);
}

test('messages of the version before name their subject, and keep everything else', async () => {
  await Promise.all([migrate(), migrate()]); // As two replicas that start at once.
  const comments = await connection.collection('comments').find().sort({ _id: 1 }).toArray();
  const { incidentId: _incidentId, at, ...kept } = oldMessage('com', 7);
  expect(comments).toHaveLength(COMMENTS);
  expect(comments[7]).toEqual({
    ...kept,
    subject: { type: 'INCIDENT', id: 'inc_1' },
    createdAt: at,
    fromStaff: false,
  });
  expect(await connection.collection('notes').findOne({ 'subject.id': 'inc_1' })).toMatchObject({ createdAt: NOON });
  const indexes = await connection.collection('comments').indexes();
  expect(indexes.filter(({ key }) => 'incidentId' in key)).toEqual([]);
});

test('incidents of the version before are found by words, and the text index is gone', async () => {
  const incidents = connection.collection('incidents');
  const old = { title: 'Relevés manquants', description: 'Batch 88', resolution: null };
  await incidents.insertOne({ _id: 'inc_1', ...old } as never);
  await incidents.createIndex({ title: 'text' }, { name: 'words' });
  await Promise.all([migrate(), migrate()]);
  expect(await incidents.findOne({ 'search.words': 'releves' })).toEqual({
    _id: 'inc_1',
    ...old,
    search: { words: ['releves', 'manquants', 'batch', '88'] },
  });
  expect((await incidents.indexes()).map(({ name }) => name)).not.toContain('words');
});

test('migrated again, they stay as they are', async () => {
  const before = await connection.collection('comments').find().toArray();
  await migrate();
  expect(await connection.collection('comments').find().toArray()).toEqual(before);
});

test('a new database has nothing to migrate, and starts', async () => {
  const desk: Desk = await startDesk(NOON.toISOString());
  const { id } = await desk.report();
  expect((await desk.show(id)).state).toBe('NEW');
  await desk.service.stop();
});

test('a history holds what the version before wrote, and a comment of before shows its incident', async () => {
  const desk: Desk = await startDesk(NOON.toISOString());
  const reported: Shown = await desk.report();
  const stored = await connectMongo(desk.ground.config.mongodbUri, desk.ground.config.database);
  const { incidentId: _incidentId, ...old } = oldMessage('com', 1);
  await stored.collection('comments').insertOne({ ...old, incidentId: reported.id, fromSme: true, at: NOON } as never);
  if (!stored.db) throw new Error('The connection is not open.');
  for (const { run } of MIGRATIONS) await run(stored.db);
  const query =
    'query($id: ID!) { incident(id: $id) { comments(first: 9) { nodes { text fromSme incident { id } } } } }';
  for (const viewer of [lena, sam])
    expect(done(await desk.ask(viewer, query, { id: reported.id }))).toEqual({
      comments: { nodes: [{ text: '$text 1', fromSme: true, incident: { id: reported.id } }] },
    });
  await stored.close();
  await desk.service.stop();
});
