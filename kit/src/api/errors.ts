import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/**
 * The register: every code that `extensions.code` can hold. The published enum `ErrorCode` restates it, and a test
 * compares the two. `retryable` means that the same request with the same idempotency key may succeed later.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    retryable: false,
    meaning: 'The token or session is missing, wrong or has expired. Sign in and send the request again.',
  },
  FORBIDDEN: { retryable: false, meaning: 'You may see this record, but you may not do this to it.' },
  NOT_FOUND: { retryable: false, meaning: 'There is no such thing, or none that you may see.' },
  BAD_USER_INPUT: {
    retryable: false,
    meaning:
      'The input is wrong. `extensions.fields` names each field, with the code of its problem and what must be true.',
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
  SERVER_BUSY: { retryable: true, meaning: 'The desk has too much to do. Try again shortly.' },
  PAYLOAD_TOO_LARGE: { retryable: false, meaning: 'The request, the document or its variables are too large.' },
  UNSUPPORTED_MEDIA_TYPE: { retryable: false, meaning: 'Send POST with `content-type: application/json`.' },
  CONFLICT: {
    retryable: false,
    meaning:
      'Somebody changed the record first. `extensions.currentVersion` is its version now: read it again and decide again.',
  },
  ILLEGAL_TRANSITION: {
    retryable: false,
    meaning: 'The record is not in a state that allows this. `extensions.allowedActions` lists what it allows.',
  },
  WINDOW_CLOSED: {
    retryable: false,
    meaning: 'The time in which this was possible is over. `extensions.allowedActions` lists what is possible now.',
  },
  EXIT_CRITERIA_NOT_MET: {
    retryable: false,
    meaning: 'The stage cannot be left yet. `extensions.missing` lists the criteria that are not met.',
  },
  RESTORATION_CRITERIA_NOT_MET: {
    retryable: false,
    meaning:
      'Normal operation is not back at the site named. `extensions.missing` lists the criteria that are not met.',
  },
  SELF_APPROVAL_FORBIDDEN: { retryable: false, meaning: 'Another person must do this than the one who prepared it.' },
  OUT_OF_SCOPE: {
    retryable: false,
    meaning: 'This is not what the record is for. `extensions.redirect` says who acts instead, and how.',
  },
  SECOND_APPROVER_REQUIRED: {
    retryable: false,
    meaning: 'A second person must agree to this. `extensions.approvers` lists the roles, any of which can.',
  },
  LAST_ADMIN: {
    retryable: false,
    meaning: 'An organization must keep an active administrator. `extensions.organizationId` names it.',
  },
  ATTEMPTS_EXHAUSTED: {
    retryable: false,
    meaning: 'No attempt is left. `extensions.attemptsUsed` and `extensions.maximumAttempts` say how many there were.',
  },
  ATTEMPT_CLOSED: { retryable: false, meaning: 'The attempt is over: it was submitted, or its time ran out.' },
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
      'The cursor is older than what is kept, or comes from before a restore. Reconnect, start with the cursor of the acknowledgement, then query again.',
  },
  SCHEMA_CHANGED: { retryable: false, meaning: 'The API changed and this subscription no longer fits it.' },
  TIME_ZONE_REQUIRED: { retryable: false, meaning: 'A time was given without its zone or offset.' },
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

/**
 * The register of what can be wrong with an input field. The published enum `FieldProblemCode` restates it, and a test compares the
 * two. `args` names the values that a client needs to say the problem in another language.
 */
