import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { RedisStream } from '@desk/kit/log/redis-stream';
import type { EventStream } from '@desk/kit/log/stream';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { reached, startGround, type Ground, type TestGateway } from '../ground.fixture.ts';
import { connect, subscribe, subscribeAndResume } from '../inbox.fixture.ts';

const UPDATES = `subscription ($after: Cursor, $delivery: Delivery) {
  incidentUpdates(after: $after, delivery: $delivery) { cursor incidentId incident { number } }
}`;

const REDIS_URL = process.env['REDIS_URL'];
/** Where events travel, and how often the gateway is killed there. */
const STREAMS: { where: string; stream: () => EventStream; kills: number }[] = [
  { where: 'in process', stream: () => new MemoryStream(), kills: 10 },
];
if (REDIS_URL) {
  STREAMS.push({
    where: 'over Redis',
    stream: () => new RedisStream(REDIS_URL, `live-${randomUUID()}:`, () => {}),
    kills: 3,
  });
}

let ground: Ground;
let gateway: TestGateway;
const clients: Client[] = [];

/** A client that comes back at once, again and again, as the portal does. */
function signIn(login = 'per_ann', params: Record<string, unknown> = {}): Client {
  const client = connect(
    gateway.url,
    { token: login, ...params },
    {
      retryAttempts: 1_000,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
    },
  );
  clients.push(client);
  return client;
}

const subscribed = (count: number) => reached(() => gateway.live.stats.subscriptions === count);
const cursorsTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `tickets:1-${first + i}`);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await ground.close();
});

describe.each(STREAMS)('events $where', ({ stream, kills }) => {
  beforeEach(async () => {
    ground = await startGround(stream());
    gateway = await ground.startGateway();
  });

  test(`no event is missing, doubled or out of order over ${kills} killed gateways, 5 clients and ${200 * kills} events`, async () => {
    const inboxes = Array.from({ length: 5 }, () => subscribeAndResume(signIn(), UPDATES));
    await subscribed(5);
    const { port } = gateway;
    const writeHundred = async () => {
      for (let i = 0; i < 100; i += 5)
        await ground.tickets.write(...[0, 1, 2, 3, 4].map((n) => ({ incidentId: `inc_${(i + n) % 7}` })));
    };
    for (let round = 0; round < kills; round += 1) {
      await writeHundred();
      await inboxes[round % 5]?.count(round * 200 + 50);
      await gateway.kill();
      await writeHundred();
      gateway = await ground.startGateway({ port });
    }
    await Promise.all(inboxes.map((inbox) => inbox.count(200 * kills)));
    for (const { cursors } of inboxes) expect(cursors).toEqual(cursorsTo(1, 200 * kills));
  });

  test('a client that was away while the gateway ran receives what it missed, then what comes', async () => {
    const first = subscribe(signIn(), UPDATES);
    await subscribed(1);
    await ground.tickets.write({}, {}, {});
    await first.count(3);
    first.leave();
    await subscribed(0);
    await ground.tickets.write({}, {}, {}, {});
    const again = subscribe(signIn(), UPDATES, { after: first.cursors.at(1) });
    await again.count(5);
    await ground.tickets.write({});
    await again.count(6);
    expect(again.cursors).toEqual(cursorsTo(3, 8));
  });
});

