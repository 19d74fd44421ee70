import { Kind, parse, print, visit, type DocumentNode, type EnumTypeDefinitionNode } from 'graphql';
import { existsSync, readFileSync } from 'node:fs';

/** The services that own a domain, in the order in which they are composed. */
export const DOMAINS = ['directory', 'tickets'] as const;
export type Domain = (typeof DOMAINS)[number];

/** A domain's SDL as its service serves it: what all share, then its own. */
export function domainSdl(domain: Domain): string {
  return `${read('common.graphql')}\n${read(`${domain}.graphql`)}`;
}

/**
 * The SDL of a domain's virtual event subgraph, or null where the domain has none: what all share, what all live fields share, then
 * its own. An events file may name enums of its domain; their definitions are added here, since federation wants shared enums
 * identical and a copy would drift.
 */
export function eventsSdl(domain: Domain): string | null {
  const file = `${domain}.events.graphql`;
  if (!existsSync(fileUrl(file))) return null;
  const events = ['common.graphql', 'common.events.graphql', file].map(read).join('\n');
  const missing = undefinedNames(parse(events));
  const enums = parse(read(`${domain}.graphql`)).definitions.filter(
    (node): node is EnumTypeDefinitionNode => node.kind === Kind.ENUM_TYPE_DEFINITION && missing.has(node.name.value),
  );
  return [events, ...enums.map(print)].join('\n');
}

/** The name under which a domain's event subgraph stands in the supergraph. */
export function eventsSubgraph(domain: Domain): string {
  return `${domain}_events`;
}

/** The composed supergraph, as committed. */
export function supergraphSdl(): string {
  return read('supergraph.graphql');
}

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

function fileUrl(file: string): URL {
  return new URL(`../${file}`, import.meta.url);
}

function read(file: string): string {
  return readFileSync(fileUrl(file), 'utf8');
}
