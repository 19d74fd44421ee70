import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GraphQLError } from 'graphql';
import mongoose from 'mongoose';
import { ManualTime } from '../time/time-source.ts';
import { Refusal, type FieldProblem } from './errors.ts';
import { createLogger } from '../process/logger.ts';
import { SCALARS } from './scalars.ts';
import { createRegistry, startSubgraph, type RequestContext, type RunningServer } from './subgraph.ts';
import { NOON } from '../write/things.fixture.ts';
import {
  generateTokenKeys,
  tokenSigner,
  tokenVerifier,
  type SignToken,
  type TokenClaims,
  type TokenPurpose,
} from './token.ts';
import type { Viewer } from './viewer.ts';

const SDL = `
  type Query {
    me: String
    thing(id: ID!): String
    slow: String
    stored: String
    plan(input: PlanInput, zones: [TimeZone!], after: Cursor): String
  }
  input PlanInput {
    title: String
    from: WhenInput
    rest: [WhenInput!]
  }
  input WhenInput @oneOf {
    instant: DateTime
    local: String
  }
  scalar DateTime
  scalar TimeZone
  scalar Cursor
  scalar Duration
  scalar EmailAddress
  scalar PhoneNumber
  type Mutation {
    count: Int
  }
`;

const VIEWER: Viewer = {
  id: 'person_1',
  kind: 'PERSON',
  memberships: [],
  delegations: [],
  staff: false,
  auditor: false,
};

let server: RunningServer;
let sign: SignToken;
let start: () => Promise<RunningServer>;
let ready: () => Promise<void>;
let lines: string[] = [];
/** What the stored field meets. */
let fault: Error;
let counted = 0;
/** Called when the slow field is asked for; it answers when the promise resolves. */
let slow: () => Promise<string>;

beforeAll(async () => {
  const keys = await generateTokenKeys();
  const time = new ManualTime(NOON);
  sign = await tokenSigner(keys.signing, time);
  start = () =>
    startSubgraph<RequestContext>({
      name: 'things',
      host: '127.0.0.1',
      port: 0,
      sdl: SDL,
      resolvers: {
        ...SCALARS,
        Query: {
          me: (_: unknown, __: unknown, { viewer, requestId }: RequestContext) => `${viewer.id} ${requestId}`,
          thing: (_: unknown, { id }: { id: string }) => {
            if (id === 'foreign') throw new Refusal('NOT_FOUND', 'There is none.');
            throw new TypeError('secret detail');
          },
          plan: (_: unknown, args: object) => JSON.stringify(args),
          slow: () => slow(),
          stored: () => {
            throw fault;
          },
        },
        Mutation: { count: () => ++counted },
      },
      context: (request) => request,
      verifyToken: tokenVerifier(keys.verify, 'things', time),
      ready: () => ready(),
      logger: createLogger('things', 'warn', { write: (line: string) => void lines.push(line) }),
      registry: createRegistry('things'),
      routes: (app) => void app.get('/events', async () => ({ events: [] })),
    });
  server = await start();
});

beforeEach(() => {
  lines = [];
  ready = async () => {};
  slow = async () => 'done';
});

afterAll(() => server.stop());

