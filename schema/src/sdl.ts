import {
  Kind,
  parse,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { readFileSync, readdirSync } from 'node:fs';

/** A domain's SDL as its service serves it: what all share, then its own nouns. */
export function domainSdl(domain: Domain): string {
  return joined(['common.graphql', ...nounFiles(domain)].map(read));
}

/** The names of a domain's mutations. */
export function mutationsOf(domain: Domain): string[] {
  return parse(domainSdl(domain)).definitions.flatMap((node) =>
    (node.kind === Kind.OBJECT_TYPE_EXTENSION || node.kind === Kind.OBJECT_TYPE_DEFINITION) &&
    node.name.value === 'Mutation'
      ? (node.fields ?? []).map(({ name }) => name.value)
      : [],
  );
}

/**
 * The SDL of a domain's virtual event subgraph, or null where the domain has none: what all share, what all live fields share, then
 * its own. Events files may name enums of their domain; their definitions are added here, since federation wants shared enums
 * identical and a copy would drift.
 */
export function eventsSdl(domain: Domain): string | null {
  const files = eventFiles(domain);
  if (!files.length) return null;
  const events = joined(['common.graphql', 'common.events.graphql', ...files].map(read));
  const missing = undefinedNames(parse(events));
  const enums = parse(nounFiles(domain).map(read).join('\n')).definitions.filter(
    (node): node is EnumTypeDefinitionNode => node.kind === Kind.ENUM_TYPE_DEFINITION && missing.has(node.name.value),
  );
  return [events, ...enums.map(print)].join('\n');
}

/** The name under which a domain's event subgraph stands in the supergraph. */
export function eventsSubgraph(domain: Domain): string {
  return `${domain}_events`;
}

/** The name under which the virtual subgraph of `node` and `nodes` stands in the supergraph. */
export const NODES_SUBGRAPH = 'nodes';

/** The address of a virtual subgraph: no server serves it, the gateway answers it in its own process. */
export const IN_PROCESS_URL = 'http://in-process';

/** A type whose records `node` and `nodes` find, with the beginning of its ids and the domain that owns it. */
export interface NodeType {
  name: string;
  prefix: string;
  domain: Domain;
}

/** Every type that is marked with `@node`. */
export function nodeTypes(): NodeType[] {
  return DOMAINS.flatMap((domain) =>
    parse(domainSdl(domain)).definitions.flatMap((node) => {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
      const mark = node.directives?.find(({ name }) => name.value === 'node');
      const prefix = mark?.arguments?.find(({ name }) => name.value === 'prefix')?.value;
      return prefix?.kind === Kind.STRING ? [{ name: node.name.value, prefix: prefix.value, domain }] : [];
    }),
  );
}

/** The SDL of the virtual subgraph that answers `node` and `nodes`: a stub of each type that is marked with `@node`. */
export function nodesSdl(): string {
  const stubs = nodeTypes().map(
    ({ name }) => `type ${name} implements Node @key(fields: "id", resolvable: false) {\n  id: ID!\n}`,
  );
  return joined([read('common.graphql'), read('nodes.graphql'), ...stubs]);
}

/** The composed supergraph, as committed. */
export function supergraphSdl(): string {
  return read('supergraph.graphql');
}

/** The API as clients read it, as committed. */
export function committedApiSdl(): string {
  return read('api.graphql');
}

/** One text of several files. Each noun extends the root types; together they are one definition. */
function joined(files: readonly string[]): string {
  const { definitions } = parse(files.join('\n'));
  const extensions = definitions.filter(isRootExtension);
  const names = [...new Set(extensions.map(({ name }) => name.value))];
  const merged = names.map((name) =>
    print({
      kind: Kind.OBJECT_TYPE_DEFINITION,
      name: { kind: Kind.NAME, value: name },
      fields: extensions.flatMap((part) => (part.name.value === name ? (part.fields ?? []) : [])),
    }),
  );
  return [...definitions.filter((node) => !isRootExtension(node)).map(print), ...merged].join('\n\n');
}

function isRootExtension(node: DefinitionNode): node is ObjectTypeExtensionNode {
  return node.kind === Kind.OBJECT_TYPE_EXTENSION && ROOTS.has(node.name.value);
}

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);
const BUILT_IN = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

function undefinedNames(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  const defined = new Set<string>(BUILT_IN);
  visit(document, {
    NamedType: (node) => void used.add(node.name.value),
    ObjectTypeDefinition: (node) => void defined.add(node.name.value),
    InputObjectTypeDefinition: (node) => void defined.add(node.name.value),
    EnumTypeDefinition: (node) => void defined.add(node.name.value),
    ScalarTypeDefinition: (node) => void defined.add(node.name.value),
  });
  return new Set([...used].filter((name) => !defined.has(name)));
}

function nounFiles(domain: Domain): string[] {
  return sdlFiles(domain).filter((file) => !file.endsWith('.events.graphql'));
}

function eventFiles(domain: Domain): string[] {
  return sdlFiles(domain).filter((file) => file.endsWith('.events.graphql'));
}

function sdlFiles(domain: Domain): string[] {
  const files = readdirSync(fileUrl(domain)).filter((file) => file.endsWith('.graphql'));
  return files.sort().map((file) => `${domain}/${file}`);
}

function read(file: string): string {
  return readFileSync(fileUrl(file), 'utf8');
}

function fileUrl(file: string): URL {
  return new URL(`../${file}`, import.meta.url);
}
