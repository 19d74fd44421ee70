import { DOMAINS, type Domain } from '@desk/schema/domains';
import { describe, expect, test } from '@jest/globals';
import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { apiSdl } from './api.ts';
import { composeSupergraph } from './composition.ts';
import { committedApiSdl, domainSdl, eventsSdl, nodesSdl, nodeTypes, supergraphSdl } from './sdl.ts';

const SERVED = DOMAINS.map((domain) => ({ name: domain, domain, document: parse(domainSdl(domain)) }));
const EVENTS = DOMAINS.flatMap((domain) => {
  const events = eventsSdl(domain);
  return events ? [{ name: `${domain} events`, domain, document: parse(events) }] : [];
});
const DOCUMENTS = [...SERVED, ...EVENTS, { name: 'nodes', document: parse(nodesSdl()) }];

describe('the supergraph', () => {
  test('is what the SDL files give, without a hint', () => {
    const { sdl, hints } = composeSupergraph();
    expect(hints).toEqual([]);
    expect(supergraphSdl()).toBe(sdl);
  });

  test('names the live fields and their logs', () => {
    expect(supergraphSdl()).toMatch(/\): IncidentUpdate!.* @live\(stream: "tickets", entity: "incident"/);
  });

  test('keeps @oneOf, which the composer does not know', () => {
    expect(supergraphSdl()).toMatch(/input TimeInput .*@oneOf \{/);
  });
});

describe('the API as clients read it', () => {
  const api = committedApiSdl();

  test('is what the supergraph gives', () => {
    expect(api).toBe(apiSdl(supergraphSdl()));
  });

  test.each(['access', 'cost', 'oneOf'])('shows @%s with its definition and its uses', (name) => {
    expect(api).toMatch(new RegExp(`^directive @${name}\\b`, 'm'));
    expect(usesOf(parse(api), name)).toEqual(usesOf(parse(supergraphSdl()), name));
    expect(usesOf(parse(api), name).length).toBeGreaterThan(0);
  });

  test('shows what scalars follow', () => {
    expect(api).toMatch(/^scalar DateTime @specifiedBy\(url: "/m);
  });

  test('shows nothing of how the desk is put together', () => {
    const known = ['access', 'cost', 'deprecated', 'oneOf', 'specifiedBy'];
    const used = new Set<string>();
    visit(parse(api), { Directive: ({ name }) => void used.add(name.value) });
    expect([...used].filter((name) => !known.includes(name))).toEqual([]);
    expect(api).not.toMatch(/join__|link__|_entities|_Any/);
  });
});

describe.each(DOCUMENTS)('the SDL of $name', ({ document }) => {
  test('describes every type, field, argument and value in a client’s words', () => {
    const bare: string[] = [];
    visit(document, {
      enter(node, _key, _parent, _path, ancestors) {
        const owner = ancestors.findLast((each): each is DefinitionNode => !Array.isArray(each) && 'name' in each);
        const stub = [node, owner].some((each) => each && 'kind' in each && isStub(each as DefinitionNode));
        const root = 'name' in node && ROOTS.has(nameOf(node));
        if (DESCRIBED.has(node.kind) && !stub && !root && !('description' in node && node.description))
          bare.push(nameOf(node));
      },
    });
    expect(bare).toEqual([]);
  });

  test('leaves every field that reaches another service nullable, so that one that is down takes nothing with it', () => {
    const stubs = new Set(document.definitions.filter(isStub).map(nameOf));
    const strict = fields(document.definitions).filter(
      ({ type }) =>
        type.kind === Kind.NON_NULL_TYPE && type.type.kind === Kind.NAMED_TYPE && stubs.has(type.type.name.value),
    );
    expect(strict.map(nameOf)).toEqual([]);
  });

  test('leaves every field of Query and Mutation nullable, so that one that fails takes no other with it', () => {
    const strict = fields(document.definitions.filter((node) => isNamed(node, 'Query', 'Mutation'))).filter(
      ({ type }) => type.kind === Kind.NON_NULL_TYPE,
    );
    expect(strict.map(nameOf)).toEqual([]);
  });

  test('gives every connection a page to ask for', () => {
    const lists = fields(document.definitions).filter(({ type }) => typeName(type).endsWith('Connection'));
    for (const list of lists)
      expect(list.arguments?.map(({ name }) => name.value)).toEqual(
        expect.arrayContaining(['first', 'last', 'after', 'before']),
      );
  });

  test('gives every connection edges, nodes, pageInfo and totalCount', () => {
    const connections = document.definitions.filter((node) => 'name' in node && /Connection$/.test(nameOf(node)));
    const shapes = connections.map((node) => [nameOf(node), fields([node]).map(nameOf)]);
    expect(shapes).toEqual(connections.map((node) => [nameOf(node), ['edges', 'nodes', 'pageInfo', 'totalCount']]));
  });

  test('lets every filter of a list name records and a period in which they changed', () => {
    const lists = fields(document.definitions).filter(({ type }) => typeName(type).endsWith('Connection'));
    const filters = lists.flatMap((list) => list.arguments?.filter(({ name }) => name.value === 'filter') ?? []);
    for (const { type } of filters) {
      const input = document.definitions.find((node) => isNamed(node, typeName(type))) as InputObjectTypeDefinitionNode;
      expect(input.fields?.map(nameOf)).toEqual(expect.arrayContaining(['ids', 'updatedFrom', 'updatedBefore']));
    }
  });

  test('gives every list of objects a page or a size, without which it would cost no more than one of them', () => {
    const objects = document.definitions.filter(({ kind }) => COMPOSITE.has(kind)).map(nameOf);
    const unsized = document.definitions.flatMap((type) =>
      fields([type])
        .filter((field) => isList(field.type) && objects.includes(typeName(field.type)))
        .filter((field) => !isPaged(type, field) && !isSized(field))
        .map((field) => `${nameOf(type)}.${nameOf(field)}`),
    );
    expect(unsized).toEqual([]);
  });

  test('says of every scalar but Cursor, which is opaque, what it follows', () => {
    const scalars = document.definitions.filter((node) => node.kind === Kind.SCALAR_TYPE_DEFINITION);
    const bare = scalars.filter((node) => !directive(node, 'specifiedBy')).map(nameOf);
    expect(bare).toEqual(['Cursor']);
  });
});

describe('a record that node and nodes find', () => {
  const owners = SERVED.flatMap(({ domain, document }) =>
    objectTypes(document)
      .filter(({ interfaces }) => interfaces?.some(({ name }) => name.value === 'Node'))
      .map((node) => ({ domain, node })),
  );

  test('is of a type that one service alone calls a Node, with a prefix, and resolves by its id', () => {
    const named = owners.map(({ domain, node }) => ({ name: nameOf(node), domain }));
    expect(nodeTypes().map(({ name, domain }) => ({ name, domain }))).toEqual(named);
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
    for (const { node } of owners) {
      expect({ name: nameOf(node), key: argument(directive(node, 'key'), 'fields') }).toEqual({
        name: nameOf(node),
        key: 'id',
      });
      expect(isStub(node)).toBe(false);
    }
  });

  test('has an id that begins as no other type’s', () => {
    const prefixes = nodeTypes().map(({ prefix }) => prefix);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]+$/);
  });
});

test('every key is the id: no alias may take its name, and the gateway refuses one that does', () => {
  const keys = DOMAINS.flatMap((domain) => [...domainSdl(domain).matchAll(/@key\(fields: "([^"]*)"/g)]);
  expect(new Set(keys.map(([, fields]) => fields))).toEqual(new Set(['id']));
});

test('a list whose length an argument gives names a list argument', () => {
  const sized = fields(DOCUMENTS.flatMap(({ document }) => document.definitions))
    .map((field) => ({ field, by: argument(directive(field, 'cost'), 'sizedBy') }))
    .filter(({ by }) => by !== undefined);
  expect(sized.length).toBeGreaterThan(0);
  for (const { field, by } of sized)
    expect(field.arguments?.some(({ name, type }) => name.value === by && isList(type))).toBe(true);
});

describe.each(EVENTS)('the live fields of $name', ({ domain, document }) => {
  const live = fields(document.definitions).flatMap((field) => {
    const mark = directive(field, 'live');
    return mark ? [{ field, mark }] : [];
  });

  test('are fed by their own service’s log', () => {
    expect(live.map(({ mark }) => argument(mark, 'stream'))).toEqual(live.map(() => domain));
  });

  test('name a scope that a distributor can grant, or none', () => {
    const scopes = SERVED.flatMap((served) => served.document.definitions).find((node) =>
      isNamed(node, 'AuthorizationScope'),
    );
    const known = scopes && 'values' in scopes ? scopes.values?.map(nameOf) : [];
    for (const { mark } of live) expect([undefined, ...(known ?? [])]).toContain(argument(mark, 'scope'));
  });

  test('name an entity that the service owns, and send it as the interface says', () => {
    for (const { field, mark } of live) {
      const entity = argument(mark, 'entity') ?? '';
      const type = `${entity.charAt(0).toUpperCase()}${entity.slice(1)}`;
      expect(nodeTypes()).toContainEqual(expect.objectContaining({ name: type, domain }));
      const message = objectTypes(document).find((node) => isNamed(node, typeName(field.type)));
      const names = message?.fields?.map(nameOf) ?? [];
      const interfaces = message?.interfaces?.map(nameOf);
      const event = {
        interfaces: ['LiveUpdate'],
        own: ['kind', `${entity}Id`, entity].every((each) => names.includes(each)),
      };
      const snapshot = { interfaces: ['LiveSnapshot'], own: names.length === 3 };
      const shown = argument(mark, 'snapshot') === undefined ? event : snapshot;
      expect({ interfaces, own: shown.own }).toEqual({ interfaces: shown.interfaces, own: true });
    }
  });
});

test.each(DOMAINS)('every rule that the SDL of %s names is one of its policies, and is asked', (domain) => {
  const sources = sourcesOf(domain);
  const rules = [...domainSdl(domain).matchAll(/@access\(rule: "(\w+)"\)/g)].map(([, rule]) => rule ?? '');
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of new Set(rules)) {
    const declared = new RegExp(`^export (function|const) ${rule}\\b`, 'm');
    const named = sources.flatMap(({ text }) => text.match(new RegExp(`\\b${rule}\\b`, 'g')) ?? []);
    const policies = sources.filter(({ file, text }) => file.endsWith('policy.ts') && declared.test(text));
    expect({ rule, policies: policies.length, asked: named.length > 1 }).toEqual({ rule, policies: 1, asked: true });
  }
});

const DESCRIBED = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
]);
const COMPOSITE = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
]);
/** GraphQL's own roots need no words. */
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** An entity that another subgraph owns and describes. */
function isStub(node: DefinitionNode): boolean {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return false;
  const resolvable = directive(node, 'key')?.arguments?.find(({ name }) => name.value === 'resolvable')?.value;
  return resolvable?.kind === Kind.BOOLEAN && !resolvable.value;
}

