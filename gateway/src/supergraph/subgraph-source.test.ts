import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ManualTime } from '@desk/kit/time/time-source';
import { createLogger } from '@desk/kit/process/logger';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { GatewayContext } from './gateway-context.ts';
import { subgraphMetrics } from './subgraph-metrics.ts';
import { SubgraphSource } from './subgraph-source.ts';

interface Asked {
  query: string;
  variables: Record<string, unknown> & { representations?: { id: string }[] };
  headers: IncomingMessage['headers'];
}

const ENTITIES = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { id } }';

let server: Server;
let source: SubgraphSource;
let time: ManualTime;
let asked: Asked[];
/** What the subgraph does with a request. */
let answer: (asked: Asked, response: ServerResponse) => void;

const send = (response: ServerResponse, body: unknown, status = 200) =>
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
const entities = ({ variables }: Asked, response: ServerResponse) =>
  void send(response, {
    data: { _entities: variables.representations?.map(({ id }) => ({ id, name: `N ${id}`, deep: { id } })) },
  });

beforeEach(async () => {
  asked = [];
  answer = entities;
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      const one = { ...(JSON.parse(text) as Omit<Asked, 'headers'>), headers: request.headers };
      asked.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  time = new ManualTime('2026-04-06T15:00:00Z');
  source = buildSource();
});
afterEach(async () => {
  server.closeAllConnections();
  await source.close();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

/** `timeoutMs` is longer than a loaded machine takes, except where a test is about it. */
function buildSource(timeoutMs = 20_000): SubgraphSource {
  return new SubgraphSource({
    name: 'tickets',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs,
    time,
    logger: createLogger('gateway', 'silent'),
    metrics: subgraphMetrics(new Registry()),
  });
}

interface Answer {
  data: Record<string, unknown> & { _entities: Record<string, unknown>[] };
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

async function ask(query: string, variables: Record<string, unknown> = {}, scopeKey = 'scope'): Promise<Answer> {
  const context = { scopeKey, requestId: 'req-1', tokenFor: async (to: string) => `token for ${to}` } as GatewayContext;
  const request = { query, variables };
  const result = await source.process({
    kind: 'incoming operation',
    request,
    context,
    pathInIncomingRequest: ['incidents', 'nodes', '@', 'organization'],
  } as unknown as GraphQLDataSourceProcessOptions);
  return result as unknown as Answer;
}
const references = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'Incident', id })) });
const problem = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { message: string; path?: unknown; extensions: Record<string, unknown> }) => error,
  );

describe('entity references', () => {
  test('that are asked for in one turn become one request, equal ones once; each caller gets its own in its order', async () => {
    const [one, two] = await Promise.all([
      ask(ENTITIES, references('a', 'b', 'a')),
      ask(ENTITIES, references('c', 'b')),
    ]);
    expect(asked.map(({ variables }) => variables.representations?.map(({ id }) => id))).toEqual([['a', 'b', 'c']]);
    expect(one?.data._entities.map(({ id }) => id)).toEqual(['a', 'b', 'a']);
    expect(two?.data._entities.map(({ id }) => id)).toEqual(['c', 'b']);
  });

  test('that two asked for are two objects, since the library merges into them', async () => {
    const [one, two] = await Promise.all([ask(ENTITIES, references('a', 'a')), ask(ENTITIES, references('a'))]);
    const all = [...(one?.data._entities ?? []), ...(two?.data._entities ?? [])];
    expect(new Set(all).size).toBe(3);
    expect(new Set(all.map(({ deep }) => deep)).size).toBe(3);
  });

  test.each([
    ['scopes', () => [ask(ENTITIES, references('a'), 'one'), ask(ENTITIES, references('a'), 'two')]],
    ['texts', () => [ask(ENTITIES, references('a')), ask(`${ENTITIES} `, references('a'))]],
    [
      'other variables',
      () => [ask(ENTITIES, { ...references('a'), n: 1 }), ask(ENTITIES, { ...references('a'), n: 2 })],
    ],
  ])('of two %s never share a request', async (_what, work) => {
    await Promise.all(work());
    expect(asked).toHaveLength(2);
  });

  test('go out a hundred at a time', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `i${i}`);
    const { data } = await ask(ENTITIES, references(...ids));
    expect(asked.map(({ variables }) => variables.representations?.length)).toEqual([100, 100, 50]);
    expect(data._entities.map(({ id }) => id)).toEqual(ids);
  });

  test('have their errors brought to those who asked for them, under their own index', async () => {
    answer = (one, response) =>
      void send(response, {
        data: { _entities: one.variables.representations?.map(({ id }) => (id === 'bad' ? null : { id })) },
        errors: [
          { message: 'No.', path: ['_entities', 2, 'name'], extensions: { code: 'FORBIDDEN', requestId: 'inner' } },
        ],
      });
    const [one, two] = await Promise.all([
      ask(ENTITIES, references('a', 'b')),
      ask(ENTITIES, references('bad', 'a', 'bad')),
    ]);
    expect(one?.errors).toBeUndefined();
    expect(two?.errors).toEqual(
      [0, 2].map((index) => ({
        message: 'No.',
        path: ['_entities', index, 'name'],
        extensions: { code: 'FORBIDDEN' },
      })),
    );
  });
});

