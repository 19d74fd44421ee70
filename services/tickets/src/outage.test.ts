import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gatedMongo, type Gate } from '../../../kit/src/gate.fixture.ts';
import { until } from '../../../kit/src/things.fixture.ts';
import { REPORT, lena, sam, startDesk, type Desk, type Shown } from './desk.fixture.ts';

const CREATE = 'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { id } }';
const CANCEL = 'mutation($i: CancelIncidentInput!) { cancelIncident(input: $i) { id } }';

let desk: Desk;
let gate: Gate;
let incident: Shown;
const direct = process.env['MONGODB_URI'] ?? '';

beforeAll(async () => {
  const gated = await gatedMongo(direct);
  gate = gated.gate;
  process.env['MONGODB_URI'] = gated.uri;
  desk = await startDesk('2026-03-02T15:00:00Z');
  process.env['MONGODB_URI'] = direct;
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
    // What a write needs to know could not be read, so nothing was written.
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
