import type { TimeSource } from '@desk/kit/time/time-source';
import { ERROR_CODES, Refusal } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Random } from '@desk/kit/process/ids';
import { Unproved, type Authenticate } from '../identity/identity.ts';
import { ratedCaller, type Authenticated } from '../identity/viewer.ts';
import type { RateLimiter } from '../limits/rate-limit.ts';
import { callerError, type ErrorReport } from '../supergraph/caller-error.ts';
import { InvalidDocument } from '../supergraph/known-documents.ts';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import type { LiveQuota, SocketLimits } from './quota.ts';
import { OperationIds } from './operation-ids.ts';
import type { SubscribePayload } from './request.ts';
import type { Outlet, Subscriber } from './subscriber.ts';

/** A subscription that runs. */
export interface Started {
  subscriber: Subscriber;
  plan: SubscriptionPlan;
}

/** A client's request for a subscription. */
export interface SubscriptionStart {
  /** The client's id of the operation. */
  id: string;
  payload: SubscribePayload;
  authenticated: Authenticated;
  outlet: Outlet;
}

/** Starts a subscription. Rejects with a refusal or GraphQL's own error. */
export type StartSubscription = (request: SubscriptionStart) => Promise<Started>;

/** The reasons to close a socket. Clients of graphql-ws connect again after each, except where a comment says otherwise. */
export const CLOSE = {
  goingAway: { code: 1001, reason: 'going away' },
  /** Clients do not connect again: they flood the desk. */
  tooManyMessages: { code: 1008, reason: 'too many messages' },
  tooSlow: { code: 1013, reason: 'slow consumer' },
  tryAgain: { code: 1013, reason: 'try again later' },
  tokenExpired: { code: 4403, reason: 'token expired' },
  rightsChanged: { code: 4403, reason: 'rights changed' },
  signedOut: { code: 4403, reason: 'signed out' },
  /** Clients do not connect again: the same parameters would be refused again. */
  badParameters: { code: 4400, reason: 'bad connection parameters' },
  /** Clients do not connect again: no fresh token would be another one. */
  tokenMissing: { code: 4401, reason: 'token missing' },
  tokenWrong: { code: 4401, reason: 'token not valid' },
  /** Whoever it is, is not let in: unknown to the directory, or suspended. */
  notLetIn: { code: 4403, reason: 'not let in' },
  /** Clients do not connect again. */
  idInUse: { code: 4409, reason: 'an operation with this id runs' },
  /** Clients do not connect again. */
  tooManySockets: { code: 4429, reason: 'too many sockets' },
} as const;

/** How a socket is closed whose caller could not be proved. */
const UNPROVED = { missing: CLOSE.tokenMissing, wrong: CLOSE.tokenWrong, expired: CLOSE.tokenExpired } as const;

/** When to try again where there are too many subscriptions: one may have ended by then. In milliseconds. */
const SUBSCRIPTIONS_RETRY_MS = 5_000;
const NAME_BYTES = 9;

/** Longest id that a client may give an operation, in bytes: each of the operation's messages holds it. */
const ID_BYTES_MAX = 128;

export interface LiveSessionParts {
  ws: WebSocket;
  /** The connection below the WebSocket: frames are written to it whole, past the library. */
  raw: Duplex;
  request: IncomingMessage;
  authenticate: Authenticate;
  startSubscription: StartSubscription;
  quota: LiveQuota;
  limiter: RateLimiter;
  limits: SocketLimits;
  time: TimeSource;
  random: Random;
  logger: Logger;
}

/** One open socket: its caller, its subscriptions, and when it must end. */
export class LiveSession implements Outlet {
  /** The socket's caller; null until that is proved. */
  authenticated: Authenticated | null = null;
  /** False when no answer came to the last ping. */
  alive = true;
  readonly operations = new OperationIds();
  /** Begins the ids of its requests, in the log and in refusals. */
  readonly #name: string;
  readonly #parts: LiveSessionParts;
  readonly #subscribers = new Set<Subscriber>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #opening = 0;
  #uncharged = 0;
  #giveBack: (() => void) | null = null;
  #messages: { left: number; at: number };

