import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import type { LogEntry } from '@desk/kit/log/entry';
import { connectMongo } from '@desk/kit/process/mongo';
import { MIGRATION_BATCH, runMigrations } from '@desk/kit/write/migration';
import type { Aggregate } from '@desk/kit/write/record';
import type { Connection, mongo } from 'mongoose';
import { NOW, startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';
import { MIGRATIONS } from './store.ts';

const COLLECTIONS = ['organizations', 'people', 'clients', 'authorizations'];
const CREATED = new Date(NOW);
const CHANGED = new Date('2026-07-01T09:00:00Z');
const WAITING = new Date('2026-07-02T09:00:00Z');

type Dated = Aggregate & { createdAt?: Date; updatedAt?: Date };

let demo: DemoDirectory;
let connection: Connection;
let db: mongo.Db;

/** A directory as the version before left it: nothing says when a record was made or changed, but its events. */
beforeAll(async () => {
  demo = await startDemoDirectory();
  const { mutations, service } = demo;
  await mutations.setOrganizationStatus(demo.org('LDC-007'), 'SUSPENDED', { at: CHANGED, by: SYSTEM_ACTOR });
  await service.log.drain();
  await mutations.deactivateClient(client('demo-partner'), { at: WAITING, by: SYSTEM_ACTOR });
  const { mongodbUri, database } = demo.ground.config;
  await service.stop();
  connection = await connectMongo(mongodbUri, database);
  db = connection.db as mongo.Db;
  for (const name of COLLECTIONS) await db.collection(name).updateMany({}, { $unset: { createdAt: 1, updatedAt: 1 } });
  await keepWaiting(client('demo-partner'));
  await migrateAnew();
});

afterAll(() => connection.close());

test('records are dated by their first and their last event, and by those that wait', async () => {
  expect(await times('organizations', demo.org('LDC-007'))).toEqual([CREATED, CHANGED]);
  expect(await times('organizations', demo.org('LDC-008'))).toEqual([CREATED, CREATED]);
  expect(await times('people', demo.person('lena'))).toEqual([CREATED, CREATED]);
  expect(await times('clients', client('demo-partner'))).toEqual([CREATED, WAITING]);
});

test('every record of every kind is dated', async () => {
  const undated = { $or: [{ createdAt: { $not: { $type: 'date' } } }, { updatedAt: { $not: { $type: 'date' } } }] };
  const left = await Promise.all(COLLECTIONS.map((name) => db.collection(name).countDocuments(undated)));
  expect(left).toEqual([0, 0, 0, 0]);
});

test('records from before profiles, invitations and suspensions say that they have none', async () => {
  const added = ['address', 'contacts', 'suspendedAt', 'phone', 'invitation'];
  const unset = Object.fromEntries(added.map((field) => [field, 1]));
  for (const name of COLLECTIONS) await db.collection(name).updateMany({}, { $unset: unset });
  await migrateAnew();
  const [organization] = await db.collection('organizations').find({}, { limit: 1 }).toArray();
  const [person] = await db.collection('people').find({}, { limit: 1 }).toArray();
  const [partner] = await db.collection('clients').find({}, { limit: 1 }).toArray();
  expect(organization).toMatchObject({ address: null, contacts: [] });
  expect(person).toMatchObject({ suspendedAt: null, phone: null, invitation: null });
  expect(partner).toMatchObject({ suspendedAt: null });
});

test('a second run changes nothing', async () => {
  const before = await everything();
  await migrateAnew();
  expect(await everything()).toEqual(before);
});

test('more records than one batch are dated', async () => {
  const organizations = db.collection<Dated & { outbox: unknown[] }>('organizations');
  const at = new Date('2025-01-01T00:00:00Z');
  const more = Array.from({ length: MIGRATION_BATCH + 1 }, (_, n) => ({
    ...buildAggregate(`org_more${n}`),
    code: `MORE-${n}`,
    outbox: [{ at }],
  }));
  await organizations.insertMany(more);
  await migrateAnew();
  expect(await organizations.countDocuments({ createdAt: at, updatedAt: at })).toBe(more.length);
});

function client(login: string): string {
  return demo.ids.clients.get(login) ?? '';
}

/** As at the first start of a new version. */
async function migrateAnew(): Promise<void> {
  await db.collection('migrations').deleteMany({});
  await runMigrations(db, MIGRATIONS, demo.ground.time);
}

/** Takes the last event of a record out of the log, as if it had never been copied there. */
async function keepWaiting(aggregate: string): Promise<void> {
  const log = db.collection<LogEntry>('log');
  const [last] = await log.find({ aggregate }).sort({ seq: -1 }).limit(1).toArray();
  if (!last || last.at.getTime() !== WAITING.getTime()) return; // It waits in the outbox still.
  await log.deleteOne({ _id: last._id });
  const outbox = [{ at: last.at }];
  await db.collection<Dated>('clients').updateOne({ _id: aggregate }, { $set: { outbox } });
}

async function times(collection: string, _id: string) {
  const found = await db.collection<Dated>(collection).findOne({ _id });
  return [found?.createdAt, found?.updatedAt];
}

function everything() {
  return Promise.all(
    COLLECTIONS.map((name) =>
      db
        .collection(name)
        .find({}, { sort: { _id: 1 } })
        .toArray(),
    ),
  );
}

function buildAggregate(_id: string): Aggregate {
  return { _id, organizationId: _id, version: 1, number: null, nextFireAt: null };
}