export const FIELD_PROBLEMS = {
  MALFORMED: {
    args: ['type'],
    meaning: 'The value must have the form that its type describes; `type` names the type.',
  },
  REQUIRED: { args: [], meaning: 'The field must have a value, and a text must say something.' },
  MISSING_ENTRY: { args: ['value'], meaning: 'The list must hold an entry of this kind; `value` names it.' },
  TOO_LONG: { args: ['max', 'unit', 'length'], meaning: 'The text is too long; `unit` is CHARACTERS or BYTES.' },
  NOT_ONE_LINE: { args: [], meaning: 'The text must be one line.' },
  CHARACTER_NOT_ALLOWED: {
    args: ['character'],
    meaning:
      'The text must not hold this character; `character` names it, as U+0000. No text holds control characters, halves of a character, noncharacters or tags, nor more than 8 marks on one letter; a line holds no tab, and no invisible character but joiners and variation selectors, so nothing that changes the direction of reading.',
  },
  TOO_MANY: { args: ['max'], meaning: 'There are too many values.' },
  TOO_FEW: { args: ['min'], meaning: 'There are too few values.' },
  OUT_OF_RANGE: { args: ['min', 'max'], meaning: 'The number or instant lies outside the range.' },
  NOT_AN_ID: { args: ['prefixes'], meaning: 'The value must be an id that begins with one of the prefixes.' },
  NOT_A_RECORD_NUMBER: { args: ['prefixes'], meaning: 'The value must be a record’s number with one of the prefixes.' },
  TOO_BROAD: {
    args: ['max'],
    meaning: 'The search must hold a rarer word, or the list must be narrowed: it stops at `max` records.',
  },
  FOREIGN_CURSOR: { args: [], meaning: 'The cursor must come from this list, in this order.' },
  INVALID_TIME: { args: [], meaning: 'The value must be a date and time, as the field’s type describes it.' },
  INVALID_TIME_ZONE: { args: [], meaning: 'The value must be the name of an IANA time zone.' },
  AMBIGUOUS_LOCAL_TIME: { args: ['candidates'], meaning: 'The local time happens twice: add its offset.' },
  NONEXISTENT_LOCAL_TIME: { args: ['suggestion'], meaning: 'The clocks skip this local time.' },
  NOT_IN_FUTURE: { args: [], meaning: 'The instant must be still to come.' },
  PERIOD_BACKWARDS: { args: [], meaning: 'The end must come after the beginning.' },
  UNKNOWN_CODE: { args: ['value'], meaning: 'The code must be one of the desk’s list.' },
  NO_SUCH_RECORD: { args: [], meaning: 'The record must exist, and you must be able to see it.' },
  WRONG_KIND: { args: ['expected'], meaning: 'The record must be of another kind.' },
  INACTIVE: { args: [], meaning: 'The person or organization must be active.' },
  MISSING_ROLE: { args: ['roles'], meaning: 'The person must have one of the roles.' },
  ALREADY_TAKEN: { args: [], meaning: 'The value must be unique, and another record has it.' },
  ALREADY_THERE: { args: [], meaning: 'The record has this value already.' },
  NOT_THERE: { args: [], meaning: 'The record must have this value, and does not.' },
  SELF_REFERENCE: { args: [], meaning: 'The record must not refer to itself.' },
  CIRCULAR: { args: [], meaning: 'The references must not form a circle.' },
  CHAIN_TOO_LONG: { args: ['max'], meaning: 'Too many records stand behind the one referred to.' },
  NOT_APPLICABLE: { args: ['only'], meaning: 'The field applies to other choices only; `only` names them.' },
  EXACTLY_ONE: { args: ['of'], meaning: 'Exactly one of the fields must be given.' },
  NOTHING_CHANGES: { args: ['of'], meaning: 'At least one of the fields must be given.' },
  WRONG_TYPE: { args: ['type'], meaning: 'The value must be of the type that the message names.' },
  NOT_ALLOWED: { args: [], meaning: 'The value, or the name, is not allowed here.' },
  OTHER_MUTATION: { args: ['mutation'], meaning: 'Another mutation does this.' },
} as const satisfies Record<string, { args: readonly string[]; meaning: string }>;

export type FieldProblemCode = keyof typeof FIELD_PROBLEMS;

/** A problem of a value: its code, the values that its words need, and an English sentence that says what must be true. */
export interface Problem {
  code: FieldProblemCode;
  args?: Readonly<Record<string, string | number | readonly string[]>>;
  message: string;
}

/** One wrong input field, with its path from the operation's arguments: `input.title`. */
export interface FieldProblem extends Problem {
  path: string;
}

/**
 * Stops an operation for a reason that the caller should know: a code of the register, a public sentence that says what would be right,
 * and details that become `extensions`. Every other error that is thrown is a bug.
 */
export class Refusal extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message, { extensions: { ...details, code } });
    this.name = 'Refusal';
    this.code = code;
  }
}

/** The one answer for a record that is missing and for one that the viewer may not see: the two must not differ in a byte. */
export function notFound(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such record, or none that you may see.');
}

/** Refuses input, naming every wrong field at once. */
export function badInput(problems: readonly FieldProblem[]): Refusal {
  const list = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ');
  const fields = problems.map(({ path, code, args = {}, message }) => ({ path, code, args, message }));
  return new Refusal('BAD_USER_INPUT', `The input is wrong. ${list}`, { fields });
}

const GRAPHQL_OWN = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
/** Codes of Apollo Server for requests of a wrong form, with the code of the register that callers get instead. */
const RENAMED = new Map<unknown, ErrorCode>([
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
]);

/**
 * Shapes an error for the caller. Refusals and GraphQL's own errors pass; every other error becomes INTERNAL with the request id and no
 * detail, and goes to `report` to be logged whole.
 */
export function publicError(
  error: unknown,
  formatted: GraphQLFormattedError,
  { requestId, report }: { requestId: string; report: (error: unknown) => void },
): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  // The caller must not learn where it happened, in code and among the services.
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
