import { ada, bert, lena, partnerWith, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk, type Shown } from '../notifications.fixture.ts';

const NOW = '2026-06-29T14:00:00.000Z';
const partner = partnerWith(['TICKETS_READ']);
const stranger = buildViewer({ id: null as never, memberships: [] });

let desk: Desk;
let records = 0;

beforeAll(async () => {
  desk = await startDesk({ now: NOW });
});
beforeEach(() => desk.ground.time.set(new Date(desk.ground.time.now().getTime() + 1_000).toISOString()));
afterAll(() => desk.service.stop());

/** Lets Sam act on a record of Lena's. Gives Lena's notification of it. */
async function notified(): Promise<Shown> {
  const id = `inc_m${++records}`;
  await desk.tell({ id, kind: 'CREATED', by: 'per_lena' }, { id, kind: 'STARTED' });
  const [found] = (await desk.inbox()).filter(({ recordId }) => recordId === id);
  if (!found) throw new Error('Lena was not told.');
  return found;
}

const kinds = async () => {
  await desk.service.log.drain();
  const entries = await desk.service.log.entries.find({}, { sort: { _id: 1 } }).toArray();
  return entries.map(({ type, data }) => ({ type, personId: data['personId'] }));
};

describe('a notification', () => {
  test('is marked as read once, with its event for the person alone', async () => {
    const { id } = await notified();
    const before = await desk.unread();
    const first = await desk.act<{ version: number; notification: Shown }>('markNotificationRead', { id });
    expect(first).toMatchObject({ version: 2, replayed: false, notification: { readAt: expect.any(String) } });
    expect(await desk.act('markNotificationRead', { id })).toMatchObject({ version: 2 });
    expect(await desk.unread()).toBe(before - 1);
    expect((await kinds()).at(-1)).toEqual({ type: 'notification.read', personId: 'per_lena' });
    expect((await desk.inbox(lena, { unreadOnly: true })).map((each) => each.id)).not.toContain(id);
    expect((await desk.inbox()).map((each) => each.id)).toContain(id);
  });

  test('under one key is marked by one request', async () => {
    const { id } = await notified();
    const input = { id, idempotencyKey: `key ${id}` };
    expect(await desk.act('markNotificationRead', input)).toMatchObject({ replayed: false });
    expect(await desk.act('markNotificationRead', input)).toMatchObject({ replayed: true, version: 2 });
  });

  test('of another person is not there, not even for the staff', async () => {
    const { id } = await notified();
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Notification { id code } } }`;
    for (const viewer of [bert, sam, ada]) {
      expect(await desk.refusal('markNotificationRead', { id }, viewer)).toMatchObject({ code: 'NOT_FOUND' });
      expect(done(await desk.ask(viewer, query, { r: [{ __typename: 'Notification', id }] }))).toEqual([null]);
    }
    expect(await desk.refusal('markNotificationRead', { id: 'ntf_none' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is named by its id', async () => {
    expect(await desk.refusal('markNotificationRead', { id: 'inc_1' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.id', code: 'NOT_AN_ID' }],
    });
  });

  test('shows every field, and names its record for the gateway', async () => {
    const { id, recordId } = await notified();
    const query = `query($filter: NotificationFilter) { myNotifications(first: 1, filter: $filter) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id version topic severity code arguments { name value } recordType recordId at createdAt readAt
        actor { principalId kind person { id } actingFor { id } }
        record { __typename ... on Incident { id } }
      } }
    } }`;
    const shown = done<{ totalCount: number; edges: { node: object }[] }>(
      await desk.ask(lena, query, { filter: { ids: [id], topic: ['TICKETS'] } }),
    );
    expect(shown.totalCount).toBe(1);
    expect(shown.edges[0]?.node).toMatchObject({
      record: { __typename: 'Incident', id: recordId },
      actor: { person: { id: 'per_sam' } },
    });
  });
});

describe('the inbox', () => {
  test('is read up to what was seen: what arrives meanwhile stays unread', async () => {
    const [first, second] = [await notified(), await notified()];
    desk.ground.time.set(new Date(Date.parse(second.createdAt) + 1).toISOString());
    const third = await notified();
    const marked = await desk.act('markAllNotificationsRead', { upTo: second.createdAt });
    expect(marked).toEqual({ replayed: false, inbox: { unreadCount: 1, readUpTo: second.createdAt } });
    expect((await desk.inbox(lena, { unreadOnly: true })).map(({ id }) => id)).toEqual([third.id]);
    const all = await desk.inbox();
    expect(all.filter(({ readAt }) => readAt === null).map(({ id }) => id)).toEqual([third.id]);
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));
    expect((await kinds()).at(-1)).toEqual({ type: 'notification.all_read', personId: 'per_lena' });
    expect(await desk.act('markNotificationRead', { id: first.id })).toMatchObject({ version: 1 });
  });

  test('is marked by one event, however much is in it, and marking less than before changes nothing', async () => {
    const { createdAt } = await notified();
    await desk.act('markAllNotificationsRead', { upTo: createdAt });
    const before = await kinds();
    expect(before.filter(({ type }) => type === 'notification.read').length).toBeLessThan(before.length);
    const { inbox } = await desk.act<{ inbox: object }>('markAllNotificationsRead', { upTo: NOW });
    expect(inbox).toEqual({ unreadCount: 0, readUpTo: createdAt });
    expect(await kinds()).toEqual(before);
  });

  test('of somebody who was never told is empty, and marking it is no mistake', async () => {
    expect(await desk.inbox(ada)).toEqual([]);
    expect(await desk.act('markAllNotificationsRead', { upTo: NOW }, ada)).toEqual({
      replayed: false,
      inbox: { unreadCount: 0, readUpTo: null },
    });
  });

  test('cannot be read up to a time that is still to come', async () => {
    const refused = await desk.refusal('markAllNotificationsRead', { upTo: '2027-01-01T00:00:00.000Z' });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.upTo', code: 'OUT_OF_RANGE' }] });
  });

  test('is a person’s: partner systems have none, and follow nothing', async () => {
    const of = async (query: string) => (await desk.ask(partner, query)).errors?.[0]?.extensions.code;
    for (const query of [
      '{ myNotifications(first: 1) { nodes { id } } }',
      '{ myInbox { unreadCount } }',
      '{ myFollows(first: 1) { nodes { id } } }',
      '{ myFollow(recordId: "inc_1") { id } }',
      '{ mySignUps { id } }',
      '{ notificationsAudit { verified } }',
    ])
      expect({ query, code: await of(query) }).toEqual({ query, code: 'FORBIDDEN' });
    const idempotencyKey = 'k1';
    for (const [mutation, input] of [
      ['followRecord', { recordId: 'inc_1' }],
      ['unfollowRecord', { recordId: 'inc_1' }],
      ['createSignUp', { filter: { recordType: ['CHANGE'] } }],
      ['markAllNotificationsRead', { upTo: NOW }],
    ] as const)
      expect(await desk.refusal(mutation, { ...input, idempotencyKey }, partner)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('shows nothing to a viewer without a person behind it', async () => {
    const answer = await desk.ask(stranger, '{ myInbox { unreadCount } }');
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('counts what is unread up to 100', async () => {
    const ids = Array.from({ length: 103 }, (_each, index) => `inc_u${index}`);
    const tellings = ids.flatMap((id) => [
      { id, kind: 'CREATED', by: 'per_bert', organizationId: 'org_B' },
      { id, kind: 'STARTED', organizationId: 'org_B' },
    ]);
    await desk.tell(...tellings);
    expect(await desk.unread(bert)).toBe(100);
  });
});

test('the audit log of notifications holds', async () => {
  expect(done(await desk.ask(ada, '{ notificationsAudit { verified complete } }'))).toEqual({
    verified: true,
    complete: true,
  });
});
