import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { badInput } from '@desk/kit/api/errors';
import { notAnId } from '@desk/kit/api/input';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { buildPrincipal, reached, startGround, type Ground, type TestGateway } from '../ground.fixture.ts';
import { connect, subscribe, subscribeAndResume } from '../inbox.fixture.ts';

const UPDATES = `subscription ($after: Cursor, $delivery: Delivery) {
  incidentUpdates(after: $after, delivery: $delivery) { cursor incidentId incident { title } }
}`;

let ground: Ground;
let gateway: TestGateway;
const clients: Client[] = [];
const sockets: WebSocket[] = [];

function signIn(login: string | Record<string, unknown>, options: Parameters<typeof connect>[2] = {}): Client {
  const client = connect(gateway.url, login, options);
  clients.push(client);
  return client;
}

/** A client that says only what the test says. */
async function open(
  options: { port?: number; protocol?: string; path?: string; origin?: string } = {},
): Promise<WebSocket> {
  const { port = gateway.port, protocol = 'graphql-transport-ws', path = '/graphql', origin } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, { ...(origin ? { origin } : {}) });
  sockets.push(socket);
  await once(socket, 'open');
  return socket;
}

async function init(socket: WebSocket, login = 'per_ann'): Promise<void> {
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token: login } }));
  await once(socket, 'message');
}

const closed = async (socket: WebSocket): Promise<number> => Number((await once(socket, 'close'))[0]);
const subscribed = (count: number) => reached(() => gateway.live.stats.subscriptions === count);

beforeAll(async () => {
  ground = await startGround();
  gateway = await ground.startGateway({
    socketLimits: { AGENT: { sockets: 3, subscriptionsPerSocket: 2, subscriptions: 4 }, initMs: 300, closeMs: 1_000 },
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  for (const socket of sockets.splice(0)) socket.terminate();
  await reached(() => gateway.live.stats.sockets === 0);
});
afterAll(async () => ground.close());

describe('an upgrade is refused', () => {
  const status = async (options: Parameters<typeof open>[0]) => {
    const problem = await open(options).then(
      () => 'opened',
      (error: Error) => error.message,
    );
    return /\d{3}/.exec(problem)?.[0] ?? problem;
  };

  test('with 403 from a page of another origin', async () => {
    expect(await status({ origin: 'http://evil.test' })).toBe('403');
  });
  test('with 404 anywhere but at /graphql', async () => {
    expect(await status({ path: '/other' })).toBe('404');
  });
  test('not from a page of the desk', async () => {
    expect(await status({ origin: 'http://desk.test' })).toBe('opened');
  });
  test('with 503 while too many sockets are unnamed, until one of them names its caller or leaves', async () => {
    const narrow = await ground.startGateway({ socketLimits: { socketsUnnamed: 2 } });
    const { port, live } = narrow;
    const [first, second] = [await open({ port }), await open({ port })];
    expect(await status({ port })).toBe('503');
    await init(first);
    expect([await status({ port }), await status({ port })]).toEqual(['opened', '503']);
    second.terminate();
    await reached(() => live.stats.sockets === 2);
    expect(await status({ port })).toBe('opened');
    await narrow.stop();
  });
  test('with 503 where callers have all places; an unnamed socket takes none of them', async () => {
    const narrow = await ground.startGateway({ socketLimits: { sockets: 1 } });
    const { port } = narrow;
    const [first] = [await open({ port }), await open({ port })];
    await init(first);
    expect(await status({ port })).toBe('503');
    await narrow.stop();
  });
});

describe('a socket is closed', () => {
  test('with 4406 when it speaks another protocol', async () => {
    const socket = new WebSocket(gateway.url, 'graphql-ws');
    sockets.push(socket);
    const [problem] = (await Promise.race([once(socket, 'error'), once(socket, 'close')])) as [Error | number];
    expect(problem instanceof Error ? problem.message : problem).toMatch(/subprotocol/);
  });
  test('with 4408 when it does not name its caller', async () => {
    expect(await closed(await open())).toBe(4408);
  });
  test('with 4401 without a token', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'connection_init' }));
    expect(await closed(socket)).toBe(4401);
  });
  test('with 4403 for a token that is over by now', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_ann', livesMs: -1 } }));
    expect(await closed(socket)).toBe(4403);
  });
  test('with 4403 for a person whom the directory does not know', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_nobody' } }));
    expect(await closed(socket)).toBe(4403);
  });
  test('with 4400 for parameters that no new token mends', async () => {
    const strict = await ground.startGateway({
      authenticate: async () => {
        throw badInput([{ path: 'actingFor.0', ...notAnId(['org']) }]);
      },
    });
    const socket = await open({ port: strict.port });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_bob', actingFor: ['LDC-001'] } }));
    expect(await closed(socket)).toBe(4400);
    await strict.stop();
  });
  test('with 4429 when it says who it is twice', async () => {
    const socket = await open();
    await init(socket);
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_bob' } }));
    expect(await closed(socket)).toBe(4429);
  });
  test('with 4400 for what is no message', async () => {
    const socket = await open();
    socket.send('hello');
    expect(await closed(socket)).toBe(4400);
  });
  test('with 4401 when it subscribes before it says who it is', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: UPDATES } }));
    expect(await closed(socket)).toBe(4401);
  });
  test('with 4409 when two operations have one id', async () => {
    const socket = await open();
    await init(socket);
    for (let i = 0; i < 2; i += 1)
      socket.send(JSON.stringify({ type: 'subscribe', id: 'same', payload: { query: UPDATES } }));
    expect(await closed(socket)).toBe(4409);
  });
  test('with 1009 for a message above 64 KiB', async () => {
    const socket = await open();
    socket.send('x'.repeat(64 * 1024 + 1));
    expect(await closed(socket)).toBe(1009);
  });
  test('with 1008 for a message in more than 16 pieces', async () => {
    const socket = await open();
    for (let i = 0; i < 20; i += 1) socket.send('x', { fin: false });
    expect(await closed(socket)).toBe(1008);
  });
  test.each(['message', 'ping'])('with 1008 when it floods the desk by %ss', async (by) => {
    const socket = await open();
    await init(socket);
    for (let i = 0; i < 50; i += 1) {
      if (by === 'ping') socket.ping();
      else socket.send(JSON.stringify({ type: 'ping' }));
    }
    expect(await closed(socket)).toBe(1008);
  });
  test('with 4429 beyond the sockets that one principal may have; another may', async () => {
    for (let i = 0; i < 3; i += 1) await init(await open());
    const socket = await open();
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'per_ann' } }));
    expect(await closed(socket)).toBe(4429);
    const other = await open();
    await init(other, 'per_bob');
    expect(other.readyState).toBe(WebSocket.OPEN);
  });
});

