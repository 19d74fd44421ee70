import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RequestContext } from '@desk/kit/api/subgraph';
import { reachOf } from '@desk/kit/api/viewer';
import { startGatewayGround, type GatewayAnswer, type GatewayGround } from '@desk/testkit/gateway-ground';

/** Whose each record is: Lena is of `org_ldc`, Sam of the staff. */
const OWNERS: Record<string, string> = { inc_1: 'org_ldc', inc_2: 'org_ldc', inc_foreign: 'org_b', com_1: 'org_ldc' };

function found(id: string, { viewer }: RequestContext): { id: string } | null {
  const owner = OWNERS[id];
  const reach = reachOf(viewer, 'TICKETS_READ');
  return owner && (reach === 'ALL' || reach.includes(owner)) ? { id } : null;
}

let references: string[] = [];
const RESOLVERS = {
  tickets: {
    Incident: {
      __resolveReference: ({ id }: { id: string }, context: RequestContext) => {
        references.push(id);
        if (id === 'inc_broken') throw new Error('the password of db.internal is hunter2');
        return found(id, context);
      },
      title: ({ id }: { id: string }) => `About ${id}`,
      number: ({ id }: { id: string }) => id.replace('inc_', 'INC-'),
    },
    IncidentComment: {
      __resolveReference: ({ id }: { id: string }, context: RequestContext) => {
        references.push(id);
        return found(id, context);
      },
      text: ({ id }: { id: string }) => `Text of ${id}`,
    },
  },
  directory: {
    Query: { me: (_: unknown, __: unknown, { viewer }: RequestContext) => ({ id: viewer.id }) },
    Organization: {
      __resolveReference: ({ id }: { id: string }) => (id === 'org_none' ? null : { id, name: `Name of ${id}` }),
    },
  },
};

let ground: GatewayGround;
beforeAll(async () => {
  ground = await startGatewayGround({ resolvers: RESOLVERS });
});
afterAll(() => ground.close());
beforeEach(() => {
  references = [];
});

const TITLES = '__typename id ... on Incident { title } ... on Comment { text } ... on Organization { name }';

async function ask(query: string, variables: Record<string, unknown> = {}, as = 'lena'): Promise<GatewayAnswer> {
  return ground.ask(query, { as, variables });
}

