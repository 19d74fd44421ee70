import { composeServices } from '@apollo/composition';
import { Kind, parse, print, visit, type ASTNode, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import { DOMAINS } from '@desk/schema/domains';
import { domainSdl, eventsSdl, eventsSubgraph, IN_PROCESS_URL, NODES_SUBGRAPH, nodesSdl } from './sdl.ts';

/** Composes the supergraph from the SDL files. Throws with every composition error, named by its subgraph. */
export function composeSupergraph(): { sdl: string; hints: string[] } {
  const subgraphs = DOMAINS.flatMap((domain) => {
    const events = eventsSdl(domain);
    return [
      // The address is a name to be replaced: the gateway takes each service's address from its configuration.
      { name: domain, url: `http://${domain}`, typeDefs: parse(domainSdl(domain)) },
      ...(events ? [{ name: eventsSubgraph(domain), url: IN_PROCESS_URL, typeDefs: parse(events) }] : []),
    ];
  });
  subgraphs.push({ name: NODES_SUBGRAPH, url: IN_PROCESS_URL, typeDefs: parse(nodesSdl()) });
  const {
    supergraphSdl = '',
    errors,
    hints,
  } = composeServices(subgraphs.map((subgraph) => ({ ...subgraph, typeDefs: withoutOneOf(subgraph.typeDefs) })));
  if (errors?.length)
    throw new Error(`The subgraphs do not compose:\n${errors.map((e) => `- ${e.message}`).join('\n')}`);
  const choices = new Set(subgraphs.flatMap(({ typeDefs }) => oneOfInputs(typeDefs)));
  const supergraph = withOneOf(parse(supergraphSdl), choices);
  return { sdl: `${print(supergraph)}\n`, hints: (hints ?? []).map((hint) => hint.toString()) };
}

/** The composer does not know `@oneOf`, so the directive is taken out before composition and put back after it. */
function withoutOneOf(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: (node) => (isOneOf(node) ? null : undefined) });
}

function withOneOf({ kind, definitions }: DocumentNode, choices: ReadonlySet<string>): DocumentNode {
  const marked = definitions.map((node) =>
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && choices.has(node.name.value)
      ? { ...node, directives: [...(node.directives ?? []), ONE_OF_USE] }
      : node,
  );
  return { kind, definitions: [...ONE_OF_DEFINITION, ...marked] };
}

function oneOfInputs({ definitions }: DocumentNode): string[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && node.directives?.some(isOneOf) ? [node.name.value] : [],
  );
}

function isOneOf(node: ASTNode): boolean {
  return node.kind === Kind.DIRECTIVE && node.name.value === 'oneOf';
}

const ONE_OF_USE: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'oneOf' } };
/** Tools older than the directive take it from here; newer ones know it and read the same. */
const ONE_OF_DEFINITION = parse(
  '"Exactly one field of the input must be given." directive @oneOf on INPUT_OBJECT',
).definitions;
