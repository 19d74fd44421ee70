import { ada, bert, lena, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk } from '../notifications.fixture.ts';

const omar = buildViewer({ id: 'per_omar', memberships: [{ organizationId: 'org_A', roles: ['LDC_ADMIN'] }] });

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
  await desk.tell(
    { id: 'inc_1', kind: 'CREATED', by: 'per_lena' },
    { noun: 'PROBLEM', id: 'prb_1', kind: 'OPENED', organizationId: 'org_SME' },
    { noun: 'CHANGE', id: 'chg_1', kind: 'PROPOSED', organizationId: 'org_SME' },
    { noun: 'CHANGE', id: 'chg_1', kind: 'PUBLISHED', organizationId: 'org_SME', data: { published: true } },
    { noun: 'ENROLMENT', id: 'enr_1', kind: 'ENROLLED', by: 'per_lena', data: { personId: 'per_lena' } },
  );
});
afterAll(() => desk.service.stop());

const follow = async (recordId: string, viewer = lena) =>
  done(
    await desk.ask(
      viewer,
      `query($id: ID!) { myFollow(recordId: $id) { following automatic record { __typename } } }`,
      {
        id: recordId,
      },
    ),
  );
const follows = async (viewer = lena, filter = {}) => {
  const query = `query($filter: FollowFilter) { myFollows(first: 10, filter: $filter) {
    totalCount nodes { id version recordType recordId following automatic createdAt updatedAt record { __typename } }
  } }`;
  return done<{ totalCount: number; nodes: { recordId: string }[] }>(await desk.ask(viewer, query, { filter }));
};

describe('a record', () => {
  test('is followed by its creator, who may end that', async () => {
    expect(await follow('inc_1')).toEqual({ following: true, automatic: true, record: { __typename: 'Incident' } });
    expect((await follows()).nodes.map(({ recordId }) => recordId)).toEqual(['inc_1']);
    expect(await desk.act('unfollowRecord', { recordId: 'inc_1' })).toMatchObject({
      version: 2,
      replayed: false,
      follow: { following: false },
    });
    expect(await follows()).toEqual({ totalCount: 0, nodes: [] });
    await desk.act('followRecord', { recordId: 'inc_1' });
    expect(await follow('inc_1')).toMatchObject({ following: true, automatic: false });
  });

  test('is followed once, however often it is asked for', async () => {
    const input = { recordId: 'chg_1', idempotencyKey: 'follow' };
    expect(await desk.act('followRecord', input, bert)).toMatchObject({ version: 1, replayed: false });
    expect(await desk.act('followRecord', input, bert)).toMatchObject({ version: 1, replayed: true });
    expect(await desk.act('followRecord', { recordId: 'chg_1' }, bert)).toMatchObject({ version: 1, replayed: false });
    const both = await Promise.all([1, 2].map(() => desk.act('followRecord', { recordId: 'chg_1' }, omar)));
    expect(both).toMatchObject([{ version: 1 }, { version: 1 }]);
    expect(await desk.refusal('followRecord', { recordId: 'prb_1', idempotencyKey: 'follow' }, bert)).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('that the viewer may not see is not there, as one that does not exist', async () => {
    const missing = await desk.refusal('followRecord', { recordId: 'inc_none' }, bert);
    expect(missing).toMatchObject({ code: 'NOT_FOUND' });
    for (const recordId of ['inc_1', 'prb_1'])
      expect(await desk.refusal('followRecord', { recordId }, bert)).toEqual(missing);
    expect(await follow('inc_1', bert)).toBeNull();
    for (const viewer of [sam, ada]) await desk.act('followRecord', { recordId: 'prb_1' }, viewer);
  });

  test('that was never followed cannot be unfollowed', async () => {
    expect(await desk.refusal('unfollowRecord', { recordId: 'inc_1' }, omar)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is named by the id of a kind that people follow', async () => {
    for (const recordId of ['enr_1', 'INC-000001', 'org_A'])
      expect(await desk.refusal('followRecord', { recordId })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'input.recordId', code: 'NOT_AN_ID' }],
      });
  });
});

test('the list of follows is the viewer’s own, and narrowed by kind', async () => {
  await desk.act('followRecord', { recordId: 'chg_1' });
  expect((await follows(lena, { recordType: ['CHANGE'] })).nodes).toMatchObject([{ recordId: 'chg_1' }]);
  expect((await follows(bert)).nodes).toMatchObject([{ recordId: 'chg_1' }]);
});
