import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Supergraph } from '@apollo/federation-internals';
import { buildSchema, concatAST, getIntrospectionQuery, parse, print, separateOperations, validate } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from '@desk/kit/api/errors';
import { supergraphSdl } from '@desk/schema/sdl';
import { LIMITS, type CallerClass, type Limits } from './limits.ts';
import { measureDocument, parseDocument } from './measured-document.ts';
import { readDirectives } from '../supergraph/directives.ts';

const PORTAL = path.join(process.cwd(), 'portal/src');
const SCHEMA = buildSchema(`
  type Query {
    me: Person
    incident(id: ID!, tags: [[[String]]], input: Nested): Incident
    incidents(first: Int, last: Int, filter: IncidentFilter): IncidentConnection!
    recent(first: Int): [Incident!]!
    services: [Service!]!
    nodes(ids: [ID!]! = ["per_1", "per_2"]): [Node]
    openCount(filter: IncidentFilter): Int!
    queueCounts: QueueCounts!
    a0: Int a1: Int a2: Int a3: Int a4: Int a5: Int a6: Int a7: Int a8: Int a9: Int a10: Int
    a11: Int a12: Int a13: Int a14: Int a15: Int a16: Int a17: Int a18: Int a19: Int a20: Int
  }
  type Mutation { createIncident(title: String, input: Nested): Incident! closeIncident(id: ID): Incident! }
  type Subscription { incidentUpdates: IncidentUpdate! }
  input IncidentFilter { text: String, state: [String!] }
  input Nested { in: Nested, list: [Nested!], ids: [ID!] }
  interface Node { id: ID! }
  type Person implements Node { id: ID! name: String manager: Person }
  type Organization { id: ID! name: String incidents(first: Int, last: Int): IncidentConnection! }
  type Service { id: ID! name: String }
  type QueueCounts { open: Int! }
  type Incident {
    id: ID! number: String title: String state: String organization: Organization parent: Incident
    comments(first: Int, last: Int): CommentConnection! links: [Link!]!
  }
  type Link { kind: String incident: Incident }
  type IncidentConnection { edges: [IncidentEdge!]! nodes: [Incident!]! pageInfo: PageInfo! totalCount: Int! }
  type IncidentEdge { cursor: String! node: Incident! }
  type CommentConnection { nodes: [Comment!]! totalCount: Int! authors: [Person!]! }
  type Comment { id: ID! author: Person }
  type PageInfo { hasNextPage: Boolean! }
  type IncidentUpdate { cursor: String! incident: Incident }
`);

const SOURCE = {
  schema: SCHEMA,
  costs: new Map([
    ['Query.queueCounts', { weight: 50, size: null, sizedBy: null }],
    ['Query.nodes', { weight: null, size: null, sizedBy: 'ids' }],
    ['Incident.links', { weight: null, size: 10, sizedBy: null }],
    ['CommentConnection.authors', { weight: null, size: 4, sizedBy: null }],
  ]),
};

/** Generous where a test speaks of another limit. */
const LAX: Limits = {
  documentBytes: 1e9,
  variablesBytes: 1e9,
  inputNesting: 1e6,
  inputList: 1e6,
  tokens: 1e6,
  directives: 1e6,
  fragments: 1e6,
  depth: 1e6,
  aliases: 1e6,
  repeatedFields: 1e6,
  introspections: 1e6,
  rootQueryFields: 1e6,
  rootMutationFields: 1e6,
  selections: 1e9,
  page: 100,
  nodes: 1e9,
  cost: 1e9,
};

interface Request {
  variables?: Record<string, unknown>;
  operationName?: string;
  limits?: Partial<Limits>;
}

function check(source: string, { variables, operationName, limits }: Request = {}) {
  const merged = { ...LAX, ...limits };
  return measureDocument(parseDocument(source, merged), SOURCE).check({ operationName, variables, limits: merged });
}

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

function refused(source: string, request: Request = {}): Record<string, unknown> {
  return { ...refusalOf(() => check(source, request)).extensions };
}

function repeat(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join(' ');
}