async function tokenFor(
  purpose: TokenPurpose,
  viewer: TokenClaims['viewer'] = VIEWER,
): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await sign('things', { purpose, viewer })}` };
}

async function ask(
  query: string,
  headers: Record<string, string>,
  { url = server.url, variables = {} }: { url?: string; variables?: object } = {},
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
}

async function answer(query: string, variables = {}): Promise<{ data: unknown; errors?: GraphQLError[] }> {
  return (await (await ask(query, await tokenFor('REQUEST'), { variables })).json()) as never;
}

function get(path: string, headers: Record<string, string> = {}, url = server.url): Promise<Response> {
  return fetch(`${url}${path}`, { headers });
}

describe('a request', () => {
  test('is answered as the viewer that the token names', async () => {
    const headers = { ...(await tokenFor('REQUEST')), 'x-request-id': 'req_7' };
    expect(await (await ask('{ me }', headers)).json()).toEqual({ data: { me: 'person_1 req_7' } });
  });

  test('with a live scope is answered too', async () => {
    expect((await ask('{ me }', await tokenFor('LIVE'))).status).toBe(200);
  });

  test('that is refused says so, with its code', async () => {
    const { errors } = await answer('{ thing(id: "foreign") }');
    expect(errors).toMatchObject([{ message: 'There is none.', path: ['thing'], extensions: { code: 'NOT_FOUND' } }]);
  });

  test('that meets a bug gets no detail of it', async () => {
    expect(JSON.stringify(await answer('{ thing(id: "x") }'))).not.toMatch(/secret detail|TypeError|stacktrace/);
  });

  test('that meets a bug is logged with it', async () => {
    await answer('{ thing(id: "x") }');
    expect(lines.join()).toContain('secret detail');
  });

  test('that meets a bug is logged with its id', async () => {
    await ask('{ thing(id: "x") }', { ...(await tokenFor('REQUEST')), 'x-request-id': 'req_9' });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ requestId: 'req_9', error: { type: 'TypeError' } });
  });

  test.each([
    ['is away', new mongoose.mongo.MongoNetworkError('connection to 10.0.0.7 closed'), 'does not answer'],
    [
      'takes too long',
      new mongoose.mongo.MongoServerError({ code: 50, message: 'exceeded time limit' }),
      'could not read this in time',
    ],
  ])('that meets a database that %s may be repeated, as its refusal says', async (_how, thrown, words) => {
    fault = thrown;
    const headers = { ...(await tokenFor('REQUEST')), 'x-request-id': 'req_8' };
    const { errors } = (await (await ask('{ stored }', headers)).json()) as { errors: unknown };
    expect(errors).toEqual([
      {
        message: expect.stringContaining(words),
        path: ['stored'],
        extensions: { code: 'SERVICE_UNAVAILABLE', service: 'things', retryAfterMs: 1_000, requestId: 'req_8' },
      },
    ]);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ requestId: 'req_8', error: { message: thrown.message } });
  });

  test('that changes something is answered with a person’s token', async () => {
    expect(await (await ask('mutation { count }', await tokenFor('REQUEST'))).json()).toEqual({ data: { count: 1 } });
  });

  test('that changes something is refused with a live scope', async () => {
    const before = counted;
    const response = await ask('mutation { count }', await tokenFor('LIVE'));
    expect([response.status, await response.json(), counted]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      before,
    ]);
  });

  test('for the schema’s introspection is refused', async () => {
    expect((await answer('{ __schema { types { name } } }')).errors).toHaveLength(1);
  });

  test('of an agent who acts for a hundred distributors with many scopes is answered', async () => {
    const scopes = Array.from({ length: 8 }, (_, n) => `SOMETHING_ELSE_${n}`);
    const delegations = Array.from({ length: 100 }, (_, n) => ({ organizationId: `org_${n}`.padEnd(30, 'x'), scopes }));
    const response = await ask('{ me }', await tokenFor('REQUEST', { ...VIEWER, delegations }));
    expect(response.status).toBe(200);
  });

  test('that is larger than a batch of references is refused', async () => {
    const response = await ask(`{ me } # ${'x'.repeat(1024 * 1024)}`, await tokenFor('REQUEST'));
    expect(response.status).toBe(413);
  });
});

