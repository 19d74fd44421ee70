import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Refusal } from '@desk/kit/api/errors';
import { startGatewayGround, type GatewayAnswer, type GatewayGround } from '@desk/testkit/gateway-ground';

/** Organizations by what asking for them gives. */
const ORGANIZATIONS: Record<string, () => unknown> = {
  org_good: () => ({ id: 'org_good', name: 'Good', code: 'LDC-001' }),
  org_absent: () => null,
  org_failing: () => {
    throw new Refusal('BACKPRESSURE', 'Too many changes wait.');
  },
};

const ROWS = ['org_good', 'org_failing', 'org_good', 'org_absent', 'org_failing'];
const row = (organization: string, index: number) => ({
  __typename: 'Incident',
  id: `inc_${index}`,
  number: `INC-00000${index}`,
  title: `Title ${index}`,
  state: 'NEW',
  organization: { __typename: 'Organization', id: organization },
});

const reference = (id: string) => ({ __typename: 'Organization', id });

let asked: unknown[] = [];
const RESOLVERS = {
  tickets: {
    Query: {
      incident: (_: unknown, { id }: { id: string }) => row(id.replace('inc_', 'org_'), 7),
      incidents: (_: unknown, { filter }: { filter?: { state?: string[] } }) => {
        asked.push(filter?.state);
        const nodes = ROWS.map((organization, index) => row(organization, index));
        return { nodes, edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false }, totalCount: 5 };
      },
    },
    Incident: { __resolveReference: ({ id }: { id: string }) => (id === 'inc_1' ? row('org_good', 1) : null) },
  },
  continuity: {
    Query: {
      continuityEvent: (_: unknown, { id }: { id: string }) => ({
        id,
        affectedOrganizations: ['org_good', 'org_absent'].map(reference),
      }),
    },
  },
  directory: {
    Query: { me: () => ({ id: 'per_sam', name: 'Sam', kind: 'PERSON', language: 'EN' }) },
    Organization: { __resolveReference: async ({ id }: { id: string }) => ORGANIZATIONS[id]?.() },
  },
};

const grounds = {} as Record<'compiled' | 'library', GatewayGround>;
beforeAll(async () => {
  grounds.compiled = await startGatewayGround({ resolvers: RESOLVERS });
  grounds.library = await startGatewayGround({ resolvers: RESOLVERS, config: { compilePlans: false } });
});
afterAll(async () => {
  await grounds.compiled.close();
  await grounds.library.close();
});

const paths = ({ errors = [] }: GatewayAnswer) => errors.map(({ path }) => path?.join('.') ?? 'nowhere').sort();

