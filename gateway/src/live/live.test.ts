import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Principal } from '@desk/directory/principal/principal';
import type { Client } from 'graphql-ws';
import { reachOf } from '@desk/kit/api/viewer';
import { supergraphSdl } from '@desk/schema/sdl';
import { buildPrincipal, reached, startGround, type Ground, type TestGateway } from '../ground.fixture.ts';
import { connect, subscribe } from '../inbox.fixture.ts';
import { createRateLimiter, RATES, type RateLimiter, type Rates } from '../limits/rate-limit.ts';

const UPDATES = `subscription ($after: Cursor, $filter: IncidentUpdatesFilter, $delivery: Delivery) {
  incidentUpdates(after: $after, filter: $filter, delivery: $delivery) {
    cursor kind version changedFields incidentId incident { number organization { name } }
  }
}`;
const COUNTS = `subscription { incidentQueueCounts { cursor at counts { open } } }`;

let ground: Ground;
let gateway: TestGateway;
const clients: Client[] = [];

/** A client that is put away after the test. */
function signIn(login: string | Record<string, unknown>, url = gateway.url): Client {
  const client = connect(url, login);
  clients.push(client);
  return client;
}

/** A limiter over a clock that stands: points do not flow back. */
function buildLimiter(agents: Partial<Rates>) {
  return createRateLimiter(() => 0, { rates: { ...RATES, AGENT: { ...RATES.AGENT, ...agents } } });
}

type Scopes = Principal['authorizations'][number]['scopes'];

/** An agent to whom org_a granted some scopes. */
const buildAgent = (id: string, scopes: Scopes) =>
  buildPrincipal({
    id,
    memberships: [{ organizationId: 'org_agent', organizationType: 'AGENT', roles: ['AGENT_USER'] }],
    authorizations: [
      {
        id: `aut_${id}`,
        organizationId: 'org_a',
        scopes,
        validFrom: '2020-01-01T00:00:00.000Z',
        validTo: '2099-01-01T00:00:00.000Z',
      },
    ],
  });

/** Resolves when the gateway has so many subscriptions. */
const subscribed = (count: number) => reached(() => gateway.live.stats.subscriptions === count);