describe('an argument', () => {
  const NOON_TEXT = '2026-03-02T12:00:00.000Z';
  /** The arguments of each case as literals, and as values of variables. */
  const asked = {
    'two of exactly one': [
      '(input: { from: { instant: "2026-03-02T12:00Z", local: "12:00" } })',
      { input: { from: { instant: NOON_TEXT, local: '12:00' } } },
    ],
    'none of exactly one': ['(input: { from: {} })', { input: { from: {} } }],
    'null of exactly one': ['(input: { from: { local: null } })', { input: { from: { local: null } } }],
    'one and null': [
      '(input: { from: { instant: "2026-03-02T12:00Z", local: null } })',
      { input: { from: { instant: NOON_TEXT, local: null } } },
    ],
    'the second of a list': [
      '(input: { rest: [{ local: "12:00" }, {}] })',
      { input: { rest: [{ local: '12:00' }, {}] } },
    ],
    'no instant': ['(input: { from: { instant: "noon" } })', { input: { from: { instant: 'noon' } } }],
    'a number for a text': ['(after: 7)', { after: 7 }],
    'a text with NUL': ['(input: { title: "a\\u0000" })', { input: { title: 'a\0' } }],
    'two of exactly one, both of them wrong': [
      '(input: { from: { instant: "noon", local: "12\\u0000" } })',
      { input: { from: { instant: 'noon', local: '12\0' } } },
    ],
    'two wrong ones': [
      '(zones: ["UTC", "-05:00"], input: { rest: { instant: "noon" } })',
      { zones: ['UTC', '-05:00'], input: { rest: { instant: 'noon' } } },
    ],
  } as const;

  const wrong: Record<keyof typeof asked, Partial<FieldProblem>[]> = {
    'two of exactly one': [{ path: 'input.from', code: 'EXACTLY_ONE', args: { of: ['instant', 'local'] } }],
    'none of exactly one': [{ path: 'input.from', code: 'EXACTLY_ONE' }],
    'null of exactly one': [{ path: 'input.from', code: 'EXACTLY_ONE' }],
    'one and null': [{ path: 'input.from', code: 'EXACTLY_ONE' }],
    'the second of a list': [{ path: 'input.rest.1', code: 'EXACTLY_ONE' }],
    'no instant': [{ path: 'input.from.instant', code: 'INVALID_TIME' }],
    'a number for a text': [{ path: 'after', code: 'MALFORMED', args: { type: 'Cursor' } }],
    'a text with NUL': [{ path: 'input.title', code: 'CHARACTER_NOT_ALLOWED', args: { character: 'U+0000' } }],
    'two of exactly one, both of them wrong': [
      { path: 'input.from', code: 'EXACTLY_ONE' },
      { path: 'input.from.instant', code: 'INVALID_TIME' },
      { path: 'input.from.local', code: 'CHARACTER_NOT_ALLOWED' },
    ],
    'two wrong ones': [
      { path: 'input.rest.0.instant', code: 'INVALID_TIME' },
      { path: 'zones.1', code: 'INVALID_TIME_ZONE' },
    ],
  };
  const names = Object.keys(asked) as (keyof typeof asked)[];
  const VARIABLES = '($input: PlanInput, $zones: [TimeZone!], $after: Cursor)';

  test.each(names)('that holds %s is refused, inline and as a variable alike', async (name) => {
    const [literal, variables] = asked[name];
    const inline = await answer(`{ plan${literal} me }`);
    const variable = await answer(
      `query${VARIABLES} { plan(input: $input, zones: $zones, after: $after) me }`,
      variables,
    );
    for (const { data, errors } of [inline, variable]) {
      expect(data).toMatchObject({ plan: null, me: expect.any(String) as unknown });
      expect(errors).toMatchObject([{ path: ['plan'], extensions: { code: 'BAD_USER_INPUT', fields: wrong[name] } }]);
    }
    expect(inline.errors?.[0]?.message).toBe(variable.errors?.[0]?.message);
  });

  test('whose local time lacks its zone is refused under a code of its own', async () => {
    const { errors } = await answer('{ plan(input: { from: { instant: "2026-03-02T12:00" } }) }');
    expect(errors).toMatchObject([
      { extensions: { code: 'TIME_ZONE_REQUIRED', fields: [{ path: 'input.from.instant', code: 'INVALID_TIME' }] } },
    ]);
  });

  test('that is right reaches its resolver', async () => {
    const { data } = await answer('query($x: DateTime) { plan(input: { title: "x", from: { instant: $x } }) }', {
      x: '2026-03-02T12:00Z',
    });
    expect(data).toEqual({ plan: JSON.stringify({ input: { title: 'x', from: { instant: NOON_TEXT } } }) });
  });
});

