import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { gatedMongo, type Gate } from '@desk/testkit/gate';
import { until } from '@desk/testkit/until';
import { lena, sam } from '@desk/testkit/people';
import { REPORT, startDesk, type Desk, type Shown } from './tickets.fixture.ts';

const CREATE = 'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id } } }';
const CANCEL = 'mutation($i: CancelIncidentInput!) { cancelIncident(input: $i) { incident { id } } }';

let desk: Desk;
let gate: Gate;
let incident: Shown;

beforeAll(async () => {
  const gated = await gatedMongo(await databaseUri());
  gate = gated.gate;
  process.env['MONGODB_URI'] = gated.uri;
  desk = await startDesk('2026-03-02T15:00:00Z');
  delete process.env['MONGODB_URI'];
  incident = await desk.report();
});

afterAll(async () => {
  gate.set('open');
  await desk.service.stop();
  await gate.close();
});

test('while the database is away, everything is refused as what may be repeated', async () => {
  const { id, version: expectedVersion } = incident;
  gate.set('shut');
  const answers = await Promise.all([
    desk.ask(sam, `{ incident(id: "${id}") { id } }`),
    desk.ask(sam, '{ incidents(first: 1) { nodes { id } } }'),
    desk.ask(sam, CANCEL, { i: { id, expectedVersion, reason: 'A mistake.', idempotencyKey: 'cancel' } }),
    desk.ask(lena, CREATE, { i: { ...REPORT, idempotencyKey: 'report' } }),
  ]);
  const away = { code: 'SERVICE_UNAVAILABLE', service: 'tickets', retryAfterMs: 1_000 };
  expect(answers.map(({ errors }) => errors?.[0]?.extensions)).toMatchObject([
    away,
    away,
    // The reads before the write failed, so nothing was written.
    away,
    away,
  ]);
});

test('when it is back, the repetition succeeds', async () => {
  gate.set('open');
  await until('the repetition succeeds', async () => {
    const { data } = await desk.ask(lena, CREATE, { i: { ...REPORT, idempotencyKey: 'report' } });
    return Boolean(data?.['createIncident']);
  });
});
