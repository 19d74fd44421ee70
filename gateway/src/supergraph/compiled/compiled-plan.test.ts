import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '@desk/kit/process/logger';
import { notFound } from '@desk/kit/api/errors';
import { createRegistry, startSubgraph, type ResolverMap, type RunningServer } from '@desk/kit/api/subgraph';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { domainSdl, supergraphSdl } from '@desk/schema/sdl';
import { ApolloGateway, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parse, print, validate, type GraphQLError, type GraphQLSchema } from 'graphql';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { compilePlan, type CompiledPlan, type PlanAnswer, type PlannedOperation } from './compiled-plan.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { fieldNames, withOwnNames } from '../caller-names.ts';
import { randomDocument } from './random-document.fixture.ts';

const INCIDENTS = [
  incident(1, { organization: 'org_1', assignee: 'per_1' }),
  incident(2, { organization: 'org_2', assignee: null }),
  incident(3, { organization: 'org_gone', assignee: 'per_bad' }),
  incident(4, { organization: 'org_1', assignee: 'per_1', state: 'NO_SUCH_STATE' }),
];

function incident(n: number, given: { organization: string; assignee: string | null; state?: string }) {
  return {
    __typename: 'Incident',
    id: `inc_${n}`,
    number: `INC-${n}`,
    version: n,
    title: `Title ${n}`,
    state: given.state ?? 'NEW',
    organization: { __typename: 'Organization', id: given.organization },
    assignee: given.assignee && { __typename: 'Person', id: given.assignee },
    requester: { id: 'per_1', kind: 'PERSON', person: { __typename: 'Person', id: 'per_1' }, actingFor: null },
    links: n === 2 ? [] : [{ kind: 'RELATED_TO', target: 'INC-2', incident: { __typename: 'Incident', id: 'inc_2' } }],
  };
}

const find = ({ id }: { id: string }) => INCIDENTS.find((one) => one.id === id) ?? null;
const page = (nodes: unknown[]) => ({ nodes, edges: [], pageInfo: { hasNextPage: false }, totalCount: nodes.length });

const RESOLVERS: Partial<Record<Domain, ResolverMap>> = {
  tickets: {
    Query: {
      incident: (_root: unknown, args: { id: string }) => find(args),
      incidents: (_root: unknown, { first }: { first: number }) => page(INCIDENTS.slice(0, first)),
    },
    Incident: {
      __resolveReference: find,
      clocks: () => {
        throw notFound();
      },
    },
  },
  directory: {
    Organization: {
      __resolveReference: ({ id }: { id: string }) =>
        id === 'org_gone' ? null : { id, name: `Name of ${id}`, code: id === 'org_2' ? null : 'LDC-001', type: 'LDC' },
    },
    Person: {
      __resolveReference: ({ id }: { id: string }) => {
        if (id === 'per_bad') throw notFound();
        return {
          id,
          name: 'Ann',
          memberships: [{ organization: { __typename: 'Organization', id: 'org_2' }, roles: ['LDC_USER'] }],
        };
      },
    },
  },
};

const running: RunningServer[] = [];
const services: ServiceMap = {};
/** The subgraph that does not answer. */
let down = '';
/** What a subgraph of another version says in place of its answers. */
let older = (answer: string): string => answer;
let planned: PlannedOperation | null = null;
const SUPERGRAPH = Supergraph.build(supergraphSdl(), { validateSupergraph: false });
const API = SUPERGRAPH.apiSchema();
const supergraphSchema = SUPERGRAPH.schema.toGraphQLJSSchema();
let apiSchema: GraphQLSchema;
const gateway = new ApolloGateway({
  supergraphSdl: supergraphSdl(),
  buildService: ({ name }) => (services[name] = sourceOf(name)),
  experimental_didResolveQueryPlan: ({ queryPlan, operationContext, requestContext }) => {
    const operation = operationFromDocument(API, requestContext.document);
    planned = { queryPlan, supergraphSchema, planned: operation, ...operationContext };
  },
});
const urls: Record<string, string> = {};