/** `count` levels of fields, the innermost included. */
function levels(count: number): string {
  return `{ me { ${'manager { '.repeat(count - 2)}name ${'} '.repeat(count - 1)}}`;
}

function list(length: number): string {
  return `[${repeat(length, () => '1')}]`;
}

/** `count` fragments, each spreading the next `spreads` times. */
function bomb(count: number, spreads: number): string {
  const inner = repeat(count - 1, (n) => `fragment F${n} on Query { ${repeat(spreads, () => `...F${n + 1}`)} }`);
  return `{ ...F0 } ${inner} fragment F${count - 1} on Query { me { id } }`;
}

const LINKS_OF_LINKS =
  '{ incident(id: 1) { links { incident { links { incident { links { incident { id } } } } } } } }';

function measured(source: string) {
  return measureDocument(parse(source), SOURCE);
}

describe('the published numbers', () => {
  test('are those of the security page', () => {
    const common = {
      documentBytes: 16_384,
      variablesBytes: 204_800,
      inputNesting: 32,
      inputList: 100,
      tokens: 2_000,
      directives: 20,
      fragments: 30,
      repeatedFields: 5,
      introspections: 1,
      page: 100,
    };
    expect(LIMITS).toEqual({
      LDC_USER: {
        ...common,
        depth: 8,
        aliases: 20,
        rootQueryFields: 10,
        rootMutationFields: 1,
        selections: 2_000,
        nodes: 5_000,
        cost: 500,
      },
      AGENT: {
        ...common,
        depth: 10,
        aliases: 30,
        rootQueryFields: 20,
        rootMutationFields: 5,
        selections: 5_000,
        nodes: 10_000,
        cost: 1_000,
      },
      PARTNER: {
        ...common,
        depth: 10,
        aliases: 20,
        rootQueryFields: 10,
        rootMutationFields: 1,
        selections: 5_000,
        nodes: 50_000,
        cost: 1_000,
      },
    });
  });
});

/** A document that asks for exactly `size` under one limit, and nothing unusual under the others. */
const ASKING: Partial<Record<keyof Limits, (size: number) => string>> = {
  tokens: (size) => `{ ${repeat(size - 2, () => 'a0')} }`,
  directives: (size) => `{ me ${repeat(size, () => '@include(if: true)')} { id } }`,
  fragments: (size) =>
    `{ ${repeat(size, (n) => `...F${n}`)} } ${repeat(size, (n) => `fragment F${n} on Query { me { id } }`)}`,
  depth: (size) => levels(size),
  aliases: (size) => `{ ${repeat(size, (n) => `b${n}: a${n % 20}`)} }`,
  repeatedFields: (size) => `{ me { ${repeat(size, () => 'id')} } }`,
  rootQueryFields: (size) => `{ ${repeat(size, (n) => `a${n}`)} }`,
  rootMutationFields: (size) => `mutation { ${repeat(size, (n) => `m${n}: createIncident { id }`)} }`,
  selections: (size) => `{ ${repeat(size, () => 'a0')} }`,
  introspections: (size) =>
    `{ ${repeat(size, (n) => `s${n}: ${n % 2 ? '__type(name: "Person")' : '__schema'} { __typename }`)} }`,
  inputNesting: (size) => `{ incident(id: 1, tags: ${'['.repeat(size)}${']'.repeat(size)}) { id } }`,
};

