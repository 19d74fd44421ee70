import { connectMongo } from '@desk/kit/process/mongo';
import { testGround } from '@desk/testkit/test-ground';
import { lena, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import { startDesk, type Desk } from '../tickets.fixture.ts';
import { STORED_VERSIONS_MIGRATION, checkStoredVersions, type OwnVersions } from './store.ts';

const NOON = '2026-06-29T16:00:00Z';
const [V1, V2] = [
  { id: 'ON-BUS', version: 1 },
  { id: 'ON-BUS', version: 2 },
];

let connection: Connection;

beforeAll(async () => {
  const { config } = await testGround(NOON);
  connection = await connectMongo(config.mongodbUri, config.database);
});
beforeEach(() => connection.dropDatabase());
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

function check(calendar: OwnVersions['calendar']): Promise<string[]> {
  return checkStoredVersions(databaseOf(connection), { calendar, policy: [] });
}

function databaseOf({ db }: Connection) {
  if (!db) throw new Error('The connection is not open.');
  return db;
}

async function keepClock(calendarVersion: number): Promise<void> {
  const clock = { calendarId: 'ON-BUS', calendarVersion, policyId: 'INCIDENT', policyVersion: 1 };
  await connection.collection('incidents').insertOne({ _id: `inc_${calendarVersion}`, clocks: [clock] } as never);
}

describe('the versions that stored clocks name', () => {
  test('are there: the service starts', async () => {
    await check([V1]);
    await keepClock(1);
    expect(await check([V1, V2])).toEqual([]);
  });

  test('lack an older one: the service does not start, and says which file must have it', async () => {
    await check([V1]);
    await keepClock(1);
    await expect(check([V2])).rejects.toThrow('calendars.yaml: must have ON-BUS@1');
    expect(await check([V1, V2])).toEqual([]);
  });

  test('lack an older one that no clock names: the service starts', async () => {
    await check([V1]);
    expect(await check([V2])).toEqual([]);
    expect(await check([V2])).toEqual([]);
  });

  test('hold one that a newer process brought: the service starts, and names it', async () => {
    await check([V1, V2]);
    await keepClock(2);
    expect(await check([V1])).toEqual(['ON-BUS@2']);
  });

  test('are known of a database from before they were kept', async () => {
    await keepClock(1);
    await STORED_VERSIONS_MIGRATION.run(databaseOf(connection));
    await expect(check([V2])).rejects.toThrow('ON-BUS@1');
  });
});

describe('an incident whose clock follows a calendar of a newer version', () => {
  let desk: Desk;
  let id: string;

  beforeAll(async () => {
    desk = await startDesk(NOON);
    ({ id } = await desk.report());
    const { records } = desk.service.store.incidents;
    await records.collection.updateOne({ _id: id }, { $set: { 'clocks.$[].calendarVersion': 9 } });
  });
  afterAll(() => desk.service.stop());

  test('is shown, with the calendar by its name, and takes no list with it', async () => {
    await desk.report();
    const list = '{ incidents(first: 5) { nodes { id clocks { elapsed } } } }';
    expect(done<{ nodes: unknown[] }>(await desk.ask(lena, list)).nodes).toHaveLength(2);
    const query =
      'query($id: ID!) { incident(id: $id) { clocks { calendar elapsed } explainClock(kind: RESOLUTION) { summary } } }';
    const incident = done<{ clocks: object[]; explainClock: unknown }>(await desk.ask(lena, query, { id }));
    expect(incident.explainClock).toBeNull();
    expect(incident.clocks.length).toBeGreaterThan(0);
    for (const clock of incident.clocks)
      expect(clock).toMatchObject({ calendar: expect.stringMatching(/@9$/), elapsed: null });
  });

  test('refuses what would count its time, as a part of the desk that does not answer yet', async () => {
    const incident = await desk.show(id);
    const refused = await desk.as(sam).refusal('cancelIncident', incident, { reason: 'No longer needed.' });
    expect(refused).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('@9') });
  });
});
