import { describe, expect, test } from '@jest/globals';
import {
  Kind,
  parse,
  visit,
  type DefinitionNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { composeSupergraph } from './composition.ts';
import { DOMAINS, domainSdl, eventsSdl, supergraphSdl } from './sdl.ts';

const DOCUMENTS = DOMAINS.flatMap((domain) => {
  const events = eventsSdl(domain);
  return [
    { name: domain, document: parse(domainSdl(domain)) },
    ...(events ? [{ name: `${domain} events`, document: parse(events) }] : []),
  ];
});

describe('the supergraph', () => {
  test('is what the SDL files give, without a hint', () => {
    const { sdl, hints } = composeSupergraph();
    expect(hints).toEqual([]);
    expect(supergraphSdl()).toBe(sdl);
  });

  test('names the live fields and their logs', () => {
    expect(supergraphSdl()).toMatch(/\): IncidentUpdate!.* @live\(stream: "tickets", entity: "incident"\)/);
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
    const stubs = new Set(
      document.definitions.filter(isStub).map((node) => (node as ObjectTypeDefinitionNode).name.value),
    );
    const strict = fields(document.definitions).filter(
      ({ type }) =>
        type.kind === Kind.NON_NULL_TYPE && type.type.kind === Kind.NAMED_TYPE && stubs.has(type.type.name.value),
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
});

test.each(DOMAINS)('every rule that the SDL of %s names is one of its policy, and is asked', (domain) => {
  const folder = new URL(`../../services/${domain}/src/`, import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const rules = [...domainSdl(domain).matchAll(/@access\(rule: "(\w+)"\)/g)].map(([, rule]) => rule ?? '');
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of new Set(rules)) {
    const named = sources.join('\n').match(new RegExp(`\\b${rule}\\b`, 'g')) ?? [];
    expect(sources.filter((source) => source.includes(`export function ${rule}(`))).toHaveLength(1);
    expect({ rule, asked: named.length > 1 }).toEqual({ rule, asked: true });
  }
});

const DESCRIBED = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
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
  const key = node.directives?.find(({ name }) => name.value === 'key');
  const elsewhere = key?.arguments?.some(
    ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
  );
  return Boolean(elsewhere);
}

function fields(definitions: readonly DefinitionNode[]): FieldDefinitionNode[] {
  return definitions.flatMap((node) => (node.kind === Kind.OBJECT_TYPE_DEFINITION ? [...(node.fields ?? [])] : []));
}

function isList(type: FieldDefinitionNode['type']): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isList(type.type) : type.kind === Kind.LIST_TYPE;
}

/** A page itself, or the rows of one. */
function isPaged(type: DefinitionNode, field: FieldDefinitionNode): boolean {
  if (field.arguments?.some(({ name }) => name.value === 'first')) return true;
  return nameOf(type).endsWith('Connection') && ['nodes', 'edges'].includes(nameOf(field));
}

function isSized({ directives }: FieldDefinitionNode): boolean {
  const cost = directives?.find(({ name }) => name.value === 'cost');
  return cost?.arguments?.some(({ name, value }) => name.value === 'size' && value.kind === Kind.INT) ?? false;
}

function typeName(type: FieldDefinitionNode['type']): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}

function nameOf(node: unknown): string {
  return (node as { name: { value: string } }).name.value;
}
