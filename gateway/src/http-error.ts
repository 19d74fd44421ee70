import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import { badInput, ERROR_CODES, publicError, Refusal, type ErrorCode } from '@desk/kit/errors';
import { InvalidDocument } from './known-documents.ts';

/** The HTTP status of a request that was refused as a whole. An answer with data is 200, whatever errors it holds. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  SUBSCRIPTION_TRANSPORT_REQUIRED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  SERVER_BUSY: 503,
  SERVICE_UNAVAILABLE: 503,
  WRITE_UNCERTAIN: 503,
  IDP_UNAVAILABLE: 503,
};
const STATUS_OTHERWISE = 400;
const MS_PER_SECOND = 1_000;

/** A request that was refused, as it is sent. */
export interface RefusedAnswer {
  status: number;
  headers: Record<string, string>;
  errors: GraphQLFormattedError[];
}

/** Shapes whatever stopped a request. `report` receives what the caller is not told. */
export function refusedAnswer(error: unknown, requestId: string, report: (hidden: unknown) => void): RefusedAnswer {
  const causes = error instanceof InvalidDocument ? error.problems : [known(error)];
  const errors = causes.map((cause) => callerError(cause, requestId, report));
  const { code, retryAfterMs } = (errors[0]?.extensions ?? {}) as { code?: ErrorCode; retryAfterMs?: number };
  const status = own(error)?.status ?? (code && STATUS[code]) ?? STATUS_OTHERWISE;
  const retryAfter = retryAfterMs ?? (code && ERROR_CODES[code]?.retryable ? MS_PER_SECOND : null);
  const headers = {
    ...(retryAfter === null ? {} : { 'retry-after': String(Math.ceil(retryAfter / MS_PER_SECOND)) }),
    ...(status === 405 ? { allow: 'POST' } : {}),
  };
  return { status, headers, errors };
}

/** Shapes one error for the caller: codes of the register only, nothing about other fields, hosts or code. */
export function callerError(
  error: unknown,
  requestId: string,
  report: (hidden: unknown) => void,
): GraphQLFormattedError {
  const shown = wrongVariable(error) ?? withCode(error);
  const formatted = shown instanceof GraphQLError ? shown.toJSON() : { message: '' };
  return publicError(error, formatted, requestId, report);
}

/** A refusal with a status of its own. */
export class HttpRefusal extends Error {
  readonly refusal: Refusal;
  readonly status: number;

  constructor(status: number, refusal: Refusal) {
    super(refusal.message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.refusal = refusal;
  }
}

/** What fastify itself refuses, in the words of the register. */
const FASTIFY: Record<string, () => Refusal> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => unsupportedMedia(),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Refusal('PAYLOAD_TOO_LARGE', 'The request body is too large; 256 KiB are allowed.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    badInput([{ path: '', message: 'The body is empty. Send a JSON object with `query`.' }]),
  FST_ERR_CTP_INVALID_JSON_BODY: () => badInput([{ path: '', message: 'The body is not JSON.' }]),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badInput([{ path: '', message: 'The body is not as long as it says.' }]),
};

/** Refuses a body of another kind than the one that the gateway reads. */
export function unsupportedMedia(): Refusal {
  return new Refusal(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send POST with `content-type: application/json`, in UTF-8 and without `content-encoding`.',
  );
}

function own(error: unknown): HttpRefusal | null {
  return error instanceof HttpRefusal ? error : null;
}

function known(error: unknown): unknown {
  if (error instanceof HttpRefusal) return error.refusal;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return FASTIFY[code]?.() ?? error;
}

/** GraphQL's own complaints carry no code: a syntax error has no nodes, one about a document has. */
function withCode(error: unknown): unknown {
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== undefined) return error;
  // A bug in a resolver comes wrapped in the same class.
  if (error.originalError || error.path) return error;
  return new GraphQLError(error.message.replace(/ ?Did you mean [^?]*\?/g, ''), {
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
  const message = error.message.replace(/ ?Did you mean [^?]*\?/g, '');
  const path = / at "([^"]+)"; /.exec(message)?.[1] ?? node.variable.name.value;
  return badInput([{ path, message: /; (.*)$/s.exec(message)?.[1] ?? message }]);
}
