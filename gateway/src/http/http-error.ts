import type { GraphQLFormattedError } from 'graphql';
import { badInput, ERROR_CODES, Refusal, type ErrorCode, type Problem } from '@desk/kit/api/errors';
import { BODY_BYTES_MAX } from '../limits/limits.ts';
import { callerError, type ErrorReport } from '../supergraph/caller-error.ts';
import { InvalidDocument } from '../supergraph/known-documents.ts';

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

/** Shapes whatever stopped a request. `offered` is what the request named as its caller, if anything. */
export function refusedAnswer(error: unknown, log: ErrorReport, offered?: string): RefusedAnswer {
  const causes = error instanceof InvalidDocument ? error.problems : [refusalOf(error)];
  const errors = causes.map((cause) => callerError(cause, log));
  const { code, retryAfterMs } = (errors[0]?.extensions ?? {}) as { code?: ErrorCode; retryAfterMs?: number };
  const own = error instanceof HttpRefusal ? error.status : undefined;
  const status = own ?? (code && STATUS[code]) ?? STATUS_OTHERWISE;
  const retryAfter = retryAfterMs ?? (code && ERROR_CODES[code]?.retryable ? MS_PER_SECOND : null);
  const headers = {
    ...(retryAfter === null ? {} : { 'retry-after': String(Math.ceil(retryAfter / MS_PER_SECOND)) }),
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(status === 401 ? { 'www-authenticate': challenge(offered) } : {}),
  };
  return { status, headers, errors };
}

/** How to identify oneself, and whether what was offered did not hold (RFC 6750). */
function challenge(offered: string | undefined): string {
  return offered === undefined ? 'Bearer realm="desk"' : 'Bearer realm="desk", error="invalid_token"';
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

/** Refusals of fastify itself, in the words of the register. */
const FASTIFY: Record<string, () => Refusal> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => unsupportedMedia(),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Refusal('PAYLOAD_TOO_LARGE', `The request body is too large; ${BODY_BYTES_MAX / 1024} KiB are allowed.`, {
      limit: 'bodyBytes',
      allowed: BODY_BYTES_MAX,
    }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    wrongBody({ code: 'REQUIRED', message: 'The body must be a JSON object with `query`, and is empty.' }),
  FST_ERR_CTP_INVALID_JSON_BODY: () =>
    wrongBody({ code: 'WRONG_TYPE', args: { type: 'JSON' }, message: 'The body must be JSON.' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    wrongBody({ code: 'NOT_ALLOWED', message: 'The body must be as long as `content-length` says.' }),
};

/** Refuses a whole body. */
export function wrongBody(problem: Problem): Refusal {
  return badInput([{ path: '', ...problem }]);
}

/** Refuses a body of another kind than the gateway reads. */
export function unsupportedMedia(): Refusal {
  return new Refusal(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send POST with `content-type: application/json`, in UTF-8 and without `content-encoding`.',
  );
}

function refusalOf(error: unknown): unknown {
  if (error instanceof HttpRefusal) return error.refusal;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return FASTIFY[code]?.() ?? error;
}