describe('a subscription is refused under its id with RATE_LIMITED', () => {
  test.each([
    ['on one socket', [2]],
    ['over all sockets of a principal', [2, 2, 0]],
  ])('beyond the number %s', async (_where, running) => {
    const mine = running.map((count) => ({ client: signIn('per_ann'), count }));
    for (const { client, count } of mine) for (let i = 0; i < count; i += 1) subscribe(client, UPDATES);
    await subscribed(running.reduce((sum, count) => sum + count));
    const inbox = subscribe(mine.at(-1)?.client as Client, UPDATES);
    await inbox.until(({ errors }) => errors !== null);
    expect(inbox.errors?.[0]).toMatchObject({
      extensions: { code: 'RATE_LIMITED', limit: 'subscriptions', retryAfterMs: expect.any(Number) },
    });
  });

  test('and not once an earlier one has ended', async () => {
    const client = signIn('per_ann');
    const [first] = [subscribe(client, UPDATES), subscribe(client, UPDATES)];
    await subscribed(2);
    first.leave();
    await subscribed(1);
    subscribe(client, UPDATES);
    await subscribed(2);
  });
});

describe('an operation lives under its own identity', () => {
  const say = (socket: WebSocket, ...messages: object[]) => {
    // In one packet, as a client does that changes its filter.
    for (const message of messages) socket.send(JSON.stringify(message));
  };
  const heard = (socket: WebSocket) => {
    const messages: { type: string; id?: string; payload: unknown }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as (typeof messages)[0]));
    return messages;
  };
  const subscribing = (id: string, query = UPDATES) => ({ type: 'subscribe', id, payload: { query } });

  test('the client’s id may be used again as soon as it was completed', async () => {
    const socket = await open();
    await init(socket);
    const messages = heard(socket);
    const titles = 'subscription { incidentUpdates { incident { title } } }';
    say(socket, subscribing('1'), { type: 'complete', id: '1' }, subscribing('1', titles));
    await subscribed(1);
    say(
      socket,
      { type: 'complete', id: '1' },
      subscribing('1', titles),
      { type: 'complete', id: '1' },
      subscribing('1'),
    );
    await subscribed(1);
    await reached(() => {
      // Which of the operations counts is not seen from outside: something happens until one hears of it.
      void ground.tickets.write({});
      return messages.some(({ type }) => type === 'next');
    });
    const last = messages.at(-1);
    expect([last?.type, last?.id]).toEqual(['next', '1']);
    expect(last?.payload).toMatchObject({ data: { incidentUpdates: { cursor: expect.any(String) } } });
    expect(messages.filter(({ type }) => type !== 'next')).toEqual([]);
    say(socket, { type: 'complete', id: '1' });
    await subscribed(0);
  });

  test('a refusal names the request, each another one', async () => {
    const sockets = [await open(), await open()] as const;
    const ids: unknown[] = [];
    for (const socket of sockets) {
      await init(socket);
      const messages = heard(socket);
      for (const id of ['1', '2']) say(socket, subscribing(id, 'subscription { nothing }'));
      await reached(() => messages.length === 2);
      const errors = messages.flatMap(({ payload }) => payload as { extensions: { requestId?: string } }[]);
      ids.push(...errors.map(({ extensions }) => extensions.requestId));
    }
    expect([new Set(ids).size, ids.every((id) => typeof id === 'string')]).toEqual([4, true]);
  });
});

