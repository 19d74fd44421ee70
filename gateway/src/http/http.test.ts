import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Principal } from '@desk/directory/principal/principal';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AuthorizationScope } from '@desk/directory/generated/api';
import { systemTime } from '@desk/kit/time/time-source';
import { DOMAINS } from '@desk/schema/domains';
import { committedApiSdl } from '@desk/schema/sdl';
import { LoadMeter } from '../limits/load-shedding.ts';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';

const POINT = 'query Point($id: ID!) { incident(id: $id) { id number title } }';
const KNOWN = { variables: { id: 'inc_1' } };
const MANY = 'query ($first: Int!) { incidents(first: $first) { nodes { id } } }';
const CREATE = `mutation {
  createIncident(input: { title: "t", description: "d", serviceId: "s", environment: PRODUCTION, impact: HIGH, urgency: HIGH }) { incident { id } replayed }
}`;

let ground: GatewayGround;
let bearer: string;
const load = new LoadMeter(systemTime);

beforeAll(async () => {
  ground = await startGatewayGround({ load });
  bearer = `Bearer ${await ground.token('sam')}`;
});
afterAll(() => ground.close());

async function post(body: string | Uint8Array, headers: Record<string, string> = {}, method = 'POST') {
  const answer = await fetch(`${ground.url}/graphql`, {
    method,
    headers: { 'content-type': 'application/json', authorization: bearer, ...headers },
    ...(method === 'POST' ? { body } : {}),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions: Record<string, unknown> & { code: string } }[];
}

const code = ({ status, body }: { status: number; body: Body }) => [status, body.errors?.[0]?.extensions.code];
const operation = (query: string, more: object = {}) => JSON.stringify({ query, ...more });

test('a query is answered with data and its cost', async () => {
  const { status, data, errors, extensions } = await ground.ask(POINT, KNOWN);
  expect({ status, data, errors, extensions }).toEqual({
    status: 200,
    data: { incident: { id: 'inc_1', number: 'INC-000001', title: 'About inc_1' } },
    errors: undefined,
    extensions: { cost: 1 },
  });
});

test('a mutation reaches its service', async () => {
  expect((await ground.ask(CREATE)).data).toEqual({ createIncident: { incident: { id: 'inc_new' }, replayed: false } });
});

test('what a viewer may not see and what does not exist is null without an error', async () => {
  const { data, errors } = await ground.ask(POINT, { variables: { id: 'inc_missing' } });
  expect({ data, errors }).toEqual({ data: { incident: null }, errors: undefined });
});

test('a refusal of a service keeps its code, its sentence and its details', async () => {
  const { errors } = await ground.ask(POINT, { variables: { id: 'inc_changed' } });
  expect(errors).toMatchObject([
    { message: 'Somebody changed it first.', path: ['incident'], extensions: { code: 'CONFLICT', currentVersion: 7 } },
  ]);
});

test('a bug in a service is INTERNAL with a request id and nothing else', async () => {
  const { errors } = await ground.ask(POINT, {
    variables: { id: 'inc_broken' },
    headers: { 'x-request-id': 'the-id-of-this-request' },
  });
  expect(errors).toEqual([
    {
      message: 'Something went wrong inside the desk.',
      path: ['incident'],
      extensions: { code: 'INTERNAL', requestId: 'the-id-of-this-request' },
    },
  ]);
});

test('every signed-in caller can ask for the schema of the API', async () => {
  expect((await ground.ask('{ __schema { queryType { name } } }')).data).toEqual({
    __schema: { queryType: { name: 'Query' } },
  });
});

test('GraphQL is for signed-in callers only', async () => {
  const { status, errors } = await ground.ask('{ __typename }', { as: null });
  expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
});

test.each([
  ['names nobody', {}, 'Bearer realm="desk"'],
  ['offers a token that does not hold', { authorization: 'Bearer x' }, 'Bearer realm="desk", error="invalid_token"'],
])('a request that %s is told how to identify itself', async (_what, headers, challenge) => {
  const { status, headers: answered } = await ground.ask('{ __typename }', { as: null, headers });
  expect([status, answered.get('www-authenticate')]).toEqual([401, challenge]);
});

test.each([
  ['an answer', 200, '{ __typename }', { as: 'sam' }],
  ['a refusal of the document', 400, '{ nothing }', { as: 'sam' }],
  ['a refusal of the caller', 401, '{ __typename }', { as: null }],
])('%s is of the media type for GraphQL where the client accepts it', async (_what, status, query, { as }) => {
  const accept = 'application/graphql-response+json,application/json;q=0.9';
  const answers = await Promise.all([ground.ask(query, { as, headers: { accept } }), ground.ask(query, { as })]);
  expect(
    answers.map((answer) => [answer.status, answer.headers.get('content-type'), answer.headers.get('vary')]),
  ).toEqual([
    [status, 'application/graphql-response+json; charset=utf-8', 'accept'],
    [status, 'application/json; charset=utf-8', 'accept'],
  ]);
});

test('the schema is for signed-in callers only', async () => {
  expect((await fetch(`${ground.url}/schema.graphql`)).status).toBe(401);
});

describe('the schema', () => {
  const read = (headers: Record<string, string> = {}) =>
    fetch(`${ground.url}/schema.graphql`, { headers: { authorization: bearer, ...headers } });

  test('is the committed one, with costs and rules and without the directives of the federation', async () => {
    const sdl = await (await read()).text();
    expect(sdl).toBe(committedApiSdl());
    expect(
      ['type Incident ', '@cost(sizedBy: "ids")', '@oneOf', '@access(rule:'].map((part) => sdl.includes(part)),
    ).toEqual([true, true, true, true]);
    expect(['_entities', '@join', '@live', '@node'].map((part) => sdl.includes(part))).toEqual(Array(4).fill(false));
  });

  test('is not sent again to a client that has it', async () => {
    const tag = (await read()).headers.get('etag') ?? '';
    const statuses = [tag, `W/${tag}`, `"other", ${tag}`, '"other"'].map(async (known) => {
      const answer = await read({ 'if-none-match': known });
      return [answer.status, answer.headers.get('etag')];
    });
    expect(await Promise.all(statuses)).toEqual([304, 304, 304, 200].map((status) => [status, tag]));
  });

  test('tells by introspection where exactly one field must be given, and what a scalar follows', async () => {
    const { data, errors } = await ground.ask('query { input: __type(name: "TimeInput") { isOneOf } }');
    expect({ data, errors }).toEqual({ data: { input: { isOneOf: true } }, errors: undefined });
    const scalar = await ground.ask('{ __type(name: "DateTime") { specifiedByURL } }');
    expect(scalar.data).toEqual({ __type: { specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339' } });
  });
});

test.each([
  ['text', { 'content-type': 'text/plain' }],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['several parts', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['another character set', { 'content-type': 'application/json; charset=utf-16' }],
])('a body that is %s is UNSUPPORTED_MEDIA_TYPE', async (_name, headers) => {
  expect(code(await post(operation(POINT, KNOWN), headers))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('a compressed body is UNSUPPORTED_MEDIA_TYPE', async () => {
  const answer = await post(gzipSync(operation(POINT, KNOWN)), { 'content-encoding': 'gzip' });
  expect(code(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('a body in UTF-8 that says so is read', async () => {
  expect((await post(operation(POINT, KNOWN), { 'content-type': 'application/json; charset=UTF-8' })).status).toBe(200);
});

test('a body of more than 256 KiB is PAYLOAD_TOO_LARGE', async () => {
  const answer = await post(operation(POINT, { variables: { id: 'x'.repeat(256 * 1024) } }));
  expect(code(answer)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect(answer.body.errors?.[0]?.extensions).toMatchObject({ limit: 'bodyBytes', allowed: 262_144 });
});

test('a document of more than 16 KiB is PAYLOAD_TOO_LARGE', async () => {
  expect(code(await post(operation(`${POINT} #${'x'.repeat(16 * 1024)}`)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});

test('JSON nested deeper than any input is refused before it is read', async () => {
  const nested = `${'['.repeat(40)}${']'.repeat(40)}`;
  const { status, body } = await post(`{"query":"{ __typename }","variables":{"id":${nested}}}`);
  expect([status, body.errors?.[0]?.extensions]).toMatchObject([
    400,
    { code: 'QUERY_TOO_COMPLEX', limit: 'inputNesting' },
  ]);
});

test('brackets inside text do not count as nesting', async () => {
  const variables = { id: `\\"${'['.repeat(100)}` };
  expect((await post(operation(POINT, { variables }))).status).toBe(200);
});

test.each([
  ['a list of operations', `[${operation(POINT, KNOWN)}]`, ''],
  ['no JSON', '{"query":', ''],
  ['nothing', '', ''],
  ['a body without query', '{}', 'query'],
  ['an empty query', operation(''), 'query'],
  ['variables that are a list', operation(POINT, { variables: [] }), 'variables'],
  ['an operation name that is a number', operation(POINT, { ...KNOWN, operationName: 1 }), 'operationName'],
  ['the name of no operation', operation(POINT, { ...KNOWN, operationName: 'Other' }), 'operationName'],
])('%s is BAD_USER_INPUT and names the place', async (_name, body, path) => {
  const answer = await post(body);
  expect([...code(answer), answer.body.errors?.[0]?.extensions['fields']]).toMatchObject([
    400,
    'BAD_USER_INPUT',
    [{ path }],
  ]);
});

test('a client that asks for plain JSON by its name gets 200 for an operation that does not fit, and no other', async () => {
  const status = async (body: string, headers: Record<string, string>) => (await post(body, headers)).status;
  const [plain, both] = [
    { accept: 'application/json' },
    { accept: 'application/graphql-response+json, application/json' },
  ];
  expect(await Promise.all([plain, both, {}].map((headers) => status(operation('{ nothing }'), headers)))).toEqual([
    200, 400, 400,
  ]);
  expect(await status('{"query":', plain)).toBe(400);
  expect(await status(operation(POINT, KNOWN), { ...plain, authorization: 'Bearer x' })).toBe(401);
});

test('bytes that are not UTF-8 are refused and never repaired', async () => {
  const bytes = Buffer.from(operation(POINT, { variables: { id: 'Qu\u00e9bec' } }), 'latin1');
  const answer = await post(bytes);
  expect([...code(answer), answer.body.errors?.[0]?.message]).toEqual([
    400,
    'BAD_USER_INPUT',
    'The input is wrong. The body must be text in UTF-8.',
  ]);
});

test.each([
  ['a fragment that contains itself', '{ ...F } fragment F on Query { ...F }'],
  [
    'fragments that contain each other',
    '{ ...F } fragment F on Query { me { ...G } } fragment G on Me { ...H } fragment H on Me { ...G }',
  ],
  ['a variable that nothing uses', 'query ($a: Int) { me { id } }'],
])('%s is GRAPHQL_VALIDATION_FAILED', async (_what, query) => {
  expect(code(await post(operation(query)))).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
});

test('a client that is no browser learns at / where the API is', async () => {
  const answer = await fetch(`${ground.url}/`);
  expect([answer.status, await answer.json()]).toMatchObject([200, { api: `POST ${ground.url}/graphql` }]);
});

test('a body that would change the prototype of objects is refused', async () => {
  expect((await post('{"query":"{ __typename }","variables":{"__proto__":{"admin":true}}}')).status).toBe(400);
});

test('a variable that does not fit its type is BAD_USER_INPUT with the field’s path', async () => {
  const query = 'mutation Create($input: CreateIncidentInput!) { createIncident(input: $input) { incident { id } } }';
  const input = {
    title: 't',
    description: 'd',
    serviceId: 's',
    environment: 'PRODUCTION',
    impact: 'HUGE',
    urgency: 'HIGH',
  };
  const { status, data, errors } = await ground.ask(query, { variables: { input } });
  expect([status, data]).toEqual([400, undefined]);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.impact' }] });
});

test('a wrong value in the document refuses the request as one in a variable does', async () => {
  const { status, data, errors } = await ground.ask(
    '{ incidents(first: 1, filter: { createdFrom: 7 }) { totalCount } }',
  );
  expect([status, data, errors?.[0]?.extensions]).toMatchObject([
    400,
    undefined,
    { code: 'BAD_USER_INPUT', fields: [{ path: 'filter.createdFrom', code: 'MALFORMED' }] },
  ]);
});

test('what is not GraphQL is GRAPHQL_PARSE_FAILED', async () => {
  expect(code(await post(operation('{ incident(')))).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
});

test('a field that does not exist is GRAPHQL_VALIDATION_FAILED, and nothing like it is suggested', async () => {
  const answer = await post(operation('{ incidnt(id: "inc_1") { id } }'));
  expect([...code(answer), answer.body.errors?.[0]?.message]).toEqual([
    400,
    'GRAPHQL_VALIDATION_FAILED',
    'Cannot query field "incidnt" on type "Query".',
  ]);
});

test('a subscription over POST is SUBSCRIPTION_TRANSPORT_REQUIRED', async () => {
  const answer = await post(operation('subscription { incidentUpdates { cursor } }'));
  expect([...code(answer), answer.headers.get('allow')]).toEqual([405, 'SUBSCRIPTION_TRANSPORT_REQUIRED', 'POST']);
});

test.each(['GET', 'PUT', 'DELETE'])('%s carries no operation', async (method) => {
  expect(code(await post('', {}, method))).toEqual([405, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('a query above a limit names it, and reaches no service', async () => {
  const before = ground.calls.get('me') ?? 0;
  const answer = await post(operation(`{ ${Array.from({ length: 40 }, (_, i) => `a${i}: me { id }`).join(' ')} }`));
  expect([...code(answer), answer.body.errors?.[0]?.extensions['limit'], ground.calls.get('me') ?? 0]).toEqual([
    400,
    'QUERY_TOO_COMPLEX',
    'aliases',
    before,
  ]);
});

test('the limits are those of the caller: a distributor’s user sends one mutation at a time', async () => {
  const field = CREATE.slice(CREATE.indexOf('{') + 1, CREATE.lastIndexOf('}'));
  const { errors } = await ground.ask(`mutation { a: ${field} b: ${field} }`, { as: 'lena' });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'rootMutationFields' });
});

test('more mutations than a minute allows are RATE_LIMITED with the time to wait', async () => {
  // Thirty at once, and one more every two seconds: however slow the machine, they run out.
  let last = await ground.ask(CREATE, { as: 'lena' });
  for (let sent = 1; sent < 300 && last.status !== 429; sent++) last = await ground.ask(CREATE, { as: 'lena' });
  expect([last.status, last.errors?.[0]?.extensions.code, Number(last.headers.get('retry-after')) > 0]).toEqual([
    429,
    'RATE_LIMITED',
    true,
  ]);
});

test('requests that are refused for what they ask run out of points like any other', async () => {
  ground.people.set('omar', { ...(ground.people.get('lena') as Principal), id: 'per_omar' });
  const headers = { authorization: `Bearer ${await ground.token('omar')}` };
  let texts = 0;
  // A new text each time: six points.
  const ask = (first: number) => post(operation(`${MANY} #${(texts += 1)}`, { variables: { first } }), headers);
  expect((await ask(1)).status).toBe(200);
  expect(code(await ask(101))).toEqual([400, 'BAD_USER_INPUT']);
  // A thousand at once, and fifty more each second: however slow the machine, they run out.
  let last = await ask(101);
  for (let sent = 1; sent < 10_000 && last.status !== 429; sent++) last = await ask(101);
  expect(code(last)).toEqual([429, 'RATE_LIMITED']);
});

test('a request is shed as SERVER_BUSY while the process cannot keep up', async () => {
  const ends = Array.from({ length: 200 }, () => load.begin());
  const answer = await post(operation(POINT, KNOWN));
  for (const end of ends) end();
  expect([...code(answer), answer.headers.get('retry-after')]).toEqual([503, 'SERVER_BUSY', '1']);
});

test('a request id of the caller is used and given back', async () => {
  const { headers } = await ground.ask(POINT, { ...KNOWN, headers: { 'x-request-id': 'partner-4711' } });
  expect(headers.get('x-request-id')).toBe('partner-4711');
});

test.each(['short', 'with space in it', '"quoted-text"', 'x'.repeat(65)])(
  'a request id that is %s is replaced',
  async (id) => {
    const { headers } = await ground.ask(POINT, { ...KNOWN, headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
  },
);

test('a request leaves a line in the log, with who asked, what, and the codes of its errors', async () => {
  await ground.ask(POINT, { variables: { id: 'inc_changed' }, headers: { 'x-request-id': 'look-for-this-one' } });
  expect(await ground.requestLine('look-for-this-one')).toMatchObject({
    route: '/graphql',
    status: 200,
    principal: 'per_sam',
    operation: 'Point',
    codes: ['CONFLICT'],
  });
});

test('the log holds no token', async () => {
  await ground.ask(POINT, KNOWN);
  expect(JSON.stringify(ground.logged)).not.toContain(bearer.slice('Bearer '.length));
});

test('answers are not kept by caches and not guessed at', async () => {
  const { headers } = await ground.ask(POINT, KNOWN);
  expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
});

test('no other site may read an answer', async () => {
  const { headers } = await ground.ask(POINT, { ...KNOWN, headers: { origin: 'https://elsewhere.example' } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('identity that a caller claims in headers counts for nothing', async () => {
  const claims = { 'x-desk-viewer': '{"staff":true}', 'x-user': 'root', 'x-forwarded-user': 'root' };
  const { data } = await ground.ask('{ me { id } }', { as: 'lena', headers: claims });
  expect(data).toEqual({ me: { id: 'per_lena' } });
});

test('an agent acts for a hundred distributors at once, with every scope there is', async () => {
  const scopes = Object.values(AuthorizationScope);
  const ids = Array.from({ length: 100 }, (_, n) => `org_${String(n).padStart(26, '0')}`);
  const [validFrom, validTo] = ['2020-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'];
  const authorizations = ids.map((id) => ({ id: `aut_${id}`, organizationId: id, scopes, validFrom, validTo }));
  ground.people.set('rae', { ...(ground.people.get('aga') as Principal), id: 'per_rae', authorizations });
  const { data, errors } = await ground.ask('{ me { id actingFor { id } } }', {
    as: 'rae',
    headers: { 'desk-acting-for': ids.join() },
  });
  expect([data, errors]).toEqual([{ me: { id: 'per_rae', actingFor: ids.map((id) => ({ id })) } }, undefined]);
});

test('readiness names each service', async () => {
  const answer = await fetch(`${ground.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: 'ready', subgraphs: Object.fromEntries(DOMAINS.map((domain) => [domain, 'ready'])) },
  ]);
});

test('liveness and figures are public', async () => {
  const [health, figures] = await Promise.all(['healthz', 'metrics'].map((path) => fetch(`${ground.url}/${path}`)));
  expect([health?.status, (await figures?.text())?.includes('http_request_seconds_bucket')]).toEqual([200, true]);
});

test('an address that is none is NOT_FOUND as JSON', async () => {
  const answer = await fetch(`${ground.url}/nothing`);
  expect(code({ status: answer.status, body: (await answer.json()) as Body })).toEqual([404, 'NOT_FOUND']);
});

test('headers of more than 16 KiB are refused', async () => {
  const socket = connect(Number(new URL(ground.url).port), '127.0.0.1');
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.write(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(17 * 1024)}\r\n\r\n`);
  expect((await answer).split('\r\n')[0]).toContain('431');
  socket.destroy();
});