describe('a document at the limit passes and one above is refused by the limit it breaks', () => {
  const callers: CallerClass[] = ['LDC_USER', 'AGENT', 'PARTNER'];
  const cases = Object.entries(ASKING).flatMap(([limit, ask]) => callers.map((caller) => ({ limit, caller, ask })));

  test.each(cases)('$limit of $caller', ({ limit, caller, ask }) => {
    const allowed = LIMITS[caller][limit as keyof Limits];
    expect(() => check(ask(allowed), { limits: { [limit]: allowed } })).not.toThrow();
    expect(refused(ask(allowed + 1), { limits: { [limit]: allowed } })).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit,
      asked: allowed + 1,
      allowed,
    });
  });

  test('documentBytes, counted in UTF-8', () => {
    const source = `{ me { id } } #é`;
    expect(() => check(source, { limits: { documentBytes: 17 } })).not.toThrow();
    expect(refused(`${source}x`, { limits: { documentBytes: 17 } })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      limit: 'documentBytes',
      asked: 18,
      allowed: 17,
    });
  });

  test('nodes, as the sum of the products of pages', () => {
    const source = '{ incidents(first: 50) { nodes { comments(first: 99) { totalCount } } } }';
    expect(check(source, { limits: { nodes: 5_000 } }).nodes).toBe(5_000);
    expect(refused(source, { limits: { nodes: 4_999 } })).toMatchObject({
      limit: 'nodes',
      asked: 5_000,
      allowed: 4_999,
    });
  });

  test('nodes of lists without pages, by their sizes', () => {
    expect(check(LINKS_OF_LINKS).nodes).toBe(10 + 100 + 1_000);
    expect(refused(LINKS_OF_LINKS, { limits: LIMITS.AGENT })).toMatchObject({ limit: 'cost', allowed: 1_000 });
  });

  test('cost', () => {
    const source = '{ incidents(first: 100) { nodes { id } } }';
    expect(check(source, { limits: { cost: 101 } }).cost).toBe(101);
    expect(refused(source, { limits: { cost: 100 } })).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit: 'cost',
      asked: 101,
      allowed: 100,
    });
  });
});