describe('rights that end', () => {
  /** The codes with which a client's sockets were closed. */
  const watched = (login: string | Record<string, unknown>, retryAttempts = 100) => {
    const codes: number[] = [];
    const client = signIn(login, {
      retryAttempts,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
      on: { closed: (event) => void codes.push((event as { code: number }).code) },
    });
    return { client, codes };
  };

  test('close the socket with 4403 at the end of the token, and nothing is missed', async () => {
    const { client, codes } = watched({ token: 'per_ann', livesMs: 300 });
    const inbox = subscribeAndResume(client, UPDATES);
    await subscribed(1);
    const first = ground.tickets.head + 1;
    for (let i = 0; i < 40; i += 1) {
      await ground.tickets.write({});
      await inbox.count(i + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(inbox.cursors).toEqual(Array.from({ length: 40 }, (_, i) => `tickets:1-${first + i}`));
    expect(new Set(codes)).toEqual(new Set([4403]));
  });

  test("close the socket with 4403 when the principal's memberships change", async () => {
    const { client, codes } = watched('per_ann');
    const inbox = subscribeAndResume(client, UPDATES);
    await subscribed(1);
    const before = ground.people.get('per_ann') as ReturnType<typeof buildPrincipal>;
    const memberships = [{ organizationId: 'org_b', organizationType: 'LDC' as const, roles: ['LDC_USER' as const] }];
    ground.people.set('per_ann', { ...before, memberships });
    await ground.directory.writeRaw('person.changed', { recordId: 'per_ann' });
    await reached(() => codes.length > 0);
    await subscribed(1);
    await ground.tickets.write({ incidentId: 'inc_1' }, { incidentId: 'inc_b1', organizationId: 'org_b' });
    await inbox.count(1);
    expect(codes).toEqual([4403]);
    expect(inbox.envelopes.map(({ incidentId }) => incidentId)).toEqual(['inc_b1']);
    ground.people.set('per_ann', before);
    await ground.directory.writeRaw('person.changed', { recordId: 'per_ann' });
  });

  test('close the socket of who is no longer active, and open none again', async () => {
    const gone = buildPrincipal({ id: 'per_gone' });
    ground.people.set('per_gone', gone);
    const { client, codes } = watched('per_gone', 2);
    const inbox = subscribe(client, UPDATES);
    await subscribed(1);
    ground.people.set('per_gone', { ...gone, active: false });
    await ground.directory.writeRaw('authorization.revoked', { recordId: 'aut_1' });
    await inbox.until(({ errors }) => errors !== null);
    expect(codes).toEqual([4403, 4403, 4403]);
    expect(gateway.live.stats.subscriptions).toBe(0);
  });

  test('a change of another person closes nothing', async () => {
    const { client, codes } = watched('per_ann');
    const inbox = subscribe(client, UPDATES);
    await subscribed(1);
    ground.people.set('per_new', buildPrincipal({ id: 'per_new' }));
    await ground.directory.writeRaw('person.created', { recordId: 'per_new' });
    await ground.directory.writeRaw('organization.changed', { recordId: 'org_b' });
    await ground.tickets.write({});
    await inbox.count(1);
    expect(codes).toEqual([]);
  });
});

describe('a client that stops reading', () => {
  const subscribeRaw = (socket: WebSocket, delivery: string) =>
    socket.send(
      JSON.stringify({
        type: 'subscribe',
        id: randomBytes(8).toString('hex'),
        payload: { query: UPDATES, variables: { delivery } },
      }),
    );
  /** Stops taking bytes from the network, as a client does whose process hangs. */
  const stall = (socket: WebSocket) => socket.pause();

  test.each([
    ['is closed with 1013 when it wants every message; its peers receive all', true, 1013],
    ['is cut off, without a code, when it does not even take the closing', false, 1006],
  ])('%s', async (_promise, wakes, code) => {
    const slow = await open();
    await init(slow);
    subscribeRaw(slow, 'ALL');
    const fast = subscribe(signIn('per_ana'), UPDATES, { delivery: 'ALL' });
    await subscribed(2);
    stall(slow);
    const { tooSlow } = gateway.live.stats;
    // More than the system's own buffers take, with 100 KB in each message.
    for (let i = 0; gateway.live.stats.tooSlow === tooSlow && i < 400; i += 1) {
      await ground.tickets.write({ incidentId: `inc_long${i % 3}` });
      await fast.count(i + 1);
    }
    expect(gateway.live.stats.tooSlow - tooSlow).toBe(1);
    expect(fast.errors).toBeNull();
    await subscribed(1);
    const ended = closed(slow);
    if (wakes) slow.resume();
    await reached(() => gateway.live.stats.sockets === 1);
    if (!wakes) slow.resume();
    expect(await ended).toBe(code);
  });

  test('keeps its socket when newer messages may replace older ones, and ends with the newest of each record', async () => {
    const slow = await open();
    await init(slow);
    subscribeRaw(slow, 'COALESCE');
    const fast = subscribe(signIn('per_ana'), UPDATES);
    await subscribed(2);
    const received: string[] = [];
    slow.on('message', (data) => {
      const { payload } = JSON.parse((data as Buffer).toString()) as {
        payload: { data: { incidentUpdates: { cursor: string } } };
      };
      received.push(payload.data.incidentUpdates.cursor);
    });
    stall(slow);
    const { coalesced, tooSlow } = gateway.live.stats;
    let last = '';
    for (let i = 0; i < 200; i += 1) {
      // The last three come in another order than those they replace.
      last = await ground.tickets.write({ incidentId: `inc_long${i < 197 ? i % 3 : 199 - i}` });
      await fast.count(i + 1);
    }
    expect(gateway.live.stats.coalesced - coalesced).toBeGreaterThan(50);
    expect(gateway.live.stats.tooSlow).toBe(tooSlow);
    slow.resume();
    await reached(() => received.at(-1) === last);
    expect(received.length).toBeLessThan(200);
    expect(received).toEqual([...new Set(received)].sort((a, b) => Number(a.split('-')[1]) - Number(b.split('-')[1])));
  });
});

describe('the end of a gateway', () => {
  test('closes its sockets with 1001 in batches over the given time and in random order; no event is missed', async () => {
    const { port } = gateway;
    await gateway.stop();
    gateway = await ground.startGateway({
      port,
      staggerMs: 500,
      socketLimits: { AGENT: { sockets: 50, subscriptionsPerSocket: 2, subscriptions: 50 } },
    });
    const closes: { at: number; code: number; index: number }[] = [];
    const inboxes = Array.from({ length: 20 }, (_, index) => {
      const client = signIn('per_ann', {
        retryAttempts: 1_000,
        shouldRetry: () => true,
        retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
        on: {
          closed: (event) => {
            const { code } = event as { code: number };
            if (code === 1001) closes.push({ at: performance.now(), code, index });
          },
        },
      });
      return subscribeAndResume(client, UPDATES);
    });
    await subscribed(20);
    const first = await ground.tickets.write({});
    await Promise.all(inboxes.map((inbox) => inbox.count(1)));
    const stopping = gateway.stop();
    const second = await ground.tickets.write({});
    await stopping;
    const third = await ground.tickets.write({});
    gateway = await ground.startGateway({
      port,
      socketLimits: { AGENT: { sockets: 50, subscriptionsPerSocket: 2, subscriptions: 50 } },
    });
    await Promise.all(inboxes.map((inbox) => inbox.count(3)));
    for (const { cursors } of inboxes) expect(cursors).toEqual([first, second, third]);
    expect(closes.length).toBe(20);
    expect(Math.max(...closes.map(({ at }) => at)) - Math.min(...closes.map(({ at }) => at))).toBeGreaterThan(300);
    expect(closes.map(({ index }) => index)).not.toEqual(inboxes.map((_, index) => index));
  });
});
