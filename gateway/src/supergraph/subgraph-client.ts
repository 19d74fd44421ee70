import type { TimeSource } from '@desk/kit/time/time-source';
import { ERROR_CODES, Refusal } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';
import type { GraphQLFormattedError } from 'graphql';
import { Pool, type Dispatcher } from 'undici';
import { Circuit } from '../limits/circuit.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { SubgraphMetrics } from './subgraph-metrics.ts';

/** Requests that one subgraph is sent at the same time; more wait for their turn. */
const CONNECTIONS_MAX = 100;
/** Requests to one subgraph that are in hand, sent or waiting; more are refused with SERVER_BUSY. One operation may need many. */
const IN_FLIGHT_MAX = 1_000;
/** Longest answer of a subgraph, in bytes. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const KEEP_ALIVE_MS = 30_000;
/** How long a refused caller should wait where nothing better is known, in milliseconds. */
const RETRY_AFTER_MS = 1_000;
/** A read whose connection broke under it is sent once more: the subgraph may have been restarted in between. */
const READ_TRIES_MAX = 2;

/** A request to a subgraph. */
export interface SubgraphRequest {
  query: string;
  variables: Record<string, unknown>;
}

/** The answer of a subgraph: its errors have codes of the register, and do not describe the inside. */
export interface SubgraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

export interface SubgraphClientOptions {
  name: string;
  /** Where the subgraph listens, without a path. */
  url: string;
  /** How long one request may take, in milliseconds. */
  timeoutMs: number;
  time: TimeSource;
  logger: Logger;
  metrics: SubgraphMetrics;
}

/** Sends GraphQL to one subgraph over kept connections. Bounded in time, in size and in number; never sends a write twice. */
export class SubgraphClient {
  readonly #options: SubgraphClientOptions;
  readonly #pool: Pool;
  readonly #circuit: Circuit;
  #inFlight = 0;