  constructor(parts: LiveSessionParts) {
    this.#parts = parts;
    const name = new Uint8Array(NAME_BYTES);
    parts.random(name);
    this.#name = Buffer.from(name).toString('base64url');
    this.#messages = { left: parts.limits.messagesBurst, at: performance.now() };
    parts.raw.on('drain', () => {
      for (const subscriber of this.#subscribers) subscriber.drain();
    });
  }

  get open(): boolean {
    return this.#parts.ws.readyState === WebSocket.OPEN;
  }

  get waitingBytes(): number {
    return this.#parts.raw.writableLength;
  }

  write(frame: Buffer): void {
    this.#uncharged += 1;
    this.#parts.raw.write(frame);
  }

  together(write: () => void): void {
    this.#parts.raw.cork();
    try {
      write();
    } finally {
      this.#parts.raw.uncork();
    }
  }

  tooSlow(): void {
    this.close(CLOSE.tooSlow);
  }

  /** Closes the socket, and cuts it off when its client does not confirm that in time. */
  close({ code, reason }: { code: number; reason: string }): void {
    const { ws, limits } = this.#parts;
    if (!this.open) return;
    ws.close(code, reason);
    this.#later(limits.closeMs, () => ws.terminate());
  }

  /** Cuts the socket off. */
  terminate(): void {
    this.#parts.ws.terminate();
  }

  /** Charges the messages delivered since the last time. Not with each message: a look-up would cost more than counting. */
  charge(): void {
    if (this.#uncharged === 0 || !this.authenticated) return;
    this.#parts.limiter.charge(ratedCaller(this.authenticated), this.#uncharged);
    this.#uncharged = 0;
  }

  /** Pings the client, and cuts it off when it did not answer the last ping. */
  ping(): void {
    if (!this.alive) return this.terminate();
    this.alive = false;
    if (this.open) this.#parts.ws.ping();
  }

  /** Counts a message of the client. False when the client may not send it; the socket is closed then. */
  takeMessage(): boolean {
    const { messagesPerSecond, messagesBurst, outboundBytes } = this.#parts.limits;
    const now = performance.now();
    const gained = ((now - this.#messages.at) / 1_000) * messagesPerSecond;
    this.#messages = { left: Math.min(messagesBurst, this.#messages.left + gained) - 1, at: now };
    if (this.#messages.left < 0) this.close(CLOSE.tooManyMessages);
    // A client that asks for answers and does not read them would fill the memory.
    else if (this.waitingBytes > outboundBytes) this.terminate();
    else return true;
    return false;
  }

  /** Proves the socket's caller. False when it is refused: the socket is then closed. */
  async connect(params: Record<string, unknown>): Promise<boolean> {
    const { authenticate, request, quota, limits, time, logger } = this.#parts;
    let authenticated: Authenticated;
    try {
      authenticated = await authenticate({ headers: request.headers, params });
    } catch (error) {
      if (!(error instanceof Refusal)) logger.error({ error }, 'a socket could not be authenticated');
      this.close(closeOf(error));
      return false;
    }
    if (!this.open) return false;
    const livesMs = authenticated.expiresAt.getTime() - time.now().getTime();
    if (livesMs <= 0) {
      this.close(CLOSE.tokenExpired);
      return false;
    }
    this.#giveBack = quota.takeSocket(authenticated);
    if (!this.#giveBack) {
      this.close(CLOSE.tooManySockets);
      return false;
    }
    this.authenticated = authenticated;
    this.#later(Math.min(livesMs, limits.ageMs), () => this.close(CLOSE.tokenExpired));
    return true;
  }

  /** Starts the subscription of an operation. Rejects with a GraphQLError that the client may see. */
  async start(operation: string, payload: SubscribePayload): Promise<Started> {
    const { quota, startSubscription, logger } = this.#parts;
    const { authenticated } = this;
    const requestId = `${this.#name}-${operation}`;
    // Completed before it began: nothing of it is sent.
    const id = this.operations.clientOf(operation) ?? '';
    let giveBack: (() => void) | null = null;
    this.#opening += 1;
    try {
      if (!authenticated) throw new Refusal('UNAUTHENTICATED', 'The socket must name its caller first.');
      if (Buffer.byteLength(id) > ID_BYTES_MAX)
        throw new Refusal('BAD_USER_INPUT', `The operation's id must have at most ${ID_BYTES_MAX} bytes.`);
      giveBack = quota.takeSubscription(authenticated, this.#subscribers.size + this.#opening - 1);
      if (!giveBack) {
        throw new Refusal('RATE_LIMITED', 'Too many subscriptions. End one before you start another.', {
          limit: 'subscriptions',
          retryAfterMs: SUBSCRIPTIONS_RETRY_MS,
        });
      }
      this.charge();
      const started = await startSubscription({ id, payload, authenticated, outlet: this });
      const { subscriber } = started;
      this.#subscribers.add(subscriber);
      subscriber.whenEnded(() => this.#subscribers.delete(subscriber));
      subscriber.whenEnded(giveBack);
      return started;
    } catch (error) {
      giveBack?.();
      const report = (hidden: unknown) => logger.error({ error: hidden, requestId }, 'a subscription could not start');
      throw firstError(error, { requestId, report });
    } finally {
      this.#opening -= 1;
    }
  }

  /** Lets go of all that the socket held. Called when it has ended. */
  ended(): void {
    this.charge();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const subscriber of [...this.#subscribers]) void subscriber.return();
    this.#giveBack?.();
  }

  #later(ms: number, work: () => void): void {
    this.#timers.add(setTimeout(work, ms));
  }
}

function closeOf(error: unknown): { code: number; reason: string } {
  if (error instanceof Unproved) return UNPROVED[error.why];
  if (!(error instanceof Refusal) || ERROR_CODES[error.code].retryable) return CLOSE.tryAgain;
  return error.code === 'BAD_USER_INPUT' ? CLOSE.badParameters : CLOSE.notLetIn;
}

/** The first fault, in the words of HTTP. */
function firstError(error: unknown, log: ErrorReport): GraphQLError {
  const cause = error instanceof InvalidDocument ? error.problems[0] : error;
  const { message, extensions = {} } = callerError(cause, log);
  const { source = null, positions = null } = cause instanceof GraphQLError ? cause : {};
  return new GraphQLError(message, { source, positions, extensions });
}