beforeAll(async () => {
  ground = await startGround();
  gateway = await ground.startGateway({
    socketLimits: { AGENT: { sockets: 200, subscriptionsPerSocket: 10, subscriptions: 2_000 }, messagesBurst: 100 },
    // One person subscribes a thousand times here.
    limiter: buildLimiter({ bucketPoints: 100_000 }),
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await subscribed(0);
});
afterAll(async () => ground.close());

describe('one event', () => {
  test('arrives once, as an envelope, with fields of two subgraphs', async () => {
    const inbox = subscribe(signIn('per_ann'), UPDATES);
    await subscribed(1);
    const cursor = await ground.tickets.write({ incidentId: 'inc_7', kind: 'HELD' });
    expect(await inbox.count(1)).toEqual([
      {
        data: {
          incidentUpdates: {
            cursor,
            kind: 'HELD',
            version: 1,
            changedFields: ['state'],
            incidentId: 'inc_7',
            incident: { number: 'INC-7', organization: { name: 'Name of org_a' } },
          },
        },
      },
    ]);
  });

  test('is executed once, made text once and asked of each subgraph once for 1,000 subscribers of one scope', async () => {
    const inboxes = Array.from({ length: 100 }, () => signIn('per_ann')).flatMap((client) =>
      Array.from({ length: 10 }, () => subscribe(client, UPDATES)),
    );
    await subscribed(1_000);
    const before = { ...gateway.live.stats };
    const calls = (subgraph: string) => ground.runtime.metrics.counts.get(subgraph)?.requests ?? 0;
    const [tickets, directory] = [calls('tickets'), calls('directory')];
    ground.storeCalls.clear();

    await ground.tickets.write({});
    await Promise.all(inboxes.map((inbox) => inbox.count(1)));

    const after = gateway.live.stats;
    expect({
      groups: after.groups,
      executions: after.executions - before.executions,
      stringifies: after.stringifies - before.stringifies,
      delivered: after.delivered - before.delivered,
      tickets: calls('tickets') - tickets,
      directory: calls('directory') - directory,
      storeCalls: Object.fromEntries(ground.storeCalls),
    }).toEqual({
      groups: 1,
      executions: 1,
      stringifies: 1,
      delivered: 1_000,
      tickets: 1,
      directory: 1,
      storeCalls: { Incident: 1, Organization: 1 },
    });
  });

  test('that every organization may learn of reaches each viewer of an organization, by the same filter', async () => {
    const [own, other, filtered] = [signIn('per_ann'), signIn('per_bob'), signIn('per_bob')];
    const inboxes = [
      subscribe(own, UPDATES),
      subscribe(other, UPDATES),
      subscribe(filtered, UPDATES, { filter: { incidentId: ['inc_8'] } }),
    ];
    await subscribed(3);
    await ground.tickets.write({ incidentId: 'inc_7', organizationId: 'org_a' });
    const shown = await ground.tickets.write({ incidentId: 'inc_7', organizationId: 'org_a', published: true });
    const last = await ground.tickets.write({ incidentId: 'inc_8', organizationId: 'org_a', published: true });
    const cursors = async (inbox: (typeof inboxes)[number], count: number) =>
      (await inbox.count(count)).map(
        (message) => (message.data as { incidentUpdates: { cursor: string } }).incidentUpdates.cursor,
      );
    expect((await cursors(inboxes[0] as never, 3)).slice(1)).toEqual([shown, last]);
    expect(await cursors(inboxes[1] as never, 2)).toEqual([shown, last]);
    expect(await cursors(inboxes[2] as never, 1)).toEqual([last]);
  });

  test('reaches a document under its own aliases and fragments', async () => {
    const document = `subscription { ...Root }
      fragment Root on Subscription { changed: incidentUpdates { where: cursor incident { ...Short } } }
      fragment Short on Incident { nr: number }`;
    const inbox = subscribe(signIn('per_ann'), document);
    await subscribed(1);
    const cursor = await ground.tickets.write({ incidentId: 'inc_9' });
    expect(await inbox.count(1)).toEqual([{ data: { changed: { where: cursor, incident: { nr: 'INC-9' } } } }]);
  });

  test('tells who did it, through the directory', async () => {
    const document = `subscription { incidentUpdates { actor { kind person { name } } } }`;
    const inbox = subscribe(signIn('per_ann'), document);
    await subscribed(1);
    await ground.tickets.write({ personId: 'per_sam' });
    await inbox.count(1);
    expect(inbox.envelopes).toEqual([{ actor: { kind: 'PERSON', person: { name: 'Name of per_sam' } } }]);
  });
});

describe('who receives what', () => {
  test("another organization's event is neither delivered nor executed", async () => {
    const [ann, bob] = [subscribe(signIn('per_ann'), UPDATES), subscribe(signIn('per_bob'), UPDATES)];
    await subscribed(2);
    const { executions } = gateway.live.stats;
    await ground.tickets.write({ organizationId: 'org_b', incidentId: 'inc_b1' });
    await bob.count(1);
    await ground.tickets.write({ incidentId: 'inc_a1' });
    await ann.count(1);
    expect(ann.envelopes.map(({ incidentId }) => incidentId)).toEqual(['inc_a1']);
    expect(bob.envelopes.map(({ incidentId }) => incidentId)).toEqual(['inc_b1']);
    expect(gateway.live.stats.executions - executions).toBe(2);
  });

  test('staff receive the events of all organizations, and internal ones, which customers do not', async () => {
    const [ann, sam] = [subscribe(signIn('per_ann'), UPDATES), subscribe(signIn('per_sam'), UPDATES)];
    await subscribed(2);
    await ground.tickets.write(
      { internal: true },
      { organizationId: 'org_b', incidentId: 'inc_b1' },
      { kind: 'CLOSED' },
    );
    await Promise.all([sam.count(3), ann.count(1)]);
    expect(sam.envelopes.map(({ kind }) => kind)).toEqual(['HELD', 'HELD', 'CLOSED']);
    expect(ann.envelopes.map(({ kind }) => kind)).toEqual(['CLOSED']);
  });

  test('people of one organization with the same roles share an execution that asks nothing personal', async () => {
    ground.people.set('per_amy', buildPrincipal({ id: 'per_amy' }));
    subscribe(signIn('per_ann'), UPDATES);
    subscribe(signIn('per_amy'), UPDATES);
    await subscribed(2);
    expect(gateway.live.stats.groups).toBe(1);
  });

  test('an agent’s execution is read with the agent’s scopes, and shared by agents with the same scopes', async () => {
    const granted: Record<string, Scopes> = {
      per_aga: ['TICKETS_READ'],
      per_abe: ['TICKETS_READ'],
      per_ada: ['CHANGES_READ', 'TICKETS_READ'],
    };
    for (const [id, scopes] of Object.entries(granted)) ground.people.set(id, buildAgent(id, scopes));
    const inboxes = Object.keys(granted).map((token) => subscribe(signIn({ token, actingFor: ['org_a'] }), UPDATES));
    await subscribed(3);
    expect(gateway.live.stats.groups).toBe(2);
    ground.readers.length = 0;
    await ground.tickets.write({ incidentId: 'inc_8' });
    for (const inbox of inboxes) await inbox.count(1);
    expect(inboxes.map(({ envelopes }) => envelopes[0]?.['incident'])).toEqual(
      Array(3).fill({ number: 'INC-8', organization: { name: 'Name of org_a' } }),
    );
    const reaches = (scope: string) => ground.readers.map((viewer) => reachOf(viewer, scope).length).sort();
    expect([reaches('TICKETS_READ'), reaches('CHANGES_READ')]).toEqual([
      [2, 2],
      [1, 2],
    ]);
  });

  test('an agent receives nothing by a live field without a scope', async () => {
    ground.people.set('per_aga', buildAgent('per_aga', ['TICKETS_READ']));
    const before = subscribe(signIn('per_ann'), UPDATES);
    await subscribed(1);
    const sdl = supergraphSdl().replace('entity: "incident", scope: "TICKETS_READ"', 'entity: "incident"');
    expect(sdl).not.toBe(supergraphSdl());
    await ground.runtime.update(sdl);
    await before.until(({ errors }) => errors !== null);
    expect(before.errors?.[0]).toMatchObject({ extensions: { code: 'SCHEMA_CHANGED' } });
    const agent = subscribe(signIn({ token: 'per_aga', actingFor: ['org_a'] }), UPDATES);
    const own = subscribe(signIn('per_ann'), UPDATES);
    await subscribed(2);
    await ground.tickets.write({ incidentId: 'inc_1' }, { incidentId: 'inc_2', organizationId: 'org_agent' });
    await own.count(1);
    await agent.count(1);
    expect([agent, own].map(({ envelopes }) => envelopes.map(({ incidentId }) => incidentId))).toEqual([
      ['inc_2'],
      ['inc_1'],
    ]);
    await ground.runtime.update(supergraphSdl());
  });

  test('a field that depends on the person is read for each person', async () => {
    const document = `subscription { incidentUpdates { incident { allowedActions } } }`;
    const [ann, ana] = [subscribe(signIn('per_ann'), document), subscribe(signIn('per_ana'), document)];
    await subscribed(2);
    expect(gateway.live.stats.groups).toBe(2);
    await ground.tickets.write({});
    await Promise.all([ann.count(1), ana.count(1)]);
    expect(ann.envelopes).toEqual([{ incident: { allowedActions: ['COMMENT'] } }]);
    expect(ana.envelopes).toEqual([{ incident: { allowedActions: [] } }]);
  });

  test.each([
    ['incidentId', { incidentId: 'inc_2' }, ['inc_2']],
    ['organizationId', { organizationId: 'org_b' }, ['inc_b3']],
    ['kind', { kind: ['CLOSED', 'REOPENED'] }, ['inc_4']],
    ['priority, before or after the change', { priority: ['P1'] }, ['inc_5']],
    ['all conditions together', { kind: ['HELD'], priority: ['P2'] }, ['inc_6']],
  ])('a filter by %s', async (_what, filter, expected) => {
    const inbox = subscribe(signIn('per_sam'), UPDATES, { filter });
    const all = subscribe(signIn('per_sam'), UPDATES);
    await subscribed(2);
    const { executions } = gateway.live.stats;
    await ground.tickets.write(
      { incidentId: 'inc_2' },
      { incidentId: 'inc_b3', organizationId: 'org_b' },
      { incidentId: 'inc_4', kind: 'CLOSED', priority: ['P2'] },
      { incidentId: 'inc_5', priority: ['P1', 'P3'] },
      { incidentId: 'inc_6', priority: ['P2'] },
    );
    await all.count(5);
    await inbox.count(1);
    expect(inbox.envelopes.map(({ incidentId }) => incidentId)).toEqual(expected);
    expect(gateway.live.stats.executions - executions).toBe(5 + expected.length);
  });
});

describe('a live tally', () => {
  test('comes once at the start and again after an event', async () => {
    const inbox = subscribe(signIn('per_ann'), COUNTS);
    await inbox.count(1);
    const cursor = await ground.tickets.write({});
    await inbox.until(({ cursors }) => cursors.at(-1) === cursor);
    expect(inbox.envelopes[1]).toMatchObject({ cursor, counts: { open: ground.tickets.head } });
  });

  test('is made at most four times a second, however many events arrive, and ends with the newest', async () => {
    const inbox = subscribe(signIn('per_ann'), COUNTS);
    await inbox.count(1);
    const { executions } = gateway.live.stats;
    const started = performance.now();
    let cursor = '';
    for (let i = 0; i < 100; i += 1) cursor = await ground.tickets.write({});
    await inbox.until(({ cursors }) => cursors.at(-1) === cursor);
    const quarters = (performance.now() - started) / 250;
    expect(gateway.live.stats.executions - executions).toBeLessThanOrEqual(Math.ceil(quarters) + 1);
  });

  test('is shared by those who ask at the same time', async () => {
    const { executions } = gateway.live.stats;
    const inboxes = Array.from({ length: 10 }, () => subscribe(signIn('per_bob'), COUNTS));
    await Promise.all(inboxes.map((inbox) => inbox.count(1)));
    expect(gateway.live.stats.executions - executions).toBeLessThanOrEqual(2);
  });
});

describe('a part that is down', () => {
  test('leaves the rest of a message, a masked error, and recovers by itself', async () => {
    const [federated, plain] = [
      subscribe(signIn('per_ann'), UPDATES),
      subscribe(signIn('per_ann'), `subscription { incidentUpdates { cursor incident { number } } }`),
    ];
    await subscribed(2);
    await ground.stopSubgraph('directory');
    await ground.tickets.write({ incidentId: 'inc_3' });
    const [message] = await federated.count(1);
    await plain.count(1);
    expect(message).toMatchObject({
      data: { incidentUpdates: { incident: { number: 'INC-3', organization: null } } },
      errors: [
        {
          path: ['incidentUpdates', 'incident', 'organization'],
          extensions: { code: 'SERVICE_UNAVAILABLE', service: 'directory' },
        },
      ],
    });
    expect(JSON.stringify(message)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|http:/);
    expect(plain.messages[0]?.errors).toBeUndefined();

    await ground.startSubgraph('directory');
    await ground.tickets.write({ incidentId: 'inc_3' });
    const messages = await federated.count(2);
    expect(messages[1]).toMatchObject({
      data: { incidentUpdates: { incident: { organization: { name: 'Name of org_a' } } } },
    });
  });
});

describe('a part that is slow', () => {
  test('holds up only those who ask it for something', async () => {
    const slow = subscribe(signIn('per_ann'), UPDATES, { delivery: 'ALL' });
    const others = ['cursor', 'cursor actor { person { name } }'].map((selection) =>
      subscribe(signIn('per_ann'), `subscription { incidentUpdates(delivery: ALL) { ${selection} } }`),
    );
    await subscribed(3);
    const open = ground.closeGate();
    for (let count = 1; count <= 100; count += 1) await ground.tickets.write({ personId: 'per_sam' });
    for (const inbox of others) await inbox.count(100);
    expect(slow.messages).toEqual([]);
    open();
    await slow.count(100);
    expect(slow.cursors).toEqual(others[0]?.cursors);
  });
});

describe('what cannot be subscribed to', () => {
  const refused = async (query: string, variables = {}) => {
    const inbox = subscribe(signIn('per_ann'), query, variables);
    await inbox.until(({ errors }) => errors !== null);
    return inbox.errors?.[0];
  };

  test.each([
    ['a query', '{ me { id } }', 'BAD_USER_INPUT', /HTTP POST/],
    [
      'a mutation',
      'mutation { closeIncident(input: {id: "inc_1", expectedVersion: 1}) { incident { id } } }',
      'BAD_USER_INPUT',
      /HTTP POST/,
    ],
    ['what is not GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
    [
      'an unknown field',
      'subscription { incidentUpdates { cursr } }',
      'GRAPHQL_VALIDATION_FAILED',
      /Cannot query field "cursr"/,
    ],
    [
      'two fields at the root',
      'subscription { incidentUpdates { cursor } incidentQueueCounts { cursor } }',
      'GRAPHQL_VALIDATION_FAILED',
      /only one/,
    ],
    [
      'a field that is skipped',
      'subscription { incidentUpdates @skip(if: true) { cursor } }',
      'BAD_USER_INPUT',
      /must not skip/,
    ],
    [
      'a filter by a number in place of an id',
      'subscription { incidentUpdates(filter: { incidentId: ["inc_1", "INC-000033"] }) { cursor } }',
      'BAD_USER_INPUT',
      /filter\.incidentId\.1: must be an id that begins with inc_/,
    ],
    [
      'a filter by a code in place of an id',
      'subscription { incidentUpdates(filter: { organizationId: ["LDC-001"] }) { cursor } }',
      'BAD_USER_INPUT',
      /filter\.organizationId\.0: must be an id that begins with org_/,
    ],
    [
      'a cursor that is no text',
      'subscription { incidentUpdates(after: 7) { cursor } }',
      'BAD_USER_INPUT',
      /after: must be a text in quotes/,
    ],
    [
      'a document that is too deep',
      `subscription { incidentUpdates { incident { ${'comments(first: 1) { nodes { incident { '.repeat(4)} id ${'} } }'.repeat(4)} } } }`,
      'QUERY_TOO_COMPLEX',
      /./,
    ],
  ])('%s is refused under its id', async (_what, query, code, message) => {
    expect(await refused(query)).toMatchObject({
      extensions: { code },
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('no suggestion tells what else exists', async () => {
    expect((await refused('subscription { incidentUpdates { cursr } }'))?.message).not.toMatch(/Did you mean/);
  });

  test('a variable of the wrong type is named', async () => {
    const problem = await refused(UPDATES, { filter: { priority: 'P9' } });
    expect(problem).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'filter.priority' }] } });
  });

  test('a cursor that is none is refused', async () => {
    expect(await refused(UPDATES, { after: 'yesterday' })).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'after' }] },
    });
  });
});