describe('how a document is measured', () => {
  test('the innermost field is a level, and the refusal names the way to it across fragments and aliases', () => {
    const source = '{ who: me { ...P } } fragment P on Person { manager { boss: manager { name } } id }';
    expect(refused(source, { limits: { depth: 3 } })).toMatchObject({
      limit: 'depth',
      asked: 4,
      field: 'who.manager.boss.name',
    });
  });

  test('a refusal is one sentence that names limit, place and remedy', () => {
    expect(refusalOf(() => check(levels(9), { limits: { depth: 8 } })).message).toBe(
      `The request has 9 levels of fields at me.${'manager.'.repeat(7)}name; 8 are allowed. ` +
        'Ask for the inner records in a request of their own.',
    );
  });

  test('introspection counts towards the depth like any field, but for a chain of ofType', () => {
    const types = (below: string) => `{ __schema { types { fields { type { ${below} } } } } }`;
    expect(refused(types('fields { type { name } }'), { limits: { depth: 6 } })).toMatchObject({ limit: 'depth' });
    expect(() => check(types('ofType { ofType { ofType { name } } }'), { limits: { depth: 5 } })).not.toThrow();
    expect(refused(getIntrospectionQuery(), { limits: { depth: 5 } })).toMatchObject({ limit: 'depth', asked: 6 });
  });

  test('the schema asked for twice is refused, also where one of them stands in a fragment', () => {
    const source = '{ ...S again: __schema { types { name } } } fragment S on Query { __schema { types { name } } }';
    expect(refused(source, { limits: { introspections: 1 } })).toMatchObject({ limit: 'introspections', asked: 2 });
  });

  test('the schema with its types, fields and arguments is within the limits of every caller', () => {
    const source = `{ __schema { queryType { name } directives { name args { name } }
      types { kind name description enumValues { name } inputFields { name defaultValue }
        fields(includeDeprecated: true) { name args { name type { kind name ofType { name } } } type { kind name ofType { name } } } } } }`;
    for (const limits of Object.values(LIMITS)) expect(() => check(source, { limits })).not.toThrow();
  });

  test('a fragment named __schema hides nothing', () => {
    const source = '{ ...__schema } fragment __schema on Query { me { manager { manager { name } } } }';
    expect(refused(source, { limits: { depth: 3 } })).toMatchObject({ limit: 'depth', asked: 4 });
  });

  test('aliases in a fragment named __schema are counted', () => {
    const source = `{ ...__schema } fragment __schema on Query { ${repeat(21, (n) => `b${n}: a${n % 20}`)} }`;
    expect(refused(source, { limits: { aliases: 20 } })).toMatchObject({ limit: 'aliases', asked: 21 });
  });

  test('a fragment measured at a shallow place counts in full at a deep one', () => {
    const source = `{ me { ...P manager { manager { manager { ...P } } } } } fragment P on Person { manager { name } }`;
    expect(refused(source, { limits: { depth: 5 } })).toMatchObject({ limit: 'depth', asked: 6 });
  });

  test('a fragment spread twice counts its aliases twice', () => {
    const source = '{ me { ...P manager { ...P } } } fragment P on Person { x: id y: name }';
    expect(refused(source, { limits: { aliases: 3 } })).toMatchObject({ limit: 'aliases', asked: 4 });
  });

  test('root fields behind fragments and inline fragments are counted', () => {
    const source =
      'mutation { ...M ... { b: createIncident { id } } } fragment M on Mutation { a: createIncident { id } }';
    expect(refused(source, { limits: { rootMutationFields: 1 } })).toMatchObject({
      limit: 'rootMutationFields',
      asked: 2,
    });
  });

  test('inline fragments count as selections', () => {
    expect(refused('{ ... { ... { a0 } } }', { limits: { selections: 2 } })).toMatchObject({
      limit: 'selections',
      asked: 3,
    });
  });

  test('one field under many keys is refused when the keys stand in different fragments', () => {
    const parts = repeat(6, (n) => `fragment F${n} on Person { k${n}: name }`);
    const source = `{ me { ${repeat(6, (n) => `...F${n}`)} } } ${parts}`;
    expect(refused(source, { limits: { repeatedFields: 5 } })).toMatchObject({
      limit: 'repeatedFields',
      asked: 6,
      field: 'me.name',
    });
  });

  test('many fragments may each ask for the same field under the same key', () => {
    const parts = repeat(6, (n) => `fragment F${n} on Person { id }`);
    const source = `{ me { ${repeat(6, (n) => `...F${n}`)} } } ${parts}`;
    expect(() => check(source, { limits: { repeatedFields: 5 } })).not.toThrow();
  });

  test('an operation that is not chosen is measured too, since validation walks it', () => {
    const source = `query A { me { id } } query B ${levels(9)}`;
    expect(refused(source, { operationName: 'A', limits: { depth: 8 } })).toMatchObject({ limit: 'depth', asked: 9 });
  });

  test('a fragment that nobody spreads is measured too', () => {
    const source = `{ me { id } } fragment F on Query ${levels(9)}`;
    expect(refused(source, { limits: { depth: 8 } })).toMatchObject({ limit: 'depth', asked: 9 });
  });

  test('fields that the schema does not know are measured and left to validation', () => {
    expect(refused('{ nope { nope { nope } } }', { limits: { depth: 2 } })).toMatchObject({ limit: 'depth', asked: 3 });
  });

  test('a document that is not GraphQL keeps the syntax error of graphql-js', () => {
    expect(() => check('{ me { id }')).toThrow(/^Syntax Error: Expected Name, found <EOF>/);
  });
});

