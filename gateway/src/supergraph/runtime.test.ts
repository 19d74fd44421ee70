import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Viewer } from '@desk/kit/api/viewer';
import { DOMAINS } from '@desk/schema/domains';
import { committedApiSdl, domainSdl, eventsSdl, nodeTypes, supergraphSdl } from '@desk/schema/sdl';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  parse,
  printSchema,
  printType,
} from 'graphql';
import { reached, startGround, type Ground } from '../ground.fixture.ts';
import { connect, subscribe } from '../inbox.fixture.ts';
import { telemetryIsOff } from './telemetry.ts';

const UPDATES = `subscription Changes($after: Cursor, $short: Boolean = false) {
  incidentUpdates(after: $after) { cursor incident { number organization @skip(if: $short) { name } } }
}`;
const ANN: Viewer = {
  id: 'per_ann',
  kind: 'PERSON',
  memberships: [{ organizationId: 'org_a', roles: [] }],
  delegations: [],
  staff: false,
  auditor: false,
};

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(async () => ground.close());

test("the gateway library's own reports are off before it is constructed", () => {
  expect(telemetryIsOff()).toBe(true);
});

describe('a planned subscription', () => {
  const plan = (text: string, name: string | null = null) => ground.runtime.plan(parse(text), name);
  const event = {
    field: 'incidentUpdates',
    envelope: { cursor: 'tickets:1-1', incident: { __typename: 'Incident', id: 'inc_1' } },
    published: false,
  };
  const run = async (variables: Record<string, unknown> = {}) => {
    const context = { ...ground.runtime.context({ viewer: ANN, requestId: 'r' }), live: event };
    return JSON.parse(JSON.stringify(await ground.runtime.execute(plan(UPDATES), variables, context))) as unknown;
  };

  test('begins in the event subgraph and goes on in the services: the contract with the planner', () => {
    const { node } = plan(UPDATES).queryPlan;
    expect(node?.kind).toBe('Sequence');
    const text = JSON.stringify(node);
    const services = [...text.matchAll(/"serviceName":"(\w+)"/g)].map(([, service]) => service);
    expect(services).toEqual(['tickets_events', 'tickets', 'directory']);
  });

  test('runs for an event by the public executor', async () => {
    expect(await run()).toEqual({
      data: {
        incidentUpdates: {
          cursor: 'tickets:1-1',
          incident: { number: 'INC-1', organization: { name: 'Name of org_a' } },
        },
      },
    });
  });

  test('leaves out what its variables say', async () => {
    expect(await run({ short: true })).toEqual({
      data: { incidentUpdates: { cursor: 'tickets:1-1', incident: { number: 'INC-1' } } },
    });
  });

  test('is made once for one text, however it is spaced', () => {
    expect(plan(UPDATES)).toBe(plan(UPDATES.replace(/\s+/g, ' ')));
  });

  test('knows whether it asks for something personal, also inside a fragment', () => {
    expect(plan(UPDATES).personal).toBe(false);
    const personal = `subscription { incidentUpdates { incident { ...F } } } fragment F on Incident { allowedActions }`;
    expect(plan(personal).personal).toBe(true);
  });

  test('is of the operation that is named', () => {
    const two = `subscription A { incidentUpdates { cursor } } subscription B { incidentQueueCounts { cursor } }`;
    expect(plan(two, 'B').rootField.name.value).toBe('incidentQueueCounts');
    expect(() => plan(two)).toThrow(/must name one operation/);
  });
});

describe('a request by HTTP', () => {
  const ask = async (query: string) => {
    const operation = { document: parse(query), hash: query, operationName: null, variables: {} };
    return ground.runtime.answer(operation, ground.runtime.context({ viewer: ANN, requestId: 'r' }));
  };

  test('asks a subgraph once for what ten requests of one viewer want in one turn', async () => {
    const query = '{ incident(id: "inc_1") { number organization { name } } }';
    ground.storeCalls.clear();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(query)));
    for (const { data } of answers)
      expect(data).toEqual({ incident: { number: 'INC-1', organization: { name: 'Name of org_a' } } });
    expect(Object.fromEntries(ground.storeCalls)).toEqual({ Incident: 1, Organization: 1 });
  });
});