function isNamed(node: DefinitionNode, ...names: string[]): boolean {
  return 'name' in node && names.includes(nameOf(node));
}

function objectTypes({ definitions }: DocumentNode): ObjectTypeDefinitionNode[] {
  return definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
}

/** The fields of objects and interfaces. */
function fields(definitions: readonly DefinitionNode[]): FieldDefinitionNode[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? [...(node.fields ?? [])]
      : [],
  );
}

function isList(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isList(type.type) : type.kind === Kind.LIST_TYPE;
}

/** A page itself, or the rows of one. */
function isPaged(type: DefinitionNode, field: FieldDefinitionNode): boolean {
  if (field.arguments?.some(({ name }) => name.value === 'first')) return true;
  return nameOf(type).endsWith('Connection') && ['nodes', 'edges'].includes(nameOf(field));
}

function isSized(field: FieldDefinitionNode): boolean {
  const given = directive(field, 'cost')?.arguments ?? [];
  return given.some(({ name }) => name.value === 'size' || name.value === 'sizedBy');
}

interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | readonly DirectiveNode[] | undefined;
}

function directive({ directives }: Directed, name: string): DirectiveNode | undefined {
  return directives?.find((each) => each.name.value === name);
}

function argument(node: DirectiveNode | undefined, name: string): string | undefined {
  const value = node?.arguments?.find((each) => each.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Where a directive is used, by the path of names. */
function usesOf(document: DocumentNode, name: string): string[] {
  const uses = document.definitions.flatMap((type) => [
    ...('directives' in type && directive(type, name) ? [nameOf(type)] : []),
    ...fields([type]).flatMap((field) => (directive(field, name) ? [`${nameOf(type)}.${nameOf(field)}`] : [])),
  ]);
  return uses.sort();
}

function sourcesOf(domain: Domain): { file: string; text: string }[] {
  const folder = new URL(`../../services/${domain}/src/`, import.meta.url);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file) && !file.startsWith('generated'))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
}

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}

function nameOf(node: unknown): string {
  return (node as { name: { value: string } }).name.value;
}