describe('what was missed', () => {
  beforeEach(async () => {
    ground = await startGround();
    gateway = await ground.startGateway();
  });

  test('is known to who has received nothing yet, by the cursor with which the connection was acknowledged', async () => {
    await ground.tickets.write({}, {});
    await reached(() => gateway.live.stats.events === 2);
    const client = signIn();
    const acknowledged = new Promise<unknown>((resolve) => client.on('connected', (_, payload) => resolve(payload)));
    const other = subscribe(client, UPDATES);
    expect(await acknowledged).toMatchObject({ cursors: { incidentUpdates: 'tickets:1-2' } });
    await ground.tickets.write({}, {}, {});
    await reached(() => gateway.live.stats.events === 5);
    const inbox = subscribe(client, UPDATES, { after: 'tickets:1-2' });
    await inbox.count(3);
    expect(inbox.cursors).toEqual(cursorsTo(3, 5));
    other.leave();
  });

  test('comes from memory: the service is not asked', async () => {
    await ground.tickets.write(...Array.from({ length: 100 }, () => ({})));
    await reached(() => gateway.live.stats.events === 100);
    const before = ground.tickets.pulls.length;
    await subscribe(signIn(), UPDATES, { after: 'tickets:1-1' }).count(99);
    expect(ground.tickets.pulls.slice(before).filter((pos) => pos < 100)).toEqual([]);
  });

  test('comes from the log where memory does not reach, in pages', async () => {
    await ground.tickets.write(...Array.from({ length: 2_500 }, (_, i) => ({ incidentId: `inc_${i % 900}` })));
    await gateway.stop();
    gateway = await ground.startGateway();
    const before = ground.tickets.pulls.length;
    // More than a thousand messages: one for each incident, the newest, in order.
    const inbox = subscribe(signIn(), UPDATES, { after: 'tickets:1-100' });
    await inbox.count(900);
    expect(inbox.cursors).toEqual(cursorsTo(1_601, 2_500));
    const pages = ground.tickets.pulls.slice(before).filter((pos) => pos < 2_500);
    expect(pages).toEqual([100, 300, 500, 700, 900, 1_100, 1_300]);
  });

  test('is every message for who wants all', async () => {
    await ground.tickets.write(...Array.from({ length: 1_500 }, () => ({})));
    const inbox = subscribe(signIn(), UPDATES, { after: 'tickets:1-0', delivery: 'ALL' });
    await reached(() => gateway.live.stats.events === 1_500);
    await inbox.count(1_500);
    expect(inbox.cursors).toEqual(cursorsTo(1, 1_500));
  });

  test('is executed once for all who missed the same', async () => {
    await ground.tickets.write(...Array.from({ length: 50 }, () => ({})));
    await reached(() => gateway.live.stats.events === 50);
    const { executions } = gateway.live.stats;
    const inboxes = Array.from({ length: 5 }, () => subscribe(signIn(), UPDATES, { after: 'tickets:1-0' }));
    await Promise.all(inboxes.map((inbox) => inbox.count(50)));
    expect(gateway.live.stats.executions - executions).toBeLessThan(5 * 50);
    expect(gateway.live.stats.replayed).toBe(5 * 50);
  });

  test('is kept for others who missed the same as far as its memory goes, and made again beyond', async () => {
    // A tenth of a megabyte each, of which one megabyte is kept; the system's own buffers take some of them.
    await ground.tickets.write(...Array.from({ length: 200 }, (_, n) => ({ incidentId: `inc_long${n}` })));
    await reached(() => gateway.live.stats.events === 200);
    const query = 'subscription ($after: Cursor) { incidentUpdates(after: $after) { cursor incident { title } } }';
    const stalled = new WebSocket(gateway.url, 'graphql-transport-ws');
    await once(stalled, 'open');
    stalled.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_ann' } }));
    await once(stalled, 'message');
    const payload = { query, variables: { after: 'tickets:1-0' } };
    stalled.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
    stalled.pause();
    await reached(() => gateway.live.stats.executions > 30);
    const inbox = subscribe(signIn(), query, { after: 'tickets:1-0' });
    await inbox.count(200);
    expect(inbox.cursors).toEqual(cursorsTo(1, 200));
    expect(gateway.live.stats.executions).toBeGreaterThan(200);
    stalled.terminate();
  });

  test('is joined with what arrives meanwhile: nothing between the two, nothing in both', async () => {
    await ground.tickets.write(...Array.from({ length: 300 }, () => ({})));
    // A client on a busy machine falls behind: nothing may be left out for it, and it may have to come back.
    const inbox = subscribeAndResume(signIn(), UPDATES, { after: 'tickets:1-0', delivery: 'ALL' });
    for (let i = 0; i < 300; i += 1) {
      await ground.tickets.write({});
      await new Promise((resolve) => setImmediate(resolve));
    }
    await inbox.count(600);
    expect(inbox.cursors).toEqual(cursorsTo(1, 600));
  });
});

test('an event that is being resolved when a subscriber joins reaches it once if it missed the event, and else not at all', async () => {
  ground = await startGround();
  gateway = await ground.startGateway();
  const there = subscribe(signIn(), UPDATES);
  await subscribed(1);
  const first = await ground.tickets.write({});
  await there.count(1);
  const open = ground.closeGate();
  const { executions } = gateway.live.stats;
  const second = await ground.tickets.write({});
  await reached(() => gateway.live.stats.executions > executions);
  const [returning, joining] = [subscribe(signIn(), UPDATES, { after: first }), subscribe(signIn(), UPDATES)];
  await subscribed(3);
  open();
  await Promise.all([there.count(2), returning.count(1)]);
  const third = await ground.tickets.write({});
  await Promise.all([there.count(3), returning.count(2), joining.count(1)]);
  expect([there, returning, joining].map(({ cursors }) => cursors)).toEqual([
    [first, second, third],
    [second, third],
    [third],
  ]);
});