describe('points', () => {
  /** A gateway of its own, whose callers have so many points and get none back. */
  const startRated = (bucketPoints: number) => ground.startGateway({ limiter: buildLimiter({ bucketPoints }) });

  test('are taken for a subscription as for an operation over HTTP; the refusal of a caller without points says when to come back', async () => {
    // Five for the new text, seven for each subscription; seven of the last one are missing.
    const rated = await startRated(5 + 3 * 7);
    const client = signIn('per_ann', rated.url);
    for (let running = 1; running <= 3; running += 1) {
      subscribe(client, UPDATES);
      await reached(() => rated.live.stats.subscriptions === running);
    }
    const refused = await subscribe(client, UPDATES).until(({ errors }) => errors !== null);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 'cost', retryAfterMs: 10 });
    expect(rated.live.stats.subscriptions).toBe(3);
    await rated.stop();
  });

  test('are taken for each message that is delivered', async () => {
    const charges: [string, number][] = [];
    const charge: RateLimiter['charge'] = ({ principalId }, points) => void charges.push([principalId, points]);
    const rated = await ground.startGateway({ limiter: { ...buildLimiter({}), charge } });
    const inbox = subscribe(signIn('per_ann', rated.url), UPDATES);
    await reached(() => rated.live.stats.subscriptions === 1);
    for (let count = 1; count <= 20; count += 1) {
      await ground.tickets.write({});
      await inbox.count(count);
    }
    const charged = () => charges.reduce((sum, [, points]) => sum + points, 0);
    await reached(() => charged() === 20);
    expect(new Set(charges.map(([who]) => who))).toEqual(new Set(['per_ann']));
    expect(charges.length).toBeLessThan(20);
    await rated.stop();
  });

  test('of what was delivered are taken before the next subscription is', async () => {
    // Enough for both subscriptions, the dear one being the second, and not for a message.
    const dear = 'subscription { incidentUpdates { incident { comments(first: 20) { nodes { id } } } } }';
    const rated = await startRated(5 + 6 + (5 + 5 + 1 + 1 + 20));
    const client = signIn('per_ann', rated.url);
    const inbox = subscribe(client, 'subscription { incidentUpdates { cursor incident { id } } }');
    await reached(() => rated.live.stats.subscriptions === 1);
    await ground.tickets.write({});
    await inbox.count(1);
    const refused = await subscribe(client, dear).until(({ errors }) => errors !== null);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60 });
    await rated.stop();
  });
});

test('nothing is held for those who left', async () => {
  const client = signIn('per_ann');
  const inbox = subscribe(client, UPDATES);
  subscribe(client, COUNTS);
  await subscribed(2);
  inbox.leave();
  await subscribed(1);
  await client.dispose();
  await reached(() => gateway.live.stats.sockets === 0);
  expect(gateway.live.stats).toMatchObject({ sockets: 0, subscriptions: 0, groups: 0 });
});
