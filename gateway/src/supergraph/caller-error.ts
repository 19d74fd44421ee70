import { GraphQLError, Kind, print, type GraphQLFormattedError } from 'graphql';
import { badInput, publicError } from '@desk/kit/api/errors';

/** Under which id an error is logged, and how. */
export interface ErrorReport {
  requestId: string;
  /** Receives what the caller is not told, for the log. */
  report: (hidden: unknown) => void;
}

/** An error as a caller may see it, over HTTP and live alike: codes of the register only, nothing about other fields, hosts or code. */
export function callerError(error: unknown, log: ErrorReport): GraphQLFormattedError {
  const shown = wrongVariable(error) ?? withCode(error);
  return publicError(error, formatted(shown), log);
}

function formatted(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON();
  // An error of a subgraph has passed through JSON.
  const { message = '', path, extensions } = (error ?? {}) as Partial<GraphQLFormattedError>;
  return { message: String(message), ...(path ? { path } : {}), ...(extensions ? { extensions } : {}) };
}

/** GraphQL's own complaints carry no code: a syntax error has no nodes, one about a document has. */
function withCode(error: unknown): unknown {
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== undefined) return error;
  // A bug in a resolver comes wrapped in the same class.
  if (error.originalError || error.path) return error;
  return new GraphQLError(withoutSuggestions(error.message), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code: error.nodes ? 'GRAPHQL_VALIDATION_FAILED' : 'GRAPHQL_PARSE_FAILED' },
  });
}

/** A variable that does not fit its type is wrong input, and belongs to a field of the caller's form. */
function wrongVariable(error: unknown): GraphQLError | null {
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== undefined) return null;
  const node = error.nodes?.length === 1 ? error.nodes[0] : undefined;
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return null;
  const message = withoutSuggestions(error.message);
  const path = / at "([^"]+)"; /.exec(message)?.[1] ?? node.variable.name.value;
  const args = { type: print(node.type) };
  return badInput([{ path, code: 'WRONG_TYPE', args, message: /; (.*)$/s.exec(message)?.[1] ?? message }]);
}

function withoutSuggestions(message: string): string {
  return message.replace(/ ?Did you mean [^?]*\?/g, '');
}
