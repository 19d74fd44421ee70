import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { badInput, Refusal } from '@desk/kit/errors';
import type { Logger } from '@desk/kit/logger';
import { callerError, HttpRefusal, unsupportedMedia } from './http-error.ts';
import type { Authenticate } from './identity.ts';
import type { AdmitOperation, AdmittedOperation, OperationText } from './known-documents.ts';
import { limitsFor } from './limits.ts';
import { ratedCaller, type RateLimiter } from './rate-limit.ts';
import type { Runtime } from './runtime.ts';
import type { Sessions } from './session.ts';
import type { Authenticated } from './viewer.ts';

export interface GraphQLRouteOptions {
  runtime: Runtime;
  authenticate: Authenticate;
  sessions: Sessions;
  admit: AdmitOperation;
  limiter: RateLimiter;
  /** True while the process has more to do than it can. */
  busy: () => boolean;
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

const BODY_BYTES_MAX = 256 * 1024;
const BODY_NESTING_MAX = 32;
/** One operation may take this long in all, in milliseconds. */
const OPERATION_MS_MAX = 25_000;

/**
 * `POST /graphql`: queries and mutations as JSON, for callers who are signed in. Nothing about a request is read before
 * it is known who asks, and nothing is planned before the limits hold. `note` receives what the log says of a request.
 */
export function graphqlRoute(
  app: FastifyInstance,
  options: GraphQLRouteOptions,
  note: (request: FastifyRequest, log: OperationLog) => void,
): void {
  const { runtime, authenticate, sessions, admit, limiter, busy, logger } = options;
  const callers = new WeakMap<FastifyRequest, Authenticated>();

  readJsonOnly(app);
  app.route({
    method: 'POST',
    url: '/graphql',
    bodyLimit: BODY_BYTES_MAX,
    async onRequest(request, reply) {
      if (busy()) throw new Refusal('SERVER_BUSY', 'The desk is shedding load. Try again shortly.');
      const caller = await authenticate({ headers: request.headers, params: null });
      callers.set(request, caller);
      note(request, { principal: caller.principal.id });
      if (request.headers.authorization === undefined) await renewSession(sessions, request, reply);
    },
    async handler(request, reply) {
      const caller = callers.get(request);
      if (!caller) throw new Error('a request reached GraphQL without a caller');
      // Before anything is looked at: what is refused is not free either.
      const rated = limiter.begin(ratedCaller(caller));
      try {
        const asked = operationText(request.body);
        const limits = limitsFor(caller.callerClass);
        const operation = admit(asked, { over: 'HTTP', limits, take: (usage) => rated.take(usage) });
        const { data, errors } = await execute(runtime, request, caller, asked, operation);
        const shaped = errors?.map((error) => callerError(error, request.id, hidden(logger, request.id)));
        note(request, {
          operation: operation.name,
          kind: operation.kind,
          cost: operation.cost,
          ...(shaped ? { codes: codesOf(shaped) } : {}),
        });
        return reply
          .header('content-type', 'application/json; charset=utf-8')
          .send(JSON.stringify({ data, ...(shaped ? { errors: shaped } : {}), extensions: { cost: operation.cost } }));
      } finally {
        rated.end();
      }
    },
  });
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    // Before any body is read: what is wrong is the method.
    onRequest: wrongMethod,
    handler: wrongMethod,
  });
}

/** Gives what the caller is not told to the log, whole. */
export function hidden(logger: Logger, requestId: string): (error: unknown) => void {
  return (error) => logger.error({ error, requestId }, 'a request failed');
}

/** The codes of a refused or partly refused answer, for the log. */
export function codesOf(errors: readonly GraphQLFormattedError[]): unknown[] {
  return [...new Set(errors.map((error) => error.extensions?.['code']))];
}

async function wrongMethod(): Promise<never> {
  throw new HttpRefusal(405, unsupportedMedia());
}

async function execute(
  runtime: Runtime,
  request: FastifyRequest,
  { viewer }: Authenticated,
  { query, operationName, variables }: OperationText,
  { document, hash, kind }: AdmittedOperation,
): Promise<{ data?: unknown; errors?: readonly unknown[] }> {
  const traceparent = request.headers['traceparent'];
  const context = runtime.context({
    viewer,
    requestId: request.id,
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  });
  const work = runtime.answer({ query, document, hash, operationName, variables }, context);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate(kind)), OPERATION_MS_MAX);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
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

/** Lets nothing but JSON in UTF-8 reach the routes, and no JSON that is nested deeper than any input of ours. */
function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8';
    if (encoding !== undefined || !/^utf-?8$/i.test(charset)) return done(unsupportedMedia());
    const text = String(body);
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

/** The operation in a body. Other members than the three known ones are left unread. */
function operationText(body: unknown): OperationText {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput([{ path: '', message: 'Send one operation: a JSON object with `query`.' }]);
  }
  const { query, operationName = null, variables = null } = body as Record<string, unknown>;
  const problems = [
    typeof query === 'string' && query ? null : { path: 'query', message: 'must be the text of a GraphQL document.' },
    operationName === null || typeof operationName === 'string'
      ? null
      : { path: 'operationName', message: 'must be text.' },
    typeof variables === 'object' && !Array.isArray(variables)
      ? null
      : { path: 'variables', message: 'must be an object.' },
  ].filter((problem) => problem !== null);
  if (problems.length > 0) throw badInput(problems);
  return {
    query: query as string,
    operationName: (operationName as string | null) || null,
    variables: (variables ?? {}) as Record<string, unknown>,
  };
}
