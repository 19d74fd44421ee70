import type { Clock } from '@desk/kit/clock';
import { ERROR_CODES, Refusal } from '@desk/kit/errors';
import type { Logger } from '@desk/kit/logger';
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { callerError } from './http-error.ts';
import type { Authenticate } from './identity.ts';
import { InvalidDocument } from './known-documents.ts';
import type { LiveQuota, SocketLimits } from './live-quota.ts';
import type { SubscribePayload } from './live-request.ts';
import type { Outlet, Subscriber } from './live-subscriber.ts';
import { ratedCaller, type RateLimiter } from './rate-limit.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';
import type { Authenticated } from './viewer.ts';

/** A subscription that runs. */
export interface Started {
  subscriber: Subscriber;
  plan: SubscriptionPlan;
}

/** What the sockets ask of the engine. Rejects with a GraphQLError that has a code of the register. */
export type Subscribe = (request: {
  /** The client's id of the operation. */
  id: string;
  payload: SubscribePayload;
  authenticated: Authenticated;
  outlet: Outlet;
}) => Promise<Started>;

/** Why a socket is closed. Clients of graphql-ws come back after these, except where it says so. */
export const CLOSE = {
  goingAway: { code: 1001, reason: 'going away' },
  /** Not tried again: the client floods. */
  tooManyMessages: { code: 1008, reason: 'too many messages' },
  tooSlow: { code: 1013, reason: 'slow consumer' },
  tryAgain: { code: 1013, reason: 'try again later' },
  tokenExpired: { code: 4403, reason: 'token expired' },
  rightsChanged: { code: 4403, reason: 'rights changed' },
  signedOut: { code: 4403, reason: 'signed out' },
  /** Not tried again. */
  tooManySockets: { code: 4429, reason: 'too many sockets' },
  /** Not tried again: a fault of the desk. */
  internal: { code: 4500, reason: 'internal error' },
} as const;

/** Longest id that a client may give an operation, in bytes; it is part of each of its messages. */
const ID_BYTES_MAX = 128;

export interface LiveSessionParts {
  ws: WebSocket;
  /** The connection below the WebSocket: frames are written to it whole, past the library. */
  raw: Duplex;
  request: IncomingMessage;
  authenticate: Authenticate;
  subscribe: Subscribe;
  quota: LiveQuota;
  limiter: RateLimiter;
  limits: SocketLimits;
  clock: Clock;
  logger: Logger;
}

/** One open socket: who it belongs to, what it holds open, and when it must end. */
export class LiveSession implements Outlet {
  /** Whom the socket belongs to; null until that is proved. */
  authenticated: Authenticated | null = null;
  /** False when no answer came to the last ping. */
  alive = true;
  readonly #parts: LiveSessionParts;
  readonly #subscribers = new Set<Subscriber>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #opening = 0;
  #uncharged = 0;
  #giveBack: (() => void) | null = null;
  #messages: { left: number; at: number };

  constructor(parts: LiveSessionParts) {
    this.#parts = parts;
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

  /** Closes the socket, and cuts it off when its client does not answer to that in time. */
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

  /** Charges what was delivered since the last time. Not with each message: a look-up would cost more than counting it. */
  charge(): void {
    if (this.#uncharged === 0 || !this.authenticated) return;
    this.#parts.limiter.charge(ratedCaller(this.authenticated), this.#uncharged);
    this.#uncharged = 0;
  }

  /** Pings the client; cuts it off when it did not answer the time before. */
  ping(): void {
    if (!this.alive) return this.terminate();
    this.alive = false;
    if (this.open) this.#parts.ws.ping();
  }

  /** Counts a message of the client. False when it may not send it; the socket is closed then. */
  takeMessage(): boolean {
    const { messagesPerSecond, messagesBurst, outboundBytes } = this.#parts.limits;
    const now = performance.now();
    const gained = ((now - this.#messages.at) / 1_000) * messagesPerSecond;
    this.#messages = { left: Math.min(messagesBurst, this.#messages.left + gained) - 1, at: now };
    if (this.#messages.left < 0) this.close(CLOSE.tooManyMessages);
    // Who asks for answers and does not read them would fill the memory.
    else if (this.waitingBytes > outboundBytes) this.terminate();
    else return true;
    return false;
  }

  /** Proves whom the socket belongs to. False when it is refused; what is not closed by then is closed with 4403. */
  async connect(params: Record<string, unknown>): Promise<boolean> {
    const { authenticate, request, quota, limits, clock, logger } = this.#parts;
    let authenticated: Authenticated;
    try {
      authenticated = await authenticate({ headers: request.headers, params });
    } catch (error) {
      if (error instanceof Refusal && !ERROR_CODES[error.code].retryable) return false;
      if (!(error instanceof Refusal)) logger.error({ error }, 'a socket could not be authenticated');
      this.close(CLOSE.tryAgain);
      return false;
    }
    if (!this.open) return false;
    const livesMs = authenticated.expiresAt.getTime() - clock.now().getTime();
    if (livesMs <= 0) return false;
    this.#giveBack = quota.takeSocket(authenticated);
    if (!this.#giveBack) {
      this.close(CLOSE.tooManySockets);
      return false;
    }
    this.authenticated = authenticated;
    this.#later(Math.min(livesMs, limits.ageMs), () => this.close(CLOSE.tokenExpired));
    return true;
  }

  /** Starts a subscription. Rejects with a GraphQLError that may be shown. */
  async subscribe(id: string, payload: SubscribePayload): Promise<Started> {
    const { quota, subscribe, logger } = this.#parts;
    const { authenticated } = this;
    const requestId = `live-${id}`;
    let giveBack: (() => void) | null = null;
    this.#opening += 1;
    try {
      if (!authenticated) throw new Refusal('UNAUTHENTICATED', 'Say who you are first.');
      if (Buffer.byteLength(id) > ID_BYTES_MAX)
        throw new Refusal('BAD_USER_INPUT', 'The operation has too long an id.');
      giveBack = quota.takeSubscription(authenticated, this.#subscribers.size + this.#opening - 1);
      if (!giveBack) throw new Refusal('RATE_LIMITED', 'Too many subscriptions. End one before you start another.');
      this.charge();
      const started = await subscribe({ id, payload, authenticated, outlet: this });
      const { subscriber } = started;
      this.#subscribers.add(subscriber);
      subscriber.whenEnded(() => this.#subscribers.delete(subscriber));
      subscriber.whenEnded(giveBack);
      return started;
    } catch (error) {
      giveBack?.();
      const report = (hidden: unknown) => logger.error({ error: hidden, requestId }, 'a subscription could not start');
      throw shownError(error, requestId, report);
    } finally {
      this.#opening -= 1;
    }
  }

  /** Lets go of what the socket held. Called when it has ended. */
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

/** The first of what is wrong, in the words in which HTTP would tell it. */
function shownError(error: unknown, requestId: string, report: (error: unknown) => void): GraphQLError {
  const cause = error instanceof InvalidDocument ? error.problems[0] : error;
  const { message, extensions = {} } = callerError(cause, requestId, report);
  const { source = null, positions = null } = cause instanceof GraphQLError ? cause : {};
  return new GraphQLError(message, { source, positions, extensions });
}