describe('a cursor that leads nowhere ends the subscription with CURSOR_EXPIRED', () => {
  beforeEach(async () => {
    ground = await startGround();
    await ground.tickets.write(...Array.from({ length: 3 }, () => ({})));
    gateway = await ground.startGateway();
  });

  const ends = async (after: string) => {
    const inbox = subscribe(signIn(), UPDATES, { after });
    await inbox.until(({ errors }) => errors !== null);
    expect(inbox.errors?.[0]).toMatchObject({
      extensions: { code: 'CURSOR_EXPIRED', requestId: expect.stringMatching(/^live-/) },
    });
    expect(inbox.messages).toEqual([]);
    await subscribed(0);
  };

  test('from the future of this log', () => ends('tickets:1-99'));
  test('from before a restore', () => ends('tickets:0-2'));
  test('older than what is kept', async () => {
    await ground.tickets.write(...Array.from({ length: 1_500 }, () => ({})));
    await gateway.stop();
    gateway = await ground.startGateway();
    ground.tickets.trimmedTo = 100;
    await ends('tickets:1-3');
  });
  test('too many records ago', async () => {
    await ground.tickets.write(...Array.from({ length: 1_001 }, (_, i) => ({ incidentId: `inc_${i}` })));
    await reached(() => gateway.live.stats.events === 1_001);
    await ends('tickets:1-3');
  });
  test('too many events ago', async () => {
    await ground.tickets.write(...Array.from({ length: 10_001 }, () => ({})));
    await reached(() => gateway.live.stats.events === 10_001);
    await ends('tickets:1-3');
  });
});

test('a cursor from a gateway that has read further is good, and nothing comes twice', async () => {
  const stream = new MemoryStream();
  ground = await startGround(stream);
  gateway = await ground.startGateway();
  // The log is ahead of what this gateway was sent.
  const append = stream.append.bind(stream);
  const late: Parameters<typeof append>[] = [];
  stream.append = async (...args) => void late.push(args);
  await ground.tickets.write({}, {}, {});
  const inbox = subscribe(signIn(), UPDATES, { after: 'tickets:1-2' });
  await subscribed(1);
  for (const args of late) await append(...args);
  await inbox.count(1);
  expect(inbox.cursors).toEqual(['tickets:1-3']);
});

test('a log that was restored ends its subscriptions with CURSOR_EXPIRED', async () => {
  ground = await startGround();
  await ground.tickets.write({}, {}, {});
  gateway = await ground.startGateway();
  const inbox = subscribe(signIn(), UPDATES);
  await subscribed(1);
  ground.tickets.restore(2);
  await ground.tickets.write({});
  await inbox.until(({ errors }) => errors !== null);
  expect(inbox.errors?.[0]).toMatchObject({
    extensions: { code: 'CURSOR_EXPIRED', requestId: expect.stringMatching(/^live-/) },
  });
});

test('events still arrive, within the time of a pull, while the stream is down', async () => {
  const stream = new MemoryStream();
  ground = await startGround(stream);
  gateway = await ground.startGateway();
  const inbox = subscribe(signIn(), UPDATES);
  await subscribed(1);
  const down = () => Promise.reject(new Error('the stream is down'));
  Object.assign(stream, { read: down, last: down, append: async () => {} });
  await ground.tickets.write({}, {});
  await inbox.count(2);
  expect(inbox.cursors).toEqual(cursorsTo(1, 2));
});

test('a burst beyond what can be executed is made shorter for who allows it, and stays whole for who does not', async () => {
  ground = await startGround();
  gateway = await ground.startGateway();
  const [some, all] = [subscribe(signIn(), UPDATES), subscribe(signIn(), UPDATES, { delivery: 'ALL' })];
  await subscribed(2);
  await ground.tickets.write(...Array.from({ length: 1_000 }, (_, i) => ({ incidentId: `inc_${i % 2}` })));
  await Promise.all([all.count(1_000), some.until(({ cursors }) => cursors.at(-1) === 'tickets:1-1000')]);
  expect(all.cursors).toEqual(cursorsTo(1, 1_000));
  expect(some.cursors.length).toBeLessThan(1_000);
  const positions = some.cursors.map((cursor) => Number(cursor.split('-')[1]));
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
});