describe.each(['compiled', 'library'] as const)('with answers shaped by the %s', (how) => {
  const ask = (query: string, variables: Record<string, unknown> = {}) => grounds[how].ask(query, { variables });

  test('each error stands at the place of its null, whatever kind of step failed', async () => {
    const answer = await ask('{ incidents(first: 5) { nodes { id organization { name } } } }');
    expect(answer.data).toEqual({
      incidents: {
        nodes: ROWS.map((name, n) => ({ id: `inc_${n}`, organization: name === 'org_good' ? { name: 'Good' } : null })),
      },
    });
    // What a service does not find is null without an error.
    expect(paths(answer)).toEqual(['incidents.nodes.1.organization', 'incidents.nodes.4.organization']);
  });

  test('a null where none may be has an error with its path, and a line in the log', async () => {
    const answer = await grounds[how].ask('{ continuityEvent(id: "con_1") { id affectedOrganizations { name } } }', {
      headers: { 'x-request-id': `null-where-none-${how}` },
    });
    expect([answer.data, paths(answer), answer.errors?.[0]?.extensions.code]).toEqual([
      { continuityEvent: { id: 'con_1', affectedOrganizations: null } },
      ['continuityEvent.affectedOrganizations.1'],
      'INTERNAL',
    ]);
    const lines = grounds[how].logged.filter(({ requestId }) => requestId === `null-where-none-${how}`);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'a request failed' }));
  });

  test('a null is explained also beside the error of another field', async () => {
    const answer = await ask(`{
      incident(id: "inc_failing") { organization { name } }
      continuityEvent(id: "con_1") { affectedOrganizations { name } }
    }`);
    expect(paths(answer)).toEqual(['continuityEvent.affectedOrganizations.1', 'incident.organization']);
  });

  test('each error of a record stands at its place among those of other types', async () => {
    const ids = '["org_good", "inc_1", "org_failing"]';
    const answer = await ask(`{ nodes(ids: ${ids}) { ... on Organization { name } ... on Incident { number } } }`);
    expect(paths(answer)).toEqual(['nodes.2']);
  });

  const STATES = (name: string) => `query ($${name}: [IncidentState!]) {
    incidents(first: 2, filter: { state: $${name} }) { totalCount nodes { organization { code } } }
  }`;
  test.each(['representations', '_', '__typename', 'caller_', 'toString', 'hasOwnProperty', 'data', 'first', 'id'])(
    'a variable may be called %s',
    async (name) => {
      const plain = await ask(STATES('x'), { x: ['NEW'] });
      asked = [];
      const answer = await ask(STATES(name), { [name]: ['CLOSED'] });
      expect([answer.data, paths(answer), asked]).toEqual([plain.data, paths(plain), [['CLOSED']]]);
    },
  );

  const ALIASED = (name: string) => `{
    ${name}: incident(id: "inc_good") { ${name}: number organization { ${name}: code } }
    incidents(first: 5) { nodes { ${name}: title organization { ${name}: name } } }
    node(id: "inc_1") { ... on Incident { ${name}: number } ... on Organization { ${name}: code } }
  }`;
  test.each([
    ...['id', '__typename', 'assignee', 'name', 'code', 'state', 'version', '_entities', '_', '__', 'x__alias_0'],
    ...['caller_', 'caller_id', 'toString', 'valueOf', 'representations', 'me', 'nodes', 'errors', 'data'],
  ])('an alias may be called %s', async (name) => {
    const plain = await ask(ALIASED('plain'));
    const { data, errors } = await ask(ALIASED(name));
    const renamed = JSON.parse(
      JSON.stringify({ data: plain.data, paths: paths(plain) }).replaceAll('plain', name),
    ) as object;
    expect({ data, paths: paths({ errors } as GatewayAnswer) }).toEqual(renamed);
  });

  test.each(['mutation', 'query', '_generated_onIncident_0', 'Incident', 'toString', '__typename'])(
    'an operation and a fragment may be called %s',
    async (name) => {
      const { data, errors } = await ask(
        `query ${name} { incident(id: "inc_good") { ...${name} } } fragment ${name} on Incident { organization { code } }`,
      );
      expect([data, errors]).toEqual([{ incident: { organization: { code: 'LDC-001' } } }, undefined]);
    },
  );

  test('questions about the schema are answered beside data, whatever they ask and however they are written', async () => {
    const { data, errors } = await ask(
      `query ($with: Boolean = true, $name: String = "TimeInput") { me { id } ...S kind: __typename }
        fragment S on Query { me { name } incident(id: "inc_good") @skip(if: $with) { id }
          id: __type(name: $name) @include(if: $with) { name isOneOf } }`,
    );
    expect([data, errors]).toEqual([
      { me: { id: 'per_sam', name: 'Sam' }, id: { name: 'TimeInput', isOneOf: true }, kind: 'Query' },
      undefined,
    ]);
    const mixed = await ask('{ me { id } __schema { directives(includeDeprecated: true) { name isDeprecated } } }');
    expect([mixed.data, mixed.errors]).toEqual([
      {
        me: { id: 'per_sam' },
        __schema: { directives: expect.arrayContaining([{ name: 'skip', isDeprecated: false }]) },
      },
      undefined,
    ]);
    const none = await ask('{ me { id } __type(name: "Nothing") { name } }');
    expect([none.data, none.errors]).toEqual([{ me: { id: 'per_sam' }, __type: null }, undefined]);
  });
});