describe('bombs are refused after work that grows only with their text', () => {
  test('20 levels of 10 spreads, by their expanded selections', () => {
    expect(refused(bomb(20, 10), { limits: LIMITS.LDC_USER })).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit: 'selections',
    });
  });

  test('20 levels of 10 spreads are walked once each', () => {
    expect(measured(bomb(20, 10)).steps).toBeLessThan(20 * 10 * 3);
  });

  test('a count that no number holds stays a count', () => {
    expect(refused(bomb(30, 60), { limits: { tokens: 1e9 } })).toMatchObject({
      limit: 'selections',
      asked: Number.MAX_SAFE_INTEGER,
    });
  });

  test('1,700 aliases in 12 KB, by their tokens', () => {
    const source = `{${repeat(1_700, (n) => `k${n.toString(36)}:a0`)}}`.replaceAll(' ', ',');
    expect(refused(source, { limits: LIMITS.LDC_USER })).toMatchObject({
      limit: 'tokens',
      asked: 5_102,
      allowed: 2_000,
    });
  });

  test.each([1_700, 20_000])('%i aliases in a document that was parsed elsewhere, by their number', (count) => {
    const document = measured(`{ ${repeat(count, (n) => `k${n}: me { id }`)} }`);
    expect(document.steps).toBeLessThan(count * 5);
    expect(
      refusalOf(() => document.check({ limits: { ...LIMITS.LDC_USER, tokens: 1e6, selections: 1e6 } })).extensions,
    ).toMatchObject({ limit: 'aliases', asked: count, allowed: 20 });
  });

  test.each([
    ['itself', '{ ...A } fragment A on Query { me { id } ...A }'],
    ['itself through another', '{ ...A } fragment A on Query { ...B } fragment B on Query { me { id } ...A }'],
    ['itself further down', '{ me { ...A } } fragment A on Person { manager { ...A } }'],
    ['itself, spread by nobody', '{ me { id } } fragment A on Person { manager { ...A } }'],
  ])('a fragment that contains %s', (_, source) => {
    expect(refused(source)).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'selections' });
  });

  test('many levels that each spread a wide fragment', () => {
    const wide = `fragment F on Query { ${repeat(900, (n) => `k${n}: a0`)} }`;
    const document = measured(`{ ${repeat(900, (n) => `...F ... { j${n}: incident(id: 1) { ...F } }`)} } ${wide}`);
    expect(document.steps).toBeLessThan(100_000);
    expect(refusalOf(() => document.check({ limits: LIMITS.AGENT })).extensions['code']).toBe('QUERY_TOO_COMPLEX');
  });

  test('brackets deeper than the parser can follow', () => {
    expect(refused(`{ incident(tags: ${'['.repeat(1_990)}`, { limits: LIMITS.AGENT })).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
    });
  });
});

describe('names that could reach a prototype are refused', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s, wherever it stands in a document', (name) => {
    const documents = [
      `{ ${name} }`,
      `{ ${name}: me { id } }`,
      `query ($${name}: Int) { me { id } }`,
      `query ${name} { me { id } }`,
      `{ incidents(first: $${name}) { totalCount } }`,
      `{ incident(${name}: 1) { id } }`,
      `{ incident(id: 1, input: { list: [{ ${name}: 1 }] }) { id } }`,
      `{ me @${name} { id } }`,
      `{ ...${name} } fragment ${name} on Query { me { id } }`,
    ];
    expect(documents.map((source) => refused(source)['code'])).toEqual(documents.map(() => 'BAD_USER_INPUT'));
  });

  test('in variables, with the path', () => {
    const variables = JSON.parse('{ "input": { "list": [{ "__proto__": 1 }] } }') as Record<string, unknown>;
    expect(refused('{ me { id } }', { variables })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.list.0.__proto__' }],
    });
  });
});

describe('variables', () => {
  const nested = (count: number): unknown => (count === 0 ? 1 : [nested(count - 1)]);

  test('may nest to the limit and no further', () => {
    const limits = { inputNesting: 32 };
    expect(() => check('{ me { id } }', { variables: { tags: nested(32) }, limits })).not.toThrow();
    expect(refused('{ me { id } }', { variables: { tags: nested(33) }, limits })).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit: 'inputNesting',
      asked: 33,
      allowed: 32,
    });
  });

  test('are refused when nested deeper than JSON could be written', () => {
    const tags = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
    expect(refused('{ me { id } }', { variables: { tags }, limits: LIMITS.AGENT })).toMatchObject({
      limit: 'inputNesting',
    });
  });

  test('are measured in bytes of JSON', () => {
    const limits = { variablesBytes: 13 };
    expect(() => check('{ me { id } }', { variables: { id: 'éé' }, limits })).not.toThrow();
    expect(refused('{ me { id } }', { variables: { id: 'ééx' }, limits })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      limit: 'variablesBytes',
      asked: 14,
    });
  });

  test('hold lists of 100 entries and no more', () => {
    const limits = { inputList: 100 };
    expect(() => check('{ me { id } }', { variables: { ids: Array(100).fill(1) }, limits })).not.toThrow();
    expect(refused('{ me { id } }', { variables: { input: { ids: Array(101).fill(1) } }, limits })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.ids' }],
    });
  });

  test('and literals alike', () => {
    const source = (length: number) => `{ incident(id: 1, input: { ids: ${list(length)} }) { id } }`;
    const limits = { inputList: 100 };
    expect(() => check(source(100), { limits })).not.toThrow();
    expect(refused(source(101), { limits })).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input' }] });
  });
});

