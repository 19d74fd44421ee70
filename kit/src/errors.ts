import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/**
 * The register: every code that `extensions.code` can hold. The published enum `ErrorCode` restates it, and a test
 * compares the two. `retryable` means that the same request with the same idempotency key may succeed later.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    retryable: false,
    meaning: 'Nobody is signed in, or the token is wrong or has expired. Sign in and send the request again.',
  },
  FORBIDDEN: { retryable: false, meaning: 'You may see this, but you may not do that to it.' },
  NOT_FOUND: { retryable: false, meaning: 'There is no such thing, or none that you may see.' },
  BAD_USER_INPUT: {
    retryable: false,
    meaning: 'The input is wrong. `extensions.fields` names each field and what it needs.',
  },
  GRAPHQL_PARSE_FAILED: { retryable: false, meaning: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { retryable: false, meaning: 'The document does not fit the schema.' },
  QUERY_TOO_COMPLEX: {
    retryable: false,
    meaning: 'The document asks for too much. `extensions.limit` names the limit; ask for less in one request.',
  },
  RATE_LIMITED: {
    retryable: true,
    meaning: 'Too many requests. Wait for `extensions.retryAfterMs`. To follow changes, subscribe instead of polling.',
  },
  SERVER_BUSY: { retryable: true, meaning: 'The desk is shedding load. Try again shortly.' },
  PAYLOAD_TOO_LARGE: { retryable: false, meaning: 'The request, the document or its variables are too large.' },
  UNSUPPORTED_MEDIA_TYPE: { retryable: false, meaning: 'Send POST with `content-type: application/json`.' },
  CONFLICT: {
    retryable: false,
    meaning:
      'Somebody changed the record first. `extensions.currentVersion` is its version now: read it again and decide anew.',
  },
  ILLEGAL_TRANSITION: {
    retryable: false,
    meaning: 'The record is not in a state that allows this. `extensions.allowedActions` lists what it allows.',
  },
  WINDOW_CLOSED: {
    retryable: false,
    meaning: 'The time in which this was possible is over. `extensions.allowedActions` lists what is possible now.',
  },
  IDEMPOTENCY_KEY_REQUIRED: { retryable: false, meaning: 'Partner systems send an `idempotencyKey` with each write.' },
  IDEMPOTENCY_KEY_REUSED: {
    retryable: false,
    meaning: 'This key was used for another request. Use a new key for a new request.',
  },
  WRITE_UNCERTAIN: {
    retryable: true,
    meaning:
      'The store did not answer in time: the write may or may not have happened. Repeat it with the same idempotency key.',
  },
  BACKPRESSURE: {
    retryable: true,
    meaning: 'The record has too many changes that are not yet in the log. Try again shortly.',
  },
  SERVICE_UNAVAILABLE: { retryable: true, meaning: 'A part of the desk does not answer. The rest works.' },
  IDP_UNAVAILABLE: { retryable: true, meaning: 'The sign-in service does not answer.' },
  SUBSCRIPTION_TRANSPORT_REQUIRED: {
    retryable: false,
    meaning: 'Subscriptions go over WebSocket (`graphql-transport-ws`), everything else by HTTP POST.',
  },
  CURSOR_EXPIRED: {
    retryable: false,
    meaning:
      'The cursor is older than what is kept, or comes from before a restore. Connect anew, start with the cursor of the acknowledgement, then query again.',
  },
  SCHEMA_CHANGED: { retryable: false, meaning: 'The API changed and this subscription no longer fits it.' },
  TIME_ZONE_REQUIRED: { retryable: false, meaning: 'A local time was given without its time zone.' },
  AMBIGUOUS_LOCAL_TIME: {
    retryable: false,
    meaning: 'The clocks go back then: this local time happens twice. `extensions.candidates` lists both instants.',
  },
  NONEXISTENT_LOCAL_TIME: {
    retryable: false,
    meaning:
      'The clocks go forward then: this local time does not happen. `extensions.suggestion` is the next instant that does.',
  },
  INTERNAL: { retryable: false, meaning: 'A fault of the desk. Quote `extensions.requestId` to the service desk.' },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One wrong input field: its path from the operation's arguments, `input.title`, and what it needs. */
export interface FieldProblem {
  path: string;
  message: string;
}

/**
 * What stops an operation for a reason that the caller should know: a code of the register, a public sentence that says
 * what is wrong and what would be right, and details that become `extensions`. Everything else that is thrown is a bug.
 */
export class Refusal extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message, { extensions: { ...details, code } });
    this.name = 'Refusal';
    this.code = code;
  }
}

/** The one answer for what is missing and for what the viewer may not see: the two must not differ in a byte. */
export function notFound(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such record, or none that you may see.');
}

/** Refuses input, naming every wrong field at once. */
export function badInput(fields: FieldProblem[]): Refusal {
  const list = fields.map((field) => `${field.path}: ${field.message}`).join(' ');
  return new Refusal('BAD_USER_INPUT', `The input is wrong. ${list}`, { fields });
}

const GRAPHQL_OWN = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
/** Codes of Apollo Server for requests that are wrong in form; callers meet them under a code of the register. */
const RENAMED = new Map<unknown, ErrorCode>([
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
]);

/**
 * Shapes an error for the caller: refusals and GraphQL's own complaints pass, every other one becomes INTERNAL with the
 * request id and no detail. `report` receives what was hidden, so that it is logged whole.
 */
export function publicError(
  error: unknown,
  formatted: GraphQLFormattedError,
  requestId: string,
  report: (error: unknown) => void,
): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  // Where it happened, in code and among the services, is not the caller's to know.
  const { stacktrace: _where, serviceName: _who, ...extensions } = formatted.extensions ?? {};
  if (typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) && code !== 'INTERNAL') {
    return { ...formatted, extensions: { ...extensions, requestId } };
  }
  if (GRAPHQL_OWN.has(code)) return { ...formatted, extensions: { ...extensions, requestId } };
  const renamed = RENAMED.get(code);
  if (renamed) return { ...formatted, extensions: { code: renamed, requestId } };
  report(error);
  return {
    message: 'Something went wrong inside the desk.',
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { code: 'INTERNAL', requestId },
  };
}