/** The whole answer as text. */
async function textOf(query: string, as = 'lena'): Promise<string> {
  const answer = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await ground.token(as)}`,
      'x-request-id': 'the-same-for-all',
    },
    body: JSON.stringify({ query }),
  });
  return answer.text();
}

/** Requests that the gateway sent to a service. */
async function requestsTo(service: string): Promise<number> {
  const metrics = await (await fetch(`${ground.url}/metrics`)).text();
  const counted = new RegExp(`^gateway_subgraph_seconds_count\\{[^}]*subgraph="${service}"[^}]*\\} (\\d+)`, 'gm');
  return [...metrics.matchAll(counted)].reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('node', () => {
  test('finds a record of any type by its id', async () => {
    const { data, errors } = await ask(`{
      a: node(id: "inc_1") { ${TITLES} } b: node(id: "com_1") { ${TITLES} } c: node(id: "org_ldc") { ${TITLES} }
    }`);
    expect({ data, errors }).toEqual({
      errors: undefined,
      data: {
        a: { __typename: 'Incident', id: 'inc_1', title: 'About inc_1' },
        b: { __typename: 'IncidentComment', id: 'com_1', text: 'Text of com_1' },
        c: { __typename: 'Organization', id: 'org_ldc', name: 'Name of org_ldc' },
      },
    });
  });

  test.each([
    ['that does not exist', 'lena', 'inc_9', null],
    ['that the viewer may not see', 'lena', 'inc_foreign', null],
    ['that the viewer may see', 'sam', 'inc_foreign', { id: 'inc_foreign', __typename: 'Incident' }],
  ])('answers for a record %s, also for its id alone', async (_what, as, id, node) => {
    const { data, errors } = await ask(`{ node(id: "${id}") { id __typename } }`, {}, as);
    expect({ data, errors }).toEqual({ data: { node }, errors: undefined });
    expect(references).toEqual([id]);
  });

  test.each(['{ node(id: "ID") { id __typename } }', '{ node(id: "ID") { ... on Incident { title } } }'])(
    'answers in the same bytes for a record that does not exist and one that the viewer may not see: %s',
    async (query) => {
      const absent = await textOf(query.replace('ID', 'inc_9'));
      expect(await textOf(query.replace('ID', 'inc_foreign'))).toBe(absent);
      expect(absent).toContain('"node":null');
    },
  );

  test.each(['inc-1', 'INC-000001', 'nope_1', 'inc_', 'inc_1/2', `inc_${'x'.repeat(65)}`, ''])(
    'refuses "%s", which is no id',
    async (id) => {
      const { data, errors } = await ask('query ($id: ID!) { node(id: $id) { id } me { id } }', { id });
      expect(data).toEqual({ node: null, me: { id: 'per_lena' } });
      expect(errors).toEqual([
        expect.objectContaining({
          path: ['node'],
          extensions: expect.objectContaining({
            code: 'BAD_USER_INPUT',
            fields: [
              {
                path: 'id',
                code: 'NOT_AN_ID',
                args: { prefixes: expect.arrayContaining(['inc', 'org', 'per', 'com', 'note']) as unknown },
                message: expect.stringMatching(/^must be an id that begins with /) as unknown,
              },
            ],
          }) as unknown,
        }),
      ]);
    },
  );

  test('shows nothing of a fault in a service', async () => {
    const text = await textOf('{ node(id: "inc_broken") { id } }');
    expect(JSON.parse(text)).toMatchObject({
      data: { node: null },
      errors: [{ path: ['node'], extensions: { code: 'INTERNAL', requestId: 'the-same-for-all' } }],
    });
    expect(text).not.toContain('hunter2');
  });

  test('asks no service for a caller who is not signed in', async () => {
    const { status, errors } = await ground.ask('{ node(id: "inc_1") { id } }', { as: null });
    expect([status, errors?.[0]?.extensions.code, references]).toEqual([401, 'UNAUTHENTICATED', []]);
  });
});

describe('nodes', () => {
  const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${TITLES} } }`;

  test('answers in the order of the ids, with null for each record that is not there for the viewer', async () => {
    const ids = ['org_ldc', 'inc_2', 'inc_9', 'com_1', 'inc_foreign', 'inc_1', 'org_none', 'inc_2'];
    const { data, errors } = await ask(NODES, { ids });
    expect(errors).toBeUndefined();
    expect(data?.['nodes']).toEqual([
      { __typename: 'Organization', id: 'org_ldc', name: 'Name of org_ldc' },
      { __typename: 'Incident', id: 'inc_2', title: 'About inc_2' },
      null,
      { __typename: 'IncidentComment', id: 'com_1', text: 'Text of com_1' },
      null,
      { __typename: 'Incident', id: 'inc_1', title: 'About inc_1' },
      null,
      { __typename: 'Incident', id: 'inc_2', title: 'About inc_2' },
    ]);
  });

  test('asks each service once whether the records are there, and for each once', async () => {
    const before = [await requestsTo('tickets'), await requestsTo('directory')];
    const ids = ['inc_1', 'com_1', 'inc_2', 'inc_1', 'org_a', 'org_b'];
    await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } again: nodes(ids: $ids) { id } }', { ids });
    expect([await requestsTo('tickets'), await requestsTo('directory')]).toEqual(before.map((count) => count + 1));
    expect(references.sort()).toEqual(['com_1', 'inc_1', 'inc_2']);
  });

  test('answers the second time, when plans are known, as the first time', async () => {
    const query = `{ nodes(ids: ["inc_1", "org_a", "inc_9", "com_1"]) { ${TITLES} } me { id } }`;
    const first = await textOf(query);
    expect([await textOf(query), await textOf(query)]).toEqual([first, first]);
    expect(first).toContain('About inc_1');
  });

  test('names each value that is no id', async () => {
    const { data, errors } = await ask(NODES, { ids: ['inc_1', 'INC-1', 'com_1', 'x'] });
    expect(data).toEqual({ nodes: null });
    expect(errors?.[0]?.extensions['fields']).toMatchObject([
      { path: 'ids.1', code: 'NOT_AN_ID' },
      { path: 'ids.3', code: 'NOT_AN_ID' },
    ]);
  });

  test.each([
    ['no ids', [], { code: 'TOO_FEW', args: { min: 1 } }],
    [
      'more than a hundred',
      Array.from({ length: 101 }, (_, n) => `inc_${n}`),
      { code: 'TOO_MANY', args: { max: 100 } },
    ],
  ])('refuses %s', async (_what, ids, problem) => {
    const { errors } = await ask(NODES, { ids });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'ids', ...problem }] });
    expect(references).toEqual([]);
  });

  test('takes a hundred, which cost as many points as a page of a hundred', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `inc_${n}`);
    const { data, extensions } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect([(data?.['nodes'] as unknown[]).length, extensions]).toEqual([100, { cost: 100 }]);
  });
});

test('while a service does not answer, the records of the others are found', async () => {
  await ground.stopTickets();
  const { data, errors } = await ask(`{
    incident: node(id: "inc_1") { id }
    organization: node(id: "org_a") { ${TITLES} }
    nodes(ids: ["org_a", "inc_1", "com_1"]) { id }
  }`);
  expect(data).toEqual({
    incident: null,
    organization: { __typename: 'Organization', id: 'org_a', name: 'Name of org_a' },
    nodes: [{ id: 'org_a' }, null, null],
  });
  const places = errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code, extensions['service']]);
  expect(places?.sort()).toEqual([
    ['incident', 'SERVICE_UNAVAILABLE', 'tickets'],
    ['nodes.1', 'SERVICE_UNAVAILABLE', 'tickets'],
    ['nodes.2', 'SERVICE_UNAVAILABLE', 'tickets'],
  ]);
});