describe('pages', () => {
  const page = (argument: string) => `{ incidents${argument} { nodes { id } } }`;
  const byVariable = 'query ($n: Int) { incidents(first: $n) { nodes { id } } }';
  const byDefault = 'query ($n: Int = 7) { incidents(first: $n) { nodes { id } } }';
  const message = 'must ask for a page: first or last, 1 to 100.';

  test.each([
    ['first 1', page('(first: 1)'), {}, 1],
    ['first 100', page('(first: 100)'), {}, 100],
    ['last 100', page('(last: 100)'), {}, 100],
    ['a variable', byVariable, { n: 40 }, 40],
    ['a default', byDefault, {}, 7],
    ['a variable over its default', byDefault, { n: 9 }, 9],
    ['last beside an empty first', page('(first: null, last: 3)'), {}, 3],
    ['the larger of two', page('(first: 3, last: 30)'), {}, 30],
  ])('of %s pass and count', (_, source, variables, nodes) => {
    expect(check(source, { variables }).nodes).toBe(nodes);
  });

  test.each([
    ['nothing', page(''), {}],
    ['null', page('(first: null)'), {}],
    ['0', page('(first: 0)'), {}],
    ['-1', page('(last: -1)'), {}],
    ['101', page('(first: 101)'), {}],
    ['101 for last, beside a good first', page('(first: 1, last: 101)'), {}],
    ['-1 for last, beside a good first', page('(first: 1, last: -1)'), {}],
    ['a fraction', page('(first: 1.5)'), {}],
    ['a text', page('(first: "10")'), {}],
    ['a variable that is missing', byVariable, {}],
    ['a variable that is null, over its default', byDefault, { n: null }],
    ['a variable of 101', byVariable, { n: 101 }],
    ['a variable of NaN', byVariable, { n: Number.NaN }],
    ['a variable that is a text', byVariable, { n: '10' }],
    ['a variable that is a list', byVariable, { n: [10] }],
  ])('of %s are refused', (_, source, variables) => {
    expect(refused(source, { variables })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'incidents', message }],
    });
  });

  test('are refused with their whole path, all at once', () => {
    const source = `{ all: incidents { nodes { ...I } } } fragment I on Incident { talk: comments(first: 200) { totalCount } }`;
    expect(refused(source)).toMatchObject({
      fields: [
        { path: 'all.nodes.talk', message },
        { path: 'all', message },
      ],
    });
  });

  test('in a fragment that the operation does not reach are left to validation', () => {
    const source = '{ me { id } } fragment I on Incident { comments { totalCount } }';
    expect(check(source)).toEqual({ cost: 1, nodes: 0, rootFields: 1 });
  });
});

