import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { badInput, Refusal, type FieldProblem } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';
import type { Authenticate } from '../identity/identity.ts';
import type { Sessions } from '../identity/session.ts';
import { ratedCaller, type Authenticated } from '../identity/viewer.ts';
import { withDeadline } from '../limits/deadline.ts';
import { BODY_BYTES_MAX, LIMITS } from '../limits/limits.ts';
import type { RateLimiter } from '../limits/rate-limit.ts';
import { callerError, type ErrorReport } from '../supergraph/caller-error.ts';
import type { AdmitOperation, AdmittedOperation, OperationText } from '../supergraph/known-documents.ts';
import type { Runtime } from '../supergraph/runtime.ts';
import { HttpRefusal, unsupportedMedia, wrongBody } from './http-error.ts';
import { answerType, asksForPlainJson } from './media-type.ts';

export interface GraphQLRouteOptions {
  runtime: Runtime;
  authenticate: Authenticate;
  sessions: Sessions;
  admit: AdmitOperation;
  limiter: RateLimiter;
  /** True while the process has more to do than it can. */
  busy: () => boolean;
  /** Receives what the log says of a request. */
  note: (request: FastifyRequest, log: OperationLog) => void;
  logger: Logger;
}

/** What the log says of one operation, besides what it says of every request. */
export interface OperationLog {
  principal?: string;
  operation?: string | null;
  kind?: AdmittedOperation['kind'];
  cost?: number;
  codes?: unknown[];
}

/** Where the API is. */
export const GRAPHQL_PATH = '/graphql';
const BODY_NESTING_MAX = 32;
/** The longest time that one operation may take in all, in milliseconds. */
const OPERATION_MS_MAX = 25_000;
/** When to try again after the desk was too busy, in milliseconds. */
const BUSY_RETRY_MS = 1_000;

/**
 * `POST /graphql`: queries and mutations as JSON, for signed-in callers. The gateway reads nothing of a request before it knows the
 * caller, and plans nothing before the limits hold.
 */
export function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { authenticate, sessions, limiter, busy, note } = options;
  const callers = new WeakMap<FastifyRequest, Authenticated>();
  readJsonOnly(app);
  app.route({
    method: 'POST',
    url: GRAPHQL_PATH,
    bodyLimit: BODY_BYTES_MAX,
    async onRequest(request, reply) {
      if (busy()) {
        throw new Refusal('SERVER_BUSY', 'The desk has too much to do. Try again shortly.', {
          retryAfterMs: BUSY_RETRY_MS,
        });
      }
      const caller = await authenticate({ headers: request.headers, params: null });
      callers.set(request, caller);
      note(request, { principal: caller.principal.id });
      if (request.headers.authorization === undefined) await renewSession(sessions, request, reply);
    },
    async handler(request, reply) {
      const caller = callers.get(request);
      if (!caller) throw new Error('a request reached GraphQL without a caller');
      // Before the body is looked at: a refused request is not free either.
      const rated = limiter.begin(ratedCaller(caller));
      try {
        const answer = await answerOperation(request, caller, { ...options, take: (usage) => rated.take(usage) });
        return reply.headers(answerHeaders(request)).send(answer);
      } finally {
        rated.end();
      }
    },
  });
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: GRAPHQL_PATH,
    // Before any body is read: the method is wrong.
    onRequest: wrongMethod,
    handler: wrongMethod,
  });
}

/** The headers of every answer to a GraphQL request, also of a refusal. */
export function answerHeaders({ headers }: FastifyRequest): Record<string, string> {
  return { 'content-type': answerType(headers.accept), vary: 'accept' };
}

/** The status of a refusal: 200 for an operation that was well sent and does not fit, to a client that asks for plain JSON. */
export function refusalStatus(request: FastifyRequest, status: number): number {
  return status === 400 && wellSent.has(request) && asksForPlainJson(request.headers.accept) ? 200 : status;
}

/** Requests whose body is an operation. */
const wellSent = new WeakSet<FastifyRequest>();

/** The way of hidden errors to the log, whole. */
export function toLog(logger: Logger, requestId: string): ErrorReport {
  return { requestId, report: (error) => logger.error({ error, requestId }, 'a request failed') };
}

/** The codes of a refused or partly refused answer, for the log. */
export function codesOf(errors: readonly GraphQLFormattedError[]): unknown[] {
  return [...new Set(errors.map((error) => error.extensions?.['code']))];
}