  constructor(options: SubgraphClientOptions) {
    this.#options = options;
    this.#circuit = new Circuit(options.time);
    this.#pool = new Pool(new URL(options.url).origin, {
      connections: CONNECTIONS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: ANSWER_BYTES_MAX,
      connect: { timeout: options.timeoutMs },
    });
  }

  /**
   * One request, one answer. Refuses with SERVICE_UNAVAILABLE when the subgraph does not answer, with WRITE_UNCERTAIN when a write was
   * sent and its outcome is not known, with SERVER_BUSY when too many requests wait already, and with QUERY_TOO_COMPLEX when a read's
   * answer is longer than ANSWER_BYTES_MAX. Rejects with a plain error, a fault of the desk, when the answer to a read is not GraphQL.
   */
  async post(request: SubgraphRequest, context: GatewayContext): Promise<SubgraphAnswer> {
    const { name, metrics } = this.#options;
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      throw new Refusal('SERVER_BUSY', 'The desk is busy. Try again shortly.', { retryAfterMs: RETRY_AFTER_MS });
    }
    const waitMs = this.#circuit.waitMs();
    if (waitMs > 0) throw unavailable(name, waitMs);
    this.#inFlight += 1;
    const end = metrics.begin(name);
    try {
      const answer = await this.#exchange(request, context);
      end('answered');
      return answer;
    } catch (error) {
      end('failed');
      throw error;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Lets go of the connections, once the requests in hand are answered. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #exchange(request: SubgraphRequest, context: GatewayContext): Promise<SubgraphAnswer> {
    const { name, logger } = this.#options;
    const write = isMutation(request.query);
    const { status, text } = await this.#send(request, context, write).catch((error: unknown) => {
      if (codeOf(error) === TOO_LONG) {
        // The subgraph is well: one caller's request must not count as a failure for the others.
        logger.warn({ subgraph: name, requestId: context.requestId }, 'an answer of a subgraph is too long');
        throw write ? uncertain(name) : tooLong();
      }
      this.#circuit.failed();
      logger.warn({ error, subgraph: name, requestId: context.requestId }, 'a subgraph does not answer');
      throw write && !neverSent(error) ? uncertain(name) : unavailable(name);
    });
    if (status >= 500) {
      this.#circuit.failed();
      logger.warn({ status, subgraph: name, requestId: context.requestId }, 'a subgraph cannot answer');
      throw write ? uncertain(name) : unavailable(name);
    }
    if (status === 401 || status === 403) throw new Error(`${name} refused the gateway's own token with ${status}`);
    const answer = readAnswer(text);
    if (!answer) {
      logger.error({ status, subgraph: name, requestId: context.requestId }, 'a subgraph answered without GraphQL');
      // A request that was refused was ours to send rightly. Anything else is no answer: whoever gave it, the subgraph did not.
      const ours = status >= 400;
      if (!ours) this.#circuit.failed();
      if (write) throw uncertain(name);
      throw ours ? new Error(`${name} answered with ${status} and without GraphQL`) : unavailable(name);
    }
    this.#circuit.succeeded();
    return answer.errors ? { ...answer, errors: this.#publicErrors(answer.errors, context.requestId) } : answer;
  }

  async #send(
    request: SubgraphRequest,
    context: GatewayContext,
    write: boolean,
  ): Promise<{ status: number; text: string }> {
    const { name, timeoutMs } = this.#options;
    const options: Dispatcher.DispatchOptions = {
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await context.tokenFor(name)}`,
        'x-request-id': context.requestId,
        ...(context.traceparent ? { traceparent: context.traceparent } : {}),
      },
      body: JSON.stringify(request),
    };
    for (let tries = 1; ; tries += 1) {
      try {
        return await exchange(this.#pool, options, timeoutMs);
      } catch (error) {
        if (write || tries >= READ_TRIES_MAX || !BROKEN.has(codeOf(error))) throw error;
      }
    }
  }

  /** A subgraph's errors as callers may see them: refusals whole, everything else as INTERNAL. */
  #publicErrors(errors: readonly GraphQLFormattedError[], requestId: string): GraphQLFormattedError[] {
    return errors.map((error) => {
      const { requestId: _inner, stacktrace: _hidden, ...extensions } = error.extensions ?? {};
      const code = extensions['code'];
      const path = error.path ? { path: error.path } : {};
      if (typeof code === 'string' && code in ERROR_CODES && !OWN_FAULTS.has(code)) {
        return { message: error.message, ...path, extensions };
      }
      this.#options.logger.error({ error, subgraph: this.#options.name, requestId }, 'a subgraph failed');
      return { message: 'Something went wrong inside the desk.', ...path, extensions: { code: 'INTERNAL' } };
    });
  }
}

/**
 * One request and its whole answer; rejects after the time, also while it waits for a connection. Straight on the dispatcher: a stream,
 * an abort signal and a promise for each part of an answer would cost more than the rest of a small request.
 */
function exchange(
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  timeoutMs: number,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let controller: Dispatcher.DispatchController | null = null;
    let late: Error | null = null;
    const timer = setTimeout(() => {
      late = new Error(`no answer within ${timeoutMs} ms`);
      controller?.abort(late);
      reject(late);
    }, timeoutMs);
    pool.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        if (late) started.abort(late);
      },
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        const [only] = chunks;
        resolve({ status, text: (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString() });
      },
      onResponseError(_controller, error) {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
}

/** True for the text of a mutation, as the planner prints it. */
export function isMutation(query: string): boolean {
  return query.startsWith('mutation');
}

/** Codes that only the gateway may answer with: from a subgraph they mean that the gateway's own request was wrong. */
const OWN_FAULTS = new Set(['INTERNAL', 'UNAUTHENTICATED', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
/** How undici says that an answer is longer than ANSWER_BYTES_MAX. */
const TOO_LONG = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
/** Failures of a connection that had been good before. */
const BROKEN = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
/** Failures before the first byte of a request. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function neverSent(error: unknown): boolean {
  return NEVER_SENT.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function unavailable(service: string, retryAfterMs = RETRY_AFTER_MS): Refusal {
  const message = 'A part of the desk does not answer. The rest works; try again shortly.';
  return new Refusal('SERVICE_UNAVAILABLE', message, { service, retryAfterMs });
}

function tooLong(): Refusal {
  const message = 'The answer would be too long. Ask for fewer fields or smaller pages.';
  return new Refusal('QUERY_TOO_COMPLEX', message, { limit: 'answerBytes', allowed: ANSWER_BYTES_MAX });
}

function uncertain(service: string): Refusal {
  const message = 'The desk does not know whether the write happened. Repeat it with the same idempotency key.';
  return new Refusal('WRITE_UNCERTAIN', message, { service, retryAfterMs: RETRY_AFTER_MS });
}

/** A GraphQL answer, which holds data or errors. Null for every other text: a server refuses a request that is too large in its own words. */
function readAnswer(text: string): SubgraphAnswer | null {
  let parsed: unknown;
  try {
    parsed = parseAnswer(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { data, errors } = parsed as { data?: unknown; errors?: unknown };
  const holdsData = typeof data === 'object' && data !== null && !Array.isArray(data);
  return Array.isArray(errors) || (holdsData && errors === undefined) ? parsed : null;
}

const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** Finds the unsafe names, also where their letters are written as escapes. People's text may contain them innocently. */
const SUSPECT = /__proto__|constructor|prototype|\\u00[5-7]/i;

/** JSON without the keys by which an answer could reach the prototypes of this process. */
function parseAnswer(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    for (const key of Object.keys(value)) {
      if (UNSAFE_KEYS.has(key)) Reflect.deleteProperty(value, key);
    }
    return value;
  });
}
