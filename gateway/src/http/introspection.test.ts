import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { committedApiSdl } from '@desk/schema/sdl';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';
import { buildClientSchema, buildSchema, getIntrospectionQuery, parse, type IntrospectionQuery } from 'graphql';
import { LIMITS, type CallerClass } from '../limits/limits.ts';
import { measureDocument } from '../limits/measured-document.ts';

const OPTIONS = [
  'descriptions',
  'specifiedByUrl',
  'directiveIsRepeatable',
  'schemaDescription',
  'inputValueDeprecation',
  'oneOf',
];
/** Each set of options of graphql-js 16; version 14 has the first of them, 15 the first four. */
const QUERIES = Array.from({ length: 2 ** OPTIONS.length }, (_, set) =>
  getIntrospectionQuery(Object.fromEntries(OPTIONS.map((option, bit) => [option, Boolean(set & (2 ** bit))]))),
);
const ALL = QUERIES.at(-1) ?? '';
/** As version 17 asks with `experimentalDirectiveDeprecation`. */
const OF_17 = ALL.replace('directives {', 'directives(includeDeprecated: true) { isDeprecated deprecationReason');
/** A question about one type, as explorers ask. */
const OF_TYPE = `query { __type(name: "TimeInput") { name isOneOf inputFields(includeDeprecated: true) { name
  type { kind ofType { kind ofType { kind ofType { kind ofType { kind ofType { name } } } } } } } } }`;

describe.each<CallerClass>(['LDC_USER', 'AGENT', 'PARTNER'])('a caller of the class %s', (callerClass) => {
  const source = { schema: buildSchema(committedApiSdl()), costs: new Map() };
  const limits = LIMITS[callerClass];
  const cost = (query: string) => measureDocument(parse(query), source).check({ limits }).cost;

  test('may introspect by the standard query with any options, at one price', () => {
    expect(new Set([...QUERIES, OF_17, OF_TYPE].map(cost))).toEqual(new Set([50]));
  });

  test('may not multiply the schema by itself', () => {
    const levels = limits.depth - 1;
    const query = `{ __schema { types ${'{ fields { type '.repeat(levels)}{ name }${' } }'.repeat(levels)} } }`;
    expect(() => cost(query)).toThrow(/levels of fields/);
  });
});

describe('over HTTP', () => {
  let ground: GatewayGround;
  beforeAll(async () => {
    ground = await startGatewayGround();
  });
  afterAll(() => ground.close());

  test.each([
    ['with all options', ALL],
    ['with none', QUERIES[0] ?? ''],
    ['of graphql-js 17', OF_17],
  ])('a distributor’s user reads a whole schema by the standard query %s', async (_which, query) => {
    const { status, data, errors, extensions } = await ground.ask(query, { as: 'lena' });
    expect([status, errors, extensions]).toEqual([200, undefined, { cost: 50 }]);
    const schema = buildClientSchema(data as unknown as IntrospectionQuery);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain('incidents');
  });
});