describe('without the right token, the answer is 401 and nothing else', () => {
  test.each<[string, () => Promise<Response>]>([
    ['GraphQL without a token', () => ask('{ me }', {})],
    ['GraphQL with a token that is none', () => ask('{ me }', { authorization: 'Bearer x' })],
    ['GraphQL with another scheme', () => ask('{ me }', { authorization: 'Basic eDp5' })],
    ['GraphQL with a token between services', async () => ask('{ me }', await tokenFor('SERVICE', null))],
    ['the subgraph’s own schema without a token', () => ask('{ _service { sdl } }', {})],
    ['a route between services without a token', () => get('/events')],
    ['a route between services with a viewer’s token', async () => get('/events', await tokenFor('REQUEST'))],
    ['a route between services with a live token', async () => get('/events', await tokenFor('LIVE'))],
    ['a path that does not exist', () => get('/nothing')],
    ['a public path with something behind it', () => get('/healthz/../events')],
    ['GraphQL with a query string', () => get('/graphql?query={me}')],
  ])('%s', async (_name, request) => {
    const response = await request();
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  });

  test('a token for another service', async () => {
    const token = await sign('others', { purpose: 'REQUEST', viewer: VIEWER });
    expect((await ask('{ me }', { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  test('GraphQL with a token that names no viewer is not answered', async () => {
    const body = (await (await ask('{ me }', await tokenFor('REQUEST', null))).json()) as {
      data?: unknown;
      errors: unknown;
    };
    expect(body.data ?? null).toBeNull();
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

test('a route between services answers a token between services', async () => {
  const response = await get('/events', await tokenFor('SERVICE', null));
  expect(await response.json()).toEqual({ events: [] });
});

describe('health', () => {
  test('is the process: it answers though the database does not', async () => {
    ready = () => Promise.reject(new Error('down'));
    expect((await get('/healthz')).status).toBe(200);
  });

  test('ready is the database: 200 when it takes writes', async () => {
    expect((await get('/readyz')).status).toBe(200);
  });

  test('ready is 503 when the database takes no writes', async () => {
    ready = () => Promise.reject(new Error('down'));
    expect((await get('/readyz')).status).toBe(503);
  });

  test('ready is 503 when the database does not answer', async () => {
    ready = () => new Promise(() => {});
    expect((await get('/readyz')).status).toBe(503);
  });

  test('does not give the reason', async () => {
    ready = () => Promise.reject(new Error('mongodb://user:pass@host'));
    expect(await (await get('/readyz')).text()).not.toContain('pass');
  });
});

describe('metrics', () => {
  test('are in the form of Prometheus, under the service’s name', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toMatch(/^process_cpu_seconds_total\{service="things"\} \d/m);
  });

  test('count the requests and the errors by code', async () => {
    const count = async () =>
      Number(
        /graphql_errors_total\{code="NOT_FOUND",service="things"\} (\d+)/.exec(
          await (await get('/metrics')).text(),
        )?.[1] ?? 0,
      );
    const before = await count();
    await answer('{ thing(id: "foreign") }');
    expect(await count()).toBe(before + 1);
  });
});

describe('stopping', () => {
  test('answers what is in hand, and refuses what is new', async () => {
    const stopping = await start();
    let finish = (_value: string) => {};
    const asked = new Promise<void>((resolve) => {
      slow = () => {
        resolve();
        return new Promise((done) => (finish = done));
      };
    });
    const inHand = ask('{ slow }', await tokenFor('REQUEST'), { url: stopping.url });
    await asked;
    const stopped = stopping.stop();
    const late = await get('/readyz', {}, stopping.url).then(
      (response) => response.status,
      () => 'refused',
    );
    finish('finished');
    expect(await (await inHand).json()).toEqual({ data: { slow: 'finished' } });
    await stopped;
    expect([503, 'refused']).toContain(late);
  });

  test('leaves nothing that answers', async () => {
    const stopping = await start();
    await stopping.stop();
    await expect(get('/healthz', {}, stopping.url)).rejects.toThrow();
  });
});