describe('a query', () => {
  test('that two callers send in one turn under one scope is sent once, and each gets an answer of its own', async () => {
    answer = (_one, response) => void send(response, { data: { incident: { id: 'a' } } });
    const answers = await Promise.all([ask('{ incident { id } }'), ask('{ incident { id } }')]);
    expect(asked).toHaveLength(1);
    expect(answers.map(({ data }) => data)).toEqual([{ incident: { id: 'a' } }, { incident: { id: 'a' } }]);
    expect(answers[0]?.data['incident']).not.toBe(answers[1]?.data['incident']);
  });

  test('is not shared with one of a later turn', async () => {
    answer = (_one, response) => void send(response, { data: {} });
    await ask('{ a }');
    await ask('{ a }');
    expect(asked).toHaveLength(2);
  });

  test("carries the subgraph's token and the request's id", async () => {
    answer = (_one, response) => void send(response, { data: {} });
    await ask('{ a }');
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer token for tickets', 'x-request-id': 'req-1' });
  });

  test('is sent once more when its connection broke: the subgraph was restarted', async () => {
    answer = (_one, response) => {
      answer = (_again, second) => void send(second, { data: { ok: true } });
      response.destroy();
    };
    expect(await ask('{ a }')).toEqual({ data: { ok: true } });
  });
});

describe('a mutation', () => {
  test('is never shared', async () => {
    answer = (_one, response) => void send(response, { data: {} });
    await Promise.all([ask('mutation { a }'), ask('mutation { a }')]);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['the connection breaks', (_one: Asked, response: ServerResponse) => void response.destroy()],
    ['the subgraph says that it cannot', (_one: Asked, response: ServerResponse) => void send(response, {}, 503)],
  ])('is uncertain, and is not repeated, when %s', async (_what, behaviour) => {
    answer = behaviour;
    expect((await problem(ask('mutation { a }')))?.extensions).toMatchObject({
      code: 'WRITE_UNCERTAIN',
      service: 'tickets',
    });
    expect(asked).toHaveLength(1);
  });

  test('is uncertain, and is not repeated, when no answer comes in time', async () => {
    await source.close();
    source = buildSource(300);
    answer = () => undefined;
    expect((await problem(ask('mutation { a }')))?.extensions).toMatchObject({ code: 'WRITE_UNCERTAIN' });
    expect(asked).toHaveLength(1);
  });

  test('did certainly not happen when nothing listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect((await problem(ask('mutation { a }')))?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('an answer that is too long', () => {
  beforeEach(() => {
    answer = (one, response) =>
      void send(response, one.query.includes('long') ? `"${'x'.repeat(17 * 1024 * 1024)}"` : { data: { a: 1 } });
  });

  test('is the caller’s doing: it names the limit, and repeating it is of no use', async () => {
    const error = await problem(ask('{ long }'));
    expect(error?.extensions).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      limit: 'answerBytes',
      allowed: 16 * 1024 * 1024,
    });
    expect(error?.path).toEqual(['incidents', 'nodes']);
    expect(asked).toHaveLength(1);
  });

  test('leaves a write uncertain', async () => {
    expect((await problem(ask('mutation { long }')))?.extensions).toMatchObject({ code: 'WRITE_UNCERTAIN' });
  });

  test('does not take the subgraph from other callers, however often one caller asks for it', async () => {
    for (let i = 0; i < 6; i += 1) await problem(ask(`{ long${i} }`));
    expect(await ask('{ a }')).toEqual({ data: { a: 1 } });
  });
});