function sourceOf(name: string): GraphQLDataSource {
  return {
    async process({ request: { query, variables } }) {
      if (name === down) throw new Error('no answer');
      const answer = await fetch(`${urls[name]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer token' },
        body: JSON.stringify({ query, variables }),
      });
      return JSON.parse(older(await answer.text())) as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  };
}

beforeAll(async () => {
  for (const name of DOMAINS) {
    const server = await startSubgraph({
      name,
      host: '127.0.0.1',
      port: 0,
      sdl: domainSdl(name),
      resolvers: RESOLVERS[name] ?? {},
      context: () => ({}),
      verifyToken: async () => ({
        purpose: 'REQUEST',
        viewer: { id: 'a', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false },
      }),
      ready: async () => {},
      logger: createLogger(name, 'silent'),
      registry: createRegistry(name),
    });
    running.push(server);
    urls[name] = server.url;
  }
  gateway.onSchemaLoadOrUpdate((loaded) => (apiSchema = loaded.apiSchema));
  await gateway.load();
});
afterAll(async () => {
  await gateway.stop();
  for (const server of running) await server.stop();
});

interface Both {
  /** What the gateway library answers. */
  library: Shown;
  /** What a compiled plan answers that the library shapes. */
  unshaped: Shown;
  /** What a compiled plan answers that shapes its answer itself. */
  shaped: Shown;
  /** True where there is such a one. */
  isShaped: boolean;
}

/** What the library and both kinds of compiled plan answer to one request. */
async function both(query: string, variables: Record<string, unknown> = {}): Promise<Both> {
  planned = null;
  const queryHash = createHash('sha256').update(query).digest('hex');
  const request = {
    document: parse(query),
    queryHash,
    request: { query, variables },
    context: {},
    metrics: {},
    logger: console,
  };
  const library = await gateway.executor(request as unknown as Parameters<ApolloGateway['executor']>[0]);
  // The library has called back by now, which the compiler does not see.
  const found = planned as PlannedOperation | null;
  if (!found) throw new Error('the library made no plan');
  const run = (plan: CompiledPlan) => plan.run({ services, variables, context: {} as GatewayContext });
  const [shaping, plain] = [compilePlan(found), compilePlan(found, { shapes: false })];
  return {
    library: shown(library as PlanAnswer),
    unshaped: shown(await run(plain)),
    shaped: shown(await run(shaping)),
    isShaped: shaping.shaped,
  };
}

interface Shown {
  data: unknown;
  /** The data as text, by which the order of its keys is seen. */
  keys: string;
  /** The places of the errors, and their codes but for those of the gateway itself. */
  errors: string[];
}

/** An answer as its caller gets it, errors in a settled order: those of parallel fetches come as they come. */
function shown({ data, errors = [] }: PlanAnswer): Shown {
  const texts = errors.map((error: GraphQLError) => JSON.stringify(error.path));
  return {
    data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
    keys: JSON.stringify(data),
    errors: texts.sort(),
  };
}

describe('a compiled plan answers exactly as the library does', () => {
  const cases: [string, string, Record<string, unknown>][] = [
    ['one record', '{ incident(id: "inc_1") { id number organization { name } } }', {}],
    ['a record that is not there', '{ incident(id: "inc_9") { id organization { name } } }', {}],
    ['variables', 'query ($id: ID!) { incident(id: $id) { number version } }', { id: 'inc_2' }],
    ['variables with defaults', 'query ($first: Int = 2) { incidents(first: $first) { nodes { number } } }', {}],
    [
      'a list with two kinds of reference',
      '{ incidents(first: 2) { nodes { number organization { name } assignee { name } } } }',
      {},
    ],
    [
      'references behind references',
      '{ incidents(first: 2) { nodes { assignee { name memberships { organization { name } roles } } links { incident { number organization { name } } } } } }',
      {},
    ],
    [
      'aliases',
      '{ a: incident(id: "inc_1") { n: number o: organization { c: name } } b: incident(id: "inc_2") { number } }',
      {},
    ],
    [
      'the same field twice',
      '{ incident(id: "inc_1") { organization { name } organization { type } number number } }',
      {},
    ],
    [
      'fragments',
      'query { incident(id: "inc_1") { ...I ... on Incident { title } } } fragment I on Incident { number organization { ...O } } fragment O on Organization { name }',
      {},
    ],
    [
      'the names of types',
      '{ __typename incident(id: "inc_1") { kind: __typename organization { __typename name } } }',
      {},
    ],
    ['a reference that leads nowhere', '{ incident(id: "inc_3") { number organization { id name } } }', {}],
    ['a null where none may be', '{ incidents(first: 2) { nodes { number organization { name code } } } }', {}],
    ['an error of a reference', '{ incidents(first: 3) { nodes { number assignee { name } } } }', {}],
    ['an error that empties a record', '{ incidents(first: 2) { nodes { number clocks { kind } } } }', {}],
    ['a value that is none of the enumeration', '{ incidents(first: 4) { nodes { number state } } }', {}],
  ];

  test.each(cases)('for %s', async (_name, query, variables) => {
    const { library, unshaped, shaped, isShaped } = await both(query, variables);
    expect([isShaped, shaped.keys, unshaped.keys]).toEqual([true, library.keys, library.keys]);
    expect(shaped.errors).toEqual(unshaped.errors);
  });

  test('while a subgraph does not answer', async () => {
    const query = '{ incidents(first: 2) { nodes { number organization { name } } } }';
    await both(query);
    down = 'directory';
    const { library, unshaped, shaped } = await both(query).finally(() => (down = ''));
    expect([shaped.keys, unshaped.keys]).toEqual([library.keys, library.keys]);
    expect(shaped.errors).toEqual(unshaped.errors);
  });
});

describe('a value that the schema does not allow', () => {
  test.each([
    ['a null', '"title":"Title 2"', '"title":null', 'incidents.nodes.1.title'],
    ['a field left out', ',"title":"Title 2"', '', 'incidents.nodes.1.title'],
    ['a value of another type', '"version":2', '"version":"two"', 'incidents.nodes.1.version'],
    ['a value of no enumeration', '"state":"NEW"', '"state":"OLD"', 'incidents.nodes.0.state'],
  ])('such as %s has an error at its place, beside those of services too', async (_what, right, wrong, place) => {
    const query = '{ incidents(first: 3) { nodes { id title version state assignee { name } } } }';
    older = (answer) => answer.replace(right, wrong);
    const { library, shaped, unshaped } = await both(query).finally(() => (older = (answer) => answer));
    const places = (answer: Shown) => answer.errors.map((path) => (JSON.parse(path) as string[]).join('.'));
    expect(places(shaped)).toContain(place);
    expect(places(shaped)).toContain('incidents.nodes.2.assignee');
    expect([unshaped.errors, shaped.keys, unshaped.keys]).toEqual([shaped.errors, library.keys, library.keys]);
  });
});

/** As many as there is time for. */
const RANDOM_DOCUMENTS_MAX = 400;
const RANDOM_MS_MAX = 10_000;

test('a compiled plan answers random documents as the library does, whichever service is down', async () => {
  let shapedRuns = 0;
  const endsAt = performance.now() + RANDOM_MS_MAX;
  await fc.assert(
    fc.asyncProperty(
      randomDocument(),
      fc.record({ first: fc.nat(5) }, { requiredKeys: [] }),
      fc.constantFrom('', '', 'directory', 'tickets'),
      async (query, variables, broken) => {
        // An interruption by the library would leave the last request on its way, and a service down, into the next test.
        if (performance.now() > endsAt) return;
        fc.pre(validate(apiSchema, parse(query)).length === 0);
        // As the gateway hands it on: no alias is the name of a field that a plan may fetch beside it.
        const owned = print(withOwnNames(parse(query), fieldNames(apiSchema)).document);
        down = broken;
        const { library, unshaped, shaped, isShaped } = await both(owned, variables).finally(() => (down = ''));
        if (isShaped) shapedRuns += 1;
        expect(unshaped.keys).toBe(library.keys);
        // Not the order of keys: the library writes equal inline fragments at the place of the first, which no specification asks.
        expect({ ...shaped, keys: null }).toEqual({ ...unshaped, keys: null });
      },
    ),
    { numRuns: RANDOM_DOCUMENTS_MAX },
  );
  expect(shapedRuns).toBeGreaterThan(0);
});

describe('shaped by the library', () => {
  test.each([
    [
      'a condition',
      'query ($deep: Boolean = true) { incident(id: "inc_1") { number organization @include(if: $deep) { name } } }',
    ],
    ['an abstract type', '{ node(id: "inc_1") { id } }'],
    ['an alias with the name of another field', '{ incident(id: "inc_1") { assignee { id: memberships { roles } } } }'],
  ])('is %s', async (_name, query) => {
    const { library, shaped, isShaped } = await both(query);
    expect([isShaped, shaped.keys]).toEqual([false, library.keys]);
  });

  test.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])(
    'is the name %s, which every object inherits',
    async (name) => {
      const query = `{ ${name}: incident(id: "inc_1") { number } incident(id: "inc_1") { ${name}: title } }`;
      expect((await both(query)).isShaped).toBe(false);
      down = 'tickets';
      const { shaped } = await both(query).finally(() => (down = ''));
      expect(shaped).toMatchObject({ data: { [name]: null, incident: null } });
    },
  );
});