async function wrongMethod(): Promise<never> {
  throw new HttpRefusal(405, unsupportedMedia());
}

/** The answer to an operation, as text. Refuses an operation that is above the limits or does not fit the schema. */
async function answerOperation(
  request: FastifyRequest,
  { callerClass, viewer }: Authenticated,
  { runtime, admit, note, logger, take }: GraphQLRouteOptions & { take: Parameters<AdmitOperation>[1]['take'] },
): Promise<string> {
  const asked = operationText(request.body);
  wellSent.add(request);
  const operation = admit(asked, { over: 'HTTP', limits: LIMITS[callerClass], take });
  const traceparent = request.headers['traceparent'];
  const context = runtime.context({
    viewer,
    requestId: request.id,
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  });
  const { name, kind, cost } = operation;
  const work = runtime.answer({ ...asked, ...operation }, context);
  const { data, errors } = await withDeadline(OPERATION_MS_MAX, work, () => {
    throw tooLate(kind);
  });
  const shown = errors?.map((error) => callerError(error, toLog(logger, request.id)));
  note(request, { operation: name, kind, cost, ...(shown ? { codes: codesOf(shown) } : {}) });
  return JSON.stringify({ data, ...(shown ? { errors: shown } : {}), extensions: { cost } });
}

function tooLate(kind: AdmittedOperation['kind']): Refusal {
  if (kind !== 'mutation') return new Refusal('SERVICE_UNAVAILABLE', 'A part of the desk took too long. Try again.');
  return new Refusal(
    'WRITE_UNCERTAIN',
    'A part of the desk took too long. Repeat the request with the same idempotency key.',
  );
}

async function renewSession(sessions: Sessions, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const session = await sessions.read(request.headers.cookie);
  const newer = session ? await sessions.renew(session) : null;
  if (newer) reply.header('set-cookie', newer);
}

/** Lets only JSON in UTF-8 reach the routes, and no JSON that is nested deeper than any input of ours. */
function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8';
    if (encoding !== undefined || !/^utf-?8$/i.test(charset)) return done(unsupportedMedia());
    const text = readUtf8(body as Buffer);
    if (text === null) return done(notUtf8());
    if (nesting(text) > BODY_NESTING_MAX) {
      return done(
        new Refusal('QUERY_TOO_COMPLEX', `The body is nested too deeply; ${BODY_NESTING_MAX} levels are allowed.`, {
          limit: 'inputNesting',
          allowed: BODY_NESTING_MAX,
        }),
      );
    }
    return parse(request, text, done);
  });
}

/** Null for bytes that are not UTF-8: a text that was repaired would be another than was sent. */
function readUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function notUtf8(): Refusal {
  return wrongBody({ code: 'WRONG_TYPE', args: { type: 'UTF-8' }, message: 'The body must be text in UTF-8.' });
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING = new Set([91, 123]);
const CLOSING = new Set([93, 125]);

/** The deepest nesting of a JSON text; stops at one more than is allowed. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length && deepest <= BODY_NESTING_MAX; i++) {
    const character = text.charCodeAt(i);
    if (inString) {
      if (character === BACKSLASH) i += 1;
      else if (character === QUOTE) inString = false;
    } else if (character === QUOTE) inString = true;
    else if (OPENING.has(character)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(character)) depth -= 1;
  }
  return deepest;
}

/** The operation in a body. Its extensions are not read, and members besides the four known ones neither. */
function operationText(body: unknown): OperationText {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const message = 'The body must be one operation: a JSON object with `query`.';
    throw wrongBody({ code: 'WRONG_TYPE', args: { type: 'object' }, message });
  }
  const { query, operationName = null, variables = null, extensions = null } = body as Record<string, unknown>;
  const problems = [
    typeof query === 'string' && query ? null : wrongType('query', 'the text of a GraphQL document'),
    operationName === null || typeof operationName === 'string' ? null : wrongType('operationName', 'text'),
    typeof variables === 'object' && !Array.isArray(variables) ? null : wrongType('variables', 'an object'),
    typeof extensions === 'object' && !Array.isArray(extensions) ? null : wrongType('extensions', 'an object'),
  ].filter((problem) => problem !== null);
  if (problems.length > 0) throw badInput(problems);
  return {
    query: query as string,
    operationName: (operationName as string | null) || null,
    variables: (variables ?? {}) as Record<string, unknown>,
  };
}

function wrongType(path: string, type: string): FieldProblem {
  return { path, code: 'WRONG_TYPE', args: { type }, message: `must be ${type}.` };
}