describe('the supergraph', () => {
  test('tells the costs, the personal fields and the live fields of the SDL', () => {
    const { costs, live } = ground.runtime.directives;
    expect(costs.get('Subscription.incidentUpdates')).toEqual({ weight: 5, size: null, sizedBy: null });
    expect(costs.get('Incident.links')).toEqual({ weight: null, size: 3, sizedBy: null });
    expect(costs.get('Query.nodes')).toEqual({ weight: null, size: null, sizedBy: 'ids' });
    expect(live.get('incidentUpdates')).toEqual({
      stream: 'tickets',
      entity: 'incident',
      scope: 'TICKETS_READ',
      snapshot: null,
      record: { field: 'incident', type: 'Incident' },
    });
    expect(live.get('incidentQueueCounts')).toEqual({
      stream: 'tickets',
      entity: 'incident',
      scope: 'TICKETS_READ',
      snapshot: 'incidents',
      record: { field: 'counts', type: 'IncidentQueueCounts' },
    });
  });

  test('tells each type that node finds, and the service that owns its records', () => {
    const known = nodeTypes().map(({ prefix, name, domain }) => [prefix, { name, service: domain }]);
    expect([...ground.runtime.directives.nodes].sort()).toEqual(known.sort());
  });

  test('tells every field that the SDL of a domain marks as personal, and no other', () => {
    const marked = DOMAINS.flatMap((domain) => [domainSdl(domain), eventsSdl(domain) ?? ''])
      .filter((sdl) => sdl !== '')
      .flatMap((sdl) => parse(sdl).definitions)
      .filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION)
      .flatMap(({ name, fields = [] }) =>
        fields
          .filter(({ directives }) => directives?.some((directive) => directive.name.value === 'personal'))
          .map((field) => `${name.value}.${field.name.value}`),
      );
    expect(marked).toEqual(expect.arrayContaining(['Query.me', 'Subscription.learningUpdates']));
    expect([...ground.runtime.directives.personal].sort()).toEqual(marked.sort());
  });

  test('has a value of an event for each condition of a live field’s filter', () => {
    const { apiSchema, directives } = ground.runtime;
    const fields = Object.values(apiSchema.getSubscriptionType()?.getFields() ?? {});
    expect(fields.map(({ name }) => name).sort()).toEqual([...directives.live.keys()].sort());
    const conditions = fields.flatMap(({ args }) => {
      const filter = args.find(({ name }) => name === 'filter')?.type;
      const type = filter && getNamedType(filter);
      return type && 'getFields' in type ? Object.values(type.getFields()) : [];
    });
    // Each condition takes a list: an event meets it by any of the values.
    const single = conditions.filter(({ type }) => !isListType(getNullableType(type)));
    expect(single.map(({ name }) => name)).toEqual([]);
    expect(conditions.length).toBeGreaterThan(0);
  });

  test('gives the API that clients read: the committed one', () => {
    expect(ground.runtime.apiSdl).toBe(committedApiSdl());
    const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));
    const read = buildSchema(ground.runtime.apiSdl);
    const own = new Set(['access', 'cost']);
    const withoutOwn = new GraphQLSchema({
      ...read.toConfig(),
      directives: read.getDirectives().filter(({ name }) => !own.has(name)),
    });
    expect(printed(withoutOwn)).toBe(printed(ground.runtime.apiSchema));
  });

  test('lets every reference from a live envelope be null: the rest must arrive when one service is down', () => {
    const { apiSchema } = ground.runtime;
    const envelopes = Object.values(apiSchema.getSubscriptionType()?.getFields() ?? {}).map(({ type }) =>
      getNamedType(type),
    );
    const required = envelopes.flatMap((envelope) =>
      (isObjectType(envelope) ? Object.values(envelope.getFields()) : [])
        .filter(({ type }) => isObjectType(getNamedType(type)) && isNonNullType(type))
        .map(({ name }) => `${envelope.name}.${name}`),
    );
    expect(required).toEqual([]);
  });
});

describe('a new supergraph', () => {
  test('that is none is refused, and the one before goes on', async () => {
    const { epoch } = ground.runtime;
    await expect(ground.runtime.update('type Query { broken')).rejects.toThrow();
    expect(ground.runtime.epoch).toBe(epoch);
    expect(printType(ground.runtime.apiSchema.getSubscriptionType() as never)).toMatch(/incidentUpdates/);
  });

  test.each([
    ['a live field whose messages refer to no record', 'entity: "incident"', 'entity: "rumour"', /refer to no record/],
    [
      'a record that no service calls a Node',
      'type Organization implements Node @join__implements(graph: DIRECTORY, interface: "Node")',
      'type Organization implements Node',
      /Organization has @node, and 0 services/,
    ],
  ])('with %s is refused, and the one before goes on', async (_what, part, instead, problem) => {
    const { epoch } = ground.runtime;
    const sdl = supergraphSdl().replace(part, instead);
    expect(sdl).not.toBe(supergraphSdl());
    await expect(ground.runtime.update(sdl)).rejects.toThrow(problem);
    expect(ground.runtime.epoch).toBe(epoch);
  });

  test('is what clients read from then on', async () => {
    await ground.runtime.update(supergraphSdl().replace(/^ {2}NEW @/m, '  FRESH @'));
    expect(ground.runtime.apiSdl).toMatch(/^ {2}FRESH$/m);
    await ground.runtime.update(supergraphSdl());
    expect(ground.runtime.apiSdl).toBe(committedApiSdl());
  });

  test('answers a query that was compiled for the one before by its own rules', async () => {
    const query = '{ incident(id: "inc_1") { state } }';
    const operation = { document: parse(query), hash: 'a', operationName: null, variables: {} };
    const context = ground.runtime.context({ viewer: ANN, requestId: 'r' });
    const state = async () => (await ground.runtime.answer(operation, context)).data?.['incident'];
    // Planned the first time, found the second.
    expect([await state(), await state()]).toEqual([{ state: 'NEW' }, { state: 'NEW' }]);
    const sdl = supergraphSdl().replace(/^ {2}NEW @/m, '  FRESH @');
    expect(sdl).not.toBe(supergraphSdl());
    await ground.runtime.update(sdl);
    expect([await state(), await state()]).toEqual([null, null]);
    await ground.runtime.update(supergraphSdl());
  });

  test('goes on with the subscriptions that fit it, and ends the others with SCHEMA_CHANGED', async () => {
    const gateway = await ground.startGateway();
    const client = connect(gateway.url, 'per_ann');
    const kept = subscribe(client, 'subscription { incidentUpdates { cursor } }');
    const lost = subscribe(client, 'subscription { incidentUpdates { cursor changedFields } }');
    await reached(() => gateway.live.stats.subscriptions === 2);
    const sdl = supergraphSdl().replace(/^ {2}changedFields: /gm, '  changedNames: ');
    expect(sdl).not.toBe(supergraphSdl());
    await ground.runtime.update(sdl);
    await lost.until(({ errors }) => errors !== null);
    expect(lost.errors?.[0]).toMatchObject({ extensions: { code: 'SCHEMA_CHANGED' } });
    await ground.tickets.write({});
    await kept.count(1);
    expect(kept.errors).toBeNull();
    await client.dispose();
    await ground.runtime.update(supergraphSdl());
  });
});