describe('the cost', () => {
  test.each([
    ['a scalar', '{ a0 }', 0],
    ['an object', '{ me { id name } }', 1],
    ['an object in an object', '{ me { manager { id } } }', 2],
    ['a page of scalars only', '{ incidents(first: 10) { totalCount } }', 1],
    ['a page of nodes', '{ incidents(first: 10) { nodes { id } } }', 1 + 10],
    ['a page of edges', '{ incidents(first: 10) { edges { node { id } } } }', 1 + 10 * 2],
    ['what stands once in a page', '{ incidents(first: 10) { nodes { id } pageInfo { hasNextPage } } }', 1 + 10 + 1],
    [
      'a page in a page',
      '{ incidents(first: 10) { nodes { comments(first: 5) { nodes { id } } } } }',
      1 + 10 * (1 + 1 + 5),
    ],
    ['a list that is a page itself', '{ recent(first: 10) { organization { id } } }', 10 * 2],
    ['a list with neither pages nor a size', '{ services { id } }', 1],
    ['a list with a size', '{ incident(id: 1) { links { kind } } }', 1 + 10],
    ['a list with a size in another', LINKS_OF_LINKS, 1 + 10 * 2 + 100 * 2 + 1_000 * 2],
    [
      'a list with a size in a page',
      '{ incidents(first: 5) { nodes { links { incident { id } } } } }',
      1 + 5 * (1 + 10 * 2),
    ],
    [
      'a list with a size beside the rows of a page',
      '{ incident(id: 1) { comments(first: 50) { nodes { id } authors { name } } } }',
      1 + 1 + 50 + 4,
    ],
    ['a list that an argument sizes', '{ nodes(ids: ["per_1", "per_2", "per_3"]) { id } }', 3],
    ['a list that an argument sizes, left out', '{ nodes { id } }', 2],
    ['a list that an empty argument sizes', '{ nodes(ids: []) { id } }', 1],
    ['a list that one value sizes', '{ nodes(ids: "per_1") { id ... on Person { manager { id } } } }', 2],
    [
      'a list that an argument sizes, with objects',
      '{ nodes(ids: [1, 2]) { ... on Person { manager { id } } } }',
      2 + 2,
    ],
    ['a text search', '{ incidents(first: 10, filter: { text: "dead" }) { nodes { id } } }', 1 + 10 + 20],
    ['a text search of a scalar', '{ openCount(filter: { text: "dead" }) }', 20],
    ['a filter without text', '{ incidents(first: 10, filter: { text: null, state: [] }) { nodes { id } } }', 1 + 10],
    ['a weight', '{ queueCounts { open } }', 50],
    ['a mutation', 'mutation { createIncident { id organization { id } } }', 10 + 1],
    ['two mutations', 'mutation { a: createIncident { id } b: closeIncident { id } }', 20],
    ['a subscription', 'subscription { incidentUpdates { cursor incident { number organization { name } } } }', 5 + 2],
    ['the schema', '{ __schema { types { name } } __typename }', 50],
    ['a type of the schema', '{ __type(name: "Person") { fields { name } } __typename }', 50],
    [
      'a fragment in two pages',
      '{ a: incidents(first: 2) { ...P } b: incidents(first: 3) { ...P } } fragment P on IncidentConnection { nodes { id } pageInfo { hasNextPage } }',
      2 + 2 + 3 + 2,
    ],
  ])('of %s', (_, source, cost) => {
    expect(validate(SCHEMA, parse(source))).toEqual([]);
    expect(check(source).cost).toBe(cost);
  });

  test.each([
    ['sent', { filter: { text: 'dead' } }, 31],
    ['sent without text', { filter: { state: ['NEW'] } }, 11],
    ['not sent', {}, 11],
  ])('of a text search whose filter is %s as a variable', (_, variables, cost) => {
    const source = 'query ($filter: IncidentFilter) { incidents(first: 10, filter: $filter) { nodes { id } } }';
    expect(check(source, { variables }).cost).toBe(cost);
  });

  test.each([
    ['three values', { ids: ['per_1', 'per_2', 'per_3'] }, 6],
    ['no value', { ids: [] }, 2],
    ['one value that is no list', { ids: 'per_1' }, 2],
  ])('of a list that a variable of %s sizes', (_, variables, cost) => {
    const source = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Person { manager { id } } } }';
    expect(check(source, { variables })).toEqual({ cost, nodes: cost / 2, rootFields: 1 });
  });

  test('of a skipped field is that of the field', () => {
    expect(check('{ me @skip(if: true) { id } }').cost).toBe(1);
  });

  test('never falls when a field is added', () => {
    const { person, incident, query } = fc.letrec<{ person: string; incident: string; query: string }>((tie) => ({
      person: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom('id', 'name', 'x: id'),
        tie('person').map((inner) => `manager { ${inner} }`),
      ),
      incident: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom('id', 'number', '...I'),
        tie('incident').map((inner) => `organization { incidents(first: 3) { edges { node { ${inner} } } } }`),
        fc.tuple(tie('incident'), tie('incident')).map(([one, two]) => `parent { ${one} ... { ${two} } }`),
        fc
          .tuple(fc.integer({ min: 1, max: 100 }), tie('person'))
          .map(([size, inner]) => `comments(last: ${size}) { nodes { author { ${inner} } } totalCount }`),
      ),
      query: fc.oneof(
        tie('person').map((inner) => `me { ${inner} }`),
        tie('incident').map((inner) => `incident(id: 1) { ${inner} }`),
        fc
          .tuple(fc.integer({ min: 1, max: 100 }), tie('incident'))
          .map(([size, inner]) => `incidents(first: ${size}, filter: { text: "a" }) { nodes { ${inner} } }`),
        fc.constantFrom('queueCounts { open }', 'openCount', 'services { id }'),
      ),
    }));
    const costOf = (fields: string[]) =>
      check(`{ ${fields.join(' ')} } fragment I on Incident { parent { id } title }`);
    fc.assert(
      fc.property(
        fc.array(query, { minLength: 1, maxLength: 5 }),
        query,
        incident,
        person,
        (fields, more, row, one) => {
          const less = costOf(fields);
          const wider = costOf([...fields, more]);
          expect(wider.cost).toBeGreaterThanOrEqual(less.cost);
          expect(wider.nodes).toBeGreaterThanOrEqual(less.nodes);
          // Also deep inside a page: the field is added to each row.
          const thin = costOf([`incidents(first: 9) { nodes { comments(first: 2) { nodes { author { ${one} } } } } }`]);
          const thick = costOf([
            `incidents(first: 9) { nodes { comments(first: 2) { nodes { author { ${one} manager { ${one} } } } } ${row} } }`,
          ]);
          expect(thick.cost).toBeGreaterThanOrEqual(thin.cost + 9 * 2);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('the portal’s own operations pass the limits of every caller', () => {
  const schema = Supergraph.build(supergraphSdl(), { validateSupergraph: false });
  const files = readdirSync(PORTAL, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'));
  const document = concatAST(files.map((file) => parse(readFileSync(path.join(PORTAL, file), 'utf8'))));
  const costs = readDirectives(schema).costs;
  const operations = Object.entries(separateOperations(document));
  const api = schema.apiSchema().toGraphQLJSSchema();
  // The largest pages that the portal asks for.
  const request = { variables: { first: 30, last: 100 }, limits: LIMITS.LDC_USER };
  for (const [operationName, alone] of operations) {
    const asked = measureDocument(parse(print(alone)), { schema: api, costs });
    expect(() => asked.check({ ...request, operationName })).not.toThrow();
  }
  expect(operations.length).toBeGreaterThan(20);
});

describe('one measured document', () => {
  const source = 'query Q($n: Int!) { incidents(first: $n) { nodes { id } } } query R { me { id } }';

  test('serves many requests with different variables', () => {
    const document = measured(source);
    const costs = [5, 100, 5].map((n) => document.check({ operationName: 'Q', variables: { n }, limits: LAX }).cost);
    expect(costs).toEqual([6, 101, 6]);
  });

  test('serves callers with different limits', () => {
    const document = measured(levels(9));
    expect(document.check({ limits: LIMITS.AGENT })).toEqual({ cost: 8, nodes: 0, rootFields: 1 });
    expect(refusalOf(() => document.check({ limits: LIMITS.LDC_USER })).extensions['limit']).toBe('depth');
  });

  test('runs the operation that is named', () => {
    expect(check(source, { operationName: 'R' }).cost).toBe(1);
  });

  test.each(['none', ''])('refuses an operation name that is not in it: "%s"', (operationName) => {
    expect(refused(source, { operationName })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'operationName' }],
    });
  });

  test('refuses to choose between two operations', () => {
    expect(refused(source)).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'operationName' }] });
  });
});
