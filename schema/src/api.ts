import { Kind, parse, print, visit, type ASTNode, type DefinitionNode } from 'graphql';

/** Directives that tell a client something: what a field costs, which rule guards it, and GraphQL's own. */
const SHOWN = new Set(['access', 'cost', 'deprecated', 'oneOf', 'specifiedBy']);

const ROOTS = ['Query', 'Mutation', 'Subscription'];

/**
 * The API as clients read it, made of a supergraph: its types with their descriptions, and the directives that matter to clients with
 * their definitions. Introspection cannot show where a directive is used.
 */
export function apiSdl(supergraph: string): string {
  const { kind, definitions } = parse(supergraph);
  const ordered = definitions.filter(isOfTheApi).sort((a, b) => rank(a) - rank(b));
  const shown = visit(
    { kind, definitions: ordered },
    {
      enter: (node) => (isInaccessible(node) ? null : undefined),
      Directive: (node) => (SHOWN.has(node.name.value) ? undefined : null),
    },
  );
  return `${print(shown)}\n`;
}

/** Federation's own definitions have names with two underscores between their parts, and the roots have their usual names. */
function isOfTheApi(node: DefinitionNode): boolean {
  if (node.kind === Kind.SCHEMA_DEFINITION) return false;
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return SHOWN.has(node.name.value);
  return !('name' in node && /^(join|link|federation)__/.test(node.name?.value ?? ''));
}

/** Directives stand first, then the roots; the types follow by name, as the composer leaves them. */
function rank(node: DefinitionNode): number {
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return 0;
  const root = 'name' in node ? ROOTS.indexOf(node.name?.value ?? '') : -1;
  return root < 0 ? ROOTS.length + 1 : root + 1;
}

function isInaccessible(node: ASTNode): boolean {
  return 'directives' in node && (node.directives?.some(({ name }) => name.value === 'inaccessible') ?? false);
}
