import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InputCheck } from '../api/input.ts';
import { checkReference } from '../api/reference.ts';
import type { Reach, Viewer } from '../api/viewer.ts';
import { actOn } from './act-on.ts';
import { openRecords, type RecordStore } from './record-store.ts';
import { buildDraft, buildThing, openDesk, thingSchema, type Desk, type Thing } from './things.fixture.ts';

const NAMES = { noun: 'thing', idPrefix: 'item', numberPrefix: 'ITM' };

let desk: Desk;
let store: RecordStore<Thing>;

beforeAll(async () => {
  desk = await openDesk();
  store = await openRecords<Thing>(desk, NAMES, { collection: 'items', schema: thingSchema });
  for (const organizationId of ['org_a', 'org_b'])
    await store.records.create(buildThing({ _id: `item_${organizationId}`, organizationId }), [buildDraft()], {
      numbered: true,
    });
});
afterAll(() => desk.close());

test.each(['item_org_a', 'ITM-000001', 'itm-1'])(
  'a record is found by its id and by any form of its number: %s',
  async (name) => {
    const found = await Promise.all((['ALL', ['org_a'], ['org_b']] as const).map((reach) => store.find(reach, name)));
    expect(found.map((record) => record?._id ?? null)).toEqual(['item_org_a', 'item_org_a', null]);
  },
);

test('a mutation’s record is the one within reach, by id or number', async () => {
  const required = (reach: Reach, name: string) => store.require(reach, name).catch((error: unknown) => error);
  expect(await required(['org_a'], 'ITM-000001')).toMatchObject({ _id: 'item_org_a' });
  const foreign = await required(['org_b'], 'ITM-000001');
  expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
  expect(foreign).toEqual(await required(['org_b'], 'item_none'));
  expect(await required('ALL', 'the first')).toMatchObject({
    code: 'BAD_USER_INPUT',
    extensions: { fields: [{ path: 'input.id', code: 'NOT_AN_ID' }] },
  });
});

test('records are found by id within reach, and numbers are known within it', async () => {
  const ids = ['item_org_a', 'item_org_b', 'item_none'];
  expect((await store.byIds(['org_b'], ids)).map(({ _id }) => _id)).toEqual(['item_org_b']);
  expect(await store.numbersWithin(['org_b'], [1, 2, 3])).toEqual(new Set([2]));
});

test.each([
  ['item_1', true],
  ['ITM-1', true],
  ['INC-1', false],
  ['thing_1', false],
  ['', false],
])('"%s" names a thing: %p', (name, isReference) => {
  const check = new InputCheck();
  expect(checkReference(NAMES, name, { check, path: 'id' })).toBe(isReference);
});

test('an act runs after its input was looked up, and refuses all problems at once', async () => {
  const viewer: Viewer = {
    id: 'per_a',
    kind: 'PERSON',
    memberships: [],
    delegations: [],
    staff: false,
    auditor: false,
  };
  const act = (problems: readonly string[]) =>
    actOn<Thing>({
      viewer,
      reach: 'ALL',
      records: store.records,
      operation: 'countThing',
      input: { id: 'item_org_a', idempotencyKey: 'key' },
      findRecord: async () => (await store.find('ALL', 'item_org_a')) as Thing,
      prepare(_found, check) {
        for (const path of problems) check.problem(path, { code: 'REQUIRED', message: 'must be there.' });
        return (thing, same) => {
          same.done();
          return { record: { ...thing, count: thing.count + 1 }, events: [buildDraft()] };
        };
      },
    });
  await expect(act(['a', 'b'])).rejects.toMatchObject({ extensions: { fields: [{ path: 'a' }, { path: 'b' }] } });
  expect(await act([])).toMatchObject({ record: { count: 1 }, replayed: false });
  expect(await act([])).toMatchObject({ record: { count: 1 }, replayed: true });
});