describe('a subgraph that does not answer', () => {
  test('well is refused with its name, the place and no detail', async () => {
    answer = (_one, response) => void send(response, 'stack at http://10.0.0.1', 500);
    const error = await problem(ask('{ a }'));
    expect(error?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', service: 'tickets', retryAfterMs: 1_000 });
    expect(error?.path).toEqual(['incidents', 'nodes']);
    expect(error?.message).not.toMatch(/http|10\.0/);
  });

  test('in time is refused', async () => {
    await source.close();
    source = buildSource(300);
    answer = () => undefined;
    expect((await problem(ask('{ a }')))?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('five times is not asked again, but for one try in five seconds, until it answers', async () => {
    answer = (_one, response) => void send(response, {}, 503);
    for (let i = 0; i < 5; i += 1) await problem(ask(`{ a${i} }`));
    expect((await problem(ask('{ b }')))?.extensions).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterMs: 5_000,
    });
    expect(asked).toHaveLength(5);
    time.advance(5_000);
    await Promise.all([problem(ask('{ c }')), problem(ask('{ d }'))]);
    expect(asked).toHaveLength(6);
    time.advance(5_000);
    answer = (_one, response) => void send(response, { data: { up: true } });
    await ask('{ e }');
    expect(await ask('{ f }')).toEqual({ data: { up: true } });
  });
});

test('a hundred requests are sent at once; more wait, and beyond a thousand they are refused with SERVER_BUSY', async () => {
  const waiting: ServerResponse[] = [];
  answer = (_one, response) => void waiting.push(response);
  const work = Array.from({ length: 1_001 }, (_, i) => problem(ask(`{ a${i} }`)));
  expect((await work[1_000])?.extensions).toMatchObject({ code: 'SERVER_BUSY' });
  while (waiting.length < 100) await new Promise((resolve) => setImmediate(resolve));
  expect(waiting).toHaveLength(100);
  answer = (_one, response) => void send(response, { data: {} });
  for (const response of waiting) send(response, { data: {} });
  expect(await Promise.all(work.slice(0, 1_000))).toEqual(new Array(1_000).fill(null));
});

describe('what a subgraph answers', () => {
  test.each([
    [
      'refusals pass with their details',
      'CONFLICT',
      { currentVersion: 7 },
      'Said so.',
      { code: 'CONFLICT', currentVersion: 7 },
    ],
    [
      'an unknown code becomes INTERNAL',
      'ODD',
      { host: 'db-1' },
      'Something went wrong inside the desk.',
      { code: 'INTERNAL' },
    ],
    [
      "its complaint about the gateway's own document becomes INTERNAL",
      'GRAPHQL_VALIDATION_FAILED',
      {},
      'Something went wrong inside the desk.',
      { code: 'INTERNAL' },
    ],
  ])('%s', async (_promise, code, details, message, extensions) => {
    const error = {
      message: 'Said so.',
      path: ['a'],
      extensions: { code, ...details, stacktrace: ['at x'], requestId: 'inner' },
    };
    answer = (_one, response) => void send(response, { data: null, errors: [error] });
    expect((await ask('{ a }')).errors).toEqual([{ message, path: ['a'], extensions }]);
  });

  test.each([['__proto__'], ['\\u005f_proto__'], ['constructor'], ['prototyp\\u0065']])(
    'has no key %s that could reach a prototype',
    async (key) => {
      answer = (_one, response) =>
        void send(response, `{"data":{"a":{"${key}":{"polluted":true},"text":"constructor"}}}`);
      const { data } = await ask('{ a }');
      expect(Object.getOwnPropertyNames(data['a'])).toEqual(['text']);
      expect(data['a']).toEqual({ text: 'constructor' });
    },
  );

  test('is an error inside the desk where the token was refused', async () => {
    answer = (_one, response) => void send(response, {}, 401);
    expect(await problem(ask('{ a }'))).not.toHaveProperty('extensions');
  });

  describe.each([
    ['refuses before GraphQL', { statusCode: 413, error: 'Payload Too Large', message: 'x' }, 413, undefined],
    ['cannot read the headers', '', 431, undefined],
    ['says nothing', { data: null }, 200, 'SERVICE_UNAVAILABLE'],
    ['says something else', { data: [], errors: {} }, 200, 'SERVICE_UNAVAILABLE'],
    ['sends no JSON', '<html>', 200, 'SERVICE_UNAVAILABLE'],
    ['is cut off within its JSON', '{"data":{"a":', 200, 'SERVICE_UNAVAILABLE'],
  ])('and %s', (_how, body, status, code) => {
    beforeEach(() => {
      answer = (_one, response) => void send(response, body, status);
    });

    test('is never an empty success for a read: a fault of the desk where the request was refused, else a service that does not answer', async () => {
      const error = await problem(ask('{ a }'));
      expect([error instanceof Error, error?.extensions?.['code']]).toEqual([true, code]);
    });

    test('is uncertain for a write', async () => {
      expect((await problem(ask('mutation { a }')))?.extensions).toMatchObject({ code: 'WRITE_UNCERTAIN' });
    });
  });
});
