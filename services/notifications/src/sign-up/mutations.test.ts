import { bert, lena, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../notifications.fixture.ts';
import { SIGN_UPS_MAX } from './sign-up.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.service.stop());

interface SignedUp {
  signUp: { id: string; version: number; filter: object };
  version: number;
  replayed: boolean;
}

const CHANGES = { recordType: ['CHANGE'], risk: ['HIGH', 'HIGH'], state: ['SCHEDULED'], serviceId: ['VEE'] };
const mine = async (viewer = lena) =>
  done<{ id: string }[]>(
    await desk.ask(viewer, '{ mySignUps { id version createdAt withdrawnAt filter { recordType } } }'),
  );

describe('a sign-up', () => {
  test('is kept with its filter until it is withdrawn, with an event for each', async () => {
    const { signUp, ...made } = await desk.act<SignedUp>('createSignUp', { filter: CHANGES });
    expect(made).toEqual({ version: 1, replayed: false });
    expect(signUp.filter).toEqual({
      recordType: ['CHANGE'],
      serviceId: ['VEE'],
      state: ['SCHEDULED'],
      risk: ['HIGH'],
      priority: [],
    });
    expect((await mine()).map(({ id }) => id)).toEqual([signUp.id]);
    expect(await desk.act('withdrawSignUp', { id: signUp.id })).toMatchObject({ version: 2 });
    expect(await desk.act('withdrawSignUp', { id: signUp.id })).toMatchObject({ version: 2 });
    expect(await mine()).toEqual([]);
    await desk.service.log.drain();
    const entries = await desk.service.log.entries.find({ aggregate: signUp.id }, { sort: { _id: 1 } }).toArray();
    expect(entries.map(({ type }) => type)).toEqual(['sign_up.created', 'sign_up.withdrawn']);
  });

  test('under one key is one', async () => {
    const input = { filter: CHANGES, idempotencyKey: 'one' };
    const first = await desk.act<SignedUp>('createSignUp', input);
    expect(await desk.act<SignedUp>('createSignUp', input)).toEqual({ ...first, replayed: true });
    expect(await desk.refusal('createSignUp', { ...input, filter: { recordType: ['PROBLEM'] } })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('for the records that another one names already is that one, in whatever order and under whatever key', async () => {
    const viewer = buildViewer({ id: 'per_nia', memberships: [{ organizationId: 'org_A', roles: ['LDC_USER'] }] });
    const filter = { recordType: ['CHANGE', 'PROBLEM'], serviceId: ['VEE', 'BILLING'] };
    const first = await desk.act<SignedUp>('createSignUp', { filter }, viewer);
    const turned = { recordType: ['PROBLEM', 'CHANGE'], serviceId: ['BILLING', 'VEE', 'VEE'], risk: [] };
    for (const key of [{}, { idempotencyKey: 'again' }])
      expect(await desk.act<SignedUp>('createSignUp', { filter: turned, ...key }, viewer)).toMatchObject({
        signUp: { id: first.signUp.id },
        version: 1,
      });
    expect(await mine(viewer)).toHaveLength(1);
    await desk.act('withdrawSignUp', { id: first.signUp.id }, viewer);
    const anew = await desk.act<SignedUp>('createSignUp', { filter }, viewer);
    expect(anew.signUp.id).not.toBe(first.signUp.id);
  });

  test('of another person is not there', async () => {
    const { signUp } = await desk.act<SignedUp>('createSignUp', { filter: CHANGES });
    for (const viewer of [bert, sam])
      expect(await desk.refusal('withdrawSignUp', { id: signUp.id }, viewer)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await desk.refusal('withdrawSignUp', { id: 'sup_none' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await mine(bert)).toEqual([]);
  });

  test.each([
    [{ recordType: [] }, 'input.filter.recordType', 'TOO_FEW'],
    [{ recordType: ['ENROLMENT'] }, 'input.filter.recordType.0', 'NOT_APPLICABLE'],
    [{ recordType: ['INCIDENT', 'CHANGE'], risk: ['HIGH'] }, 'input.filter.risk', 'NOT_APPLICABLE'],
    [{ recordType: ['CHANGE'], priority: ['P1'] }, 'input.filter.priority', 'NOT_APPLICABLE'],
    [{ recordType: ['INCIDENT'], serviceId: ['VEE'] }, 'input.filter.serviceId', 'NOT_APPLICABLE'],
    [{ recordType: ['INCIDENT'], state: ['NEW'] }, 'input.filter.state', 'NOT_APPLICABLE'],
    [{ recordType: ['CHANGE'], state: ['SCHEDULED', 'toString'] }, 'input.filter.state.1', 'UNKNOWN_CODE'],
    [{ recordType: ['CHANGE', 'PROBLEM'], state: ['SCHEDULED'] }, 'input.filter.state', 'MISSING_ENTRY'],
    [{ recordType: ['CHANGE'], serviceId: ['VEE', 'NONE'] }, 'input.filter.serviceId.1', 'UNKNOWN_CODE'],
    [
      { recordType: ['CHANGE'], serviceId: Array.from({ length: 51 }, (_e, i) => `S${i}`) },
      'input.filter.serviceId',
      'TOO_MANY',
    ],
  ])('that could never tell of anything is refused: %j', async (filter, path, code) => {
    const refused = await desk.refusal('createSignUp', { filter });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(refused['fields']).toEqual(expect.arrayContaining([expect.objectContaining({ path, code })]));
  });

  test('is refused with all its problems at once, and nothing is kept', async () => {
    const before = (await mine()).length;
    const filter = { recordType: ['INCIDENT'], state: ['NEW'], risk: ['LOW'], serviceId: ['NONE'] };
    const refused = await desk.refusal('createSignUp', { filter });
    expect((refused['fields'] as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'input.filter.risk',
      'input.filter.serviceId',
      'input.filter.serviceId.0',
      'input.filter.state',
    ]);
    expect((await mine()).length).toBe(before);
  });

  test('is one of few: a person has so many and no more', async () => {
    const viewer = buildViewer({ id: 'per_omar', memberships: [{ organizationId: 'org_A', roles: ['LDC_ADMIN'] }] });
    const filterAt = (place: number) => ({
      recordType: ['CHANGE'],
      risk: ['LOW', 'MEDIUM', 'HIGH'].filter((_risk, bit) => (place >> bit) & 1),
      state: ['DRAFT', 'SCHEDULED', 'CLOSED'].filter((_state, bit) => (place >> (bit + 3)) & 1),
    });
    const filters = Array.from({ length: SIGN_UPS_MAX + 1 }, (_, place) => filterAt(place));
    const make = (place: number) =>
      desk.act<SignedUp>('createSignUp', { filter: filters[place], idempotencyKey: `k${place}` }, viewer);
    for (let place = 0; place < SIGN_UPS_MAX; place++) await make(place);
    expect(await desk.refusal('createSignUp', { filter: filters[SIGN_UPS_MAX] }, viewer)).toMatchObject({
      fields: [{ path: 'input', code: 'TOO_MANY' }],
    });
    expect(await make(0)).toMatchObject({ replayed: true });
    expect(await desk.act<SignedUp>('createSignUp', { filter: filters[1] }, viewer)).toMatchObject({ version: 1 });
  });
});
