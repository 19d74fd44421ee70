import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { askForUser, assign, followed, report } from './desk/desk-work.ts';
import { Listener, Partner } from './desk/partner.ts';

/** Notifications, end to end, through the gateway of a desk as `npm start` runs it. */

const RECORD =
  'record { __typename ... on Incident { number } ... on ContinuityEvent { number } ... on ServiceRequest { number } }';
const SELECTION = `kind notificationId notification { id code severity recordId actor { person { name } } ${RECORD} }`;

interface Update {
  cursor: string;
  kind: string;
  notificationId: string;
  notification: {
    id: string;
    code: string;
    severity: string;
    recordId: string;
    actor: { person: { name: string } } | null;
    record: { __typename: string; number: string } | null;
  } | null;
}

let desk: DeskProcess;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
}, 90_000);
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a reporter is told live of what the SME does, in every browser; a colleague and a foreign distributor are not', async () => {
  const [lena, omar, priya, sam] = partners('lena', 'omar', 'priya', 'sam');
  const [one, two, colleague, foreign] = await Promise.all([lena, lena, omar, priya].map(listen));
  const incident = await report(lena, 'Reads of one day are missing');
  await followed(lena, incident);
  await assign(sam, incident);
  // Priya's own incident comes last: what was Lena's would have arrived before it.
  const other = await report(priya, 'A file is late');
  await followed(priya, other);
  await assign(sam, other);
  const about = (updates: readonly Update[] | undefined, id: string) =>
    (updates ?? []).filter(({ notification }) => notification?.recordId === id);
  for (const updates of [one, two]) {
    const seen = about(await updates?.until((all) => about(all, incident.id).length === 1), incident.id);
    expect(seen[0]).toMatchObject({
      kind: 'CREATED',
      notification: {
        code: 'incident.assigned',
        actor: { person: { name: expect.stringContaining('Sam') } },
        record: { __typename: 'Incident', number: incident.number },
      },
    });
  }
  await foreign?.until((all) => about(all, other.id).length === 1);
  expect(about(foreign?.messages, incident.id)).toEqual([]);
  expect(about(colleague?.messages, incident.id)).toEqual([]);
  const [{ notificationId: id } = { notificationId: '' }] = about(one?.messages, incident.id);
  await lena.write('markNotificationRead', { id }, 'version');
  for (const updates of [one, two])
    await updates?.until((all) => all.some(({ kind, notificationId }) => kind === 'READ' && notificationId === id));
  expect([one, two, colleague, foreign].flatMap((updates) => updates?.problems)).toEqual([]);
});

test('all distributors are told of a continuity event, each person once, and the unread number falls in every browser', async () => {
  const [rae, omar, priya] = partners('rae', 'omar', 'priya');
  const [one, two, foreign] = await Promise.all([omar, omar, priya].map(listen));
  const input = {
    environment: 'PRODUCTION',
    title: 'Billing quantity service stopped',
    serviceIds: ['BILLING'],
    distributorsAffectedPercent: 60,
    outageStartedAt: { instant: new Date(Date.now() - 3_600_000).toISOString() },
    expectedOutage: 'PT20H',
  };
  const { continuityEvent: event } = await rae.write<{ continuityEvent: { id: string; number: string } }>(
    'declareContinuityEvent',
    input,
    'continuityEvent { id number }',
  );
  for (const updates of [one, two, foreign]) {
    const seen = await updates?.until((all) => all.some(({ notification }) => notification?.recordId === event.id));
    const [{ notification } = { notification: null }] = (seen ?? []).filter(
      (each) => each.notification?.recordId === event.id,
    );
    expect(notification).toMatchObject({
      code: 'notice.continuity_declared',
      severity: 'CRITICAL',
      record: { __typename: 'ContinuityEvent', number: event.number },
    });
  }
  const newest = await omar.get<{ nodes: { createdAt: string; recordId: string }[] }>(
    '{ myNotifications(first: 50) { nodes { createdAt recordId } } }',
  );
  // Omar signed up for continuity events too: one message all the same.
  expect(newest.nodes.filter(({ recordId }) => recordId === event.id)).toHaveLength(1);
  const upTo = newest.nodes[0]?.createdAt;
  expect(await unread(omar)).toBeGreaterThan(0);
  await omar.write('markAllNotificationsRead', { upTo }, 'inbox { unreadCount }');
  for (const updates of [one, two]) await updates?.until((all) => all.some(({ kind }) => kind === 'ALL_READ'));
  expect(await unread(omar)).toBe(0);
  expect(await unread(priya)).toBeGreaterThan(0);
  expect([one, two, foreign].flatMap((updates) => updates?.problems)).toEqual([]);
});

test('who must approve a request, or acknowledge a report, is told of it once; who asked is not', async () => {
  const [lena, omar, priya, rae] = partners('lena', 'omar', 'priya', 'rae');
  const [asker, approver, foreign] = await Promise.all([lena, omar, priya].map(listen));
  const serviceRequest = await askForUser(lena, 'Nadia Fortin');
  const about = (updates: readonly Update[] | undefined, id: string) =>
    (updates ?? []).flatMap(({ notification }) => (notification?.recordId === id ? [notification] : []));
  const told = about(await approver?.until((all) => about(all, serviceRequest.id).length > 0), serviceRequest.id);
  expect(told).toMatchObject([
    { code: 'notice.approval_needed', record: { __typename: 'ServiceRequest', number: serviceRequest.number } },
  ]);
  const { continuityEvent } = await rae.write<{ continuityEvent: { id: string } }>(
    'declareContinuityEvent',
    {
      environment: 'PRODUCTION',
      title: 'Reports stopped',
      serviceIds: ['REPORTS'],
      distributorsAffectedPercent: 20,
      outageStartedAt: { instant: new Date(Date.now() - 3_600_000).toISOString() },
      expectedOutage: 'PT30H',
    },
    'continuityEvent { id }',
  );
  const input = { id: continuityEvent.id, english: 'Please wait.', requiresAcknowledgement: true };
  await rae.write('publishSituationReport', input, 'situationReport { id }');
  // Omar signed up for continuity events too: the notice and its report are one message.
  for (const updates of [asker, approver, foreign]) {
    const seen = await updates?.until((all) => about(all, continuityEvent.id).length > 1);
    expect(about(seen, continuityEvent.id).map(({ code }) => code)).toEqual([
      'notice.continuity_declared',
      'notice.report_to_acknowledge',
    ]);
  }
  expect(about(asker?.messages, serviceRequest.id)).toEqual([]);
  expect(about(foreign?.messages, serviceRequest.id)).toEqual([]);
});

function partners<Logins extends string[]>(...logins: Logins) {
  return logins.map((login) => new Partner(desk.url, login)) as { [Index in keyof Logins]: Partner };
}

async function listen(who: Partner): Promise<Listener<Update>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Update>(client, 'notificationUpdates', SELECTION);
}

function unread(who: Partner): Promise<number> {
  return who.get<{ unreadCount: number }>('{ myInbox { unreadCount } }').then(({ unreadCount }) => unreadCount);
}
