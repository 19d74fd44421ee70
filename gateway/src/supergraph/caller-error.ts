import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { publicError } from '@desk/kit/api/errors';

/** Under which id an error is logged, and how. */
export interface ErrorReport {
  requestId: string;
  /** Receives what the caller is not told, for the log. */
  report: (hidden: unknown) => void;
}

/** An error as a caller may see it, over HTTP and live alike: codes of the register only, nothing about other fields, hosts or code. */
export function callerError(error: unknown, log: ErrorReport): GraphQLFormattedError {
  return publicError(error, formatted(withCode(error)), log);
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

function withoutSuggestions(message: string): string {
  return message.replace(/ ?Did you mean [^?]*\?/g, '');
}
