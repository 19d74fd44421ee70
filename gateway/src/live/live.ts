import type { TimeSource } from '@desk/kit/time/time-source';
import { badInput, Refusal } from '@desk/kit/api/errors';
import { comparePositions, formatCursor, parseCursor, type Position } from '@desk/kit/log/entry';
import { systemRandom, type Random } from '@desk/kit/process/ids';
import type { Logger } from '@desk/kit/process/logger';
import type { PullEvents } from '@desk/kit/log/pull';
import type { EventStream } from '@desk/kit/log/stream';
import { scopeViewer, type Viewer } from '@desk/kit/api/viewer';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Authenticate } from '../identity/identity.ts';
import type { Principals } from '../identity/principals.ts';
import { ratedCaller, type Authenticated } from '../identity/viewer.ts';
import { withDeadline } from '../limits/deadline.ts';
import { LIMITS } from '../limits/limits.ts';
import type { RateLimiter } from '../limits/rate-limit.ts';
import type { ReadAs } from '../supergraph/gateway-context.ts';
import { problemsOf, type AdmitOperation } from '../supergraph/known-documents.ts';
import type { Runtime } from '../supergraph/runtime.ts';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import { Feed } from './feed.ts';
import type { SocketLimits } from './quota.ts';
import { sendMissed } from './replay.ts';
import { readRequest, type LiveRequest, type SubscribePayload } from './request.ts';
import type { Started, SubscriptionStart } from './session.ts';
import { LiveSockets } from './sockets.ts';
import { createLiveStats, type LiveStats } from './stats.ts';
import { Subscriber } from './subscriber.ts';

/** How long a new subscription waits for the log's head at the start of the gateway, in milliseconds. */
const READY_MS_MAX = 5_000;
const RETRY_AFTER_MS = 1_000;

export interface LiveOptions {
  runtime: Runtime;
  stream: EventStream;
  pull: PullEvents;
  time: TimeSource;
  logger: Logger;
  registry: Registry;
  /** Proves whose socket it is. A Refusal closes the socket: 4403, or 1013 where trying again may help. */
  authenticate: Authenticate;
  /** Tells of principals whose rights changed: the gateway closes their sockets. */
  principals: Pick<Principals, 'resolve' | 'onChange'>;
  /** Origins whose pages may open sockets. Callers that are not browsers send none. */
  origins: readonly string[];
  /** Admits documents and keeps callers to their rates, together with HTTP. */
  admit: AdmitOperation;
  limiter: RateLimiter;
  /** Numbers in place of those of SOCKET_LIMITS. */
  socketLimits?: Partial<SocketLimits>;
  /** Over how long the sockets are closed at the end, in milliseconds, so that their clients do not come back all at once. */
  staggerMs: number;
  random?: Random;
}

/**
 * The live engine of one gateway: reads each service's events once for this process, runs each group's plan once for each event, and
 * sends the one text to every subscriber. A subscriber that comes back with a cursor receives the messages that it missed.
 */
export class Live {
  readonly stats: Readonly<LiveStats>;
  /** Resolves when all logs are read: subscriptions start without waiting. */
  readonly ready: Promise<void>;
  readonly #options: LiveOptions;
  readonly #stats: LiveStats;
  readonly #feeds = new Map<string, Feed>();
  readonly #sockets: LiveSockets;
  readonly #endUpdates: () => void;

  constructor(options: LiveOptions) {
    const { runtime, random = systemRandom, socketLimits = {} } = options;
    this.#options = options;
    this.stats = this.#stats = createLiveStats(options.registry);
    this.#openFeeds();
    this.ready = Promise.all([...this.#feeds.values()].map(({ reader }) => reader.ready)).then(() => undefined);
    this.#endUpdates = runtime.onUpdate(() => this.#adoptSchema());
    this.#sockets = new LiveSockets({
      ...options,
      startSubscription: (request) => this.#start(request),
      cursors: () => this.#cursors(),
      limits: socketLimits,
      stats: this.#stats,
      random,
    });
  }

  /** Takes over the upgrades of an HTTP server. */
  serve(server: Server): void {
    this.#sockets.serve(server);
  }

  /** Closes with 4403 the sockets that a browser's session opened at this gateway. */
  endSession(sessionId: string): void {
    this.#sockets.endSession(sessionId);
  }

  /** Closes the sockets with 1001 in random batches, then lets go of everything. */
  async stop(): Promise<void> {
    await this.#sockets.stop();
    this.#endUpdates();
    await Promise.all([...this.#feeds.values()].map((feed) => feed.stop()));
  }

  #openFeeds(): void {
    const { runtime, stream, pull, time, logger } = this.#options;
    for (const { stream: service } of runtime.directives.live.values()) {
      if (this.#feeds.has(service)) continue;
      this.#feeds.set(service, new Feed({ service, runtime, stream, pull, time, logger, stats: this.#stats }));
    }
  }

  async #start({ id, payload, authenticated, outlet }: SubscriptionStart): Promise<Started> {
    const request = this.#charged(payload, authenticated);
    const { plan, delivery } = request;
    const { stream, snapshot } = plan.live;
    const feed = this.#feeds.get(stream);
    const ready = feed?.reader.ready.then(() => true) ?? Promise.resolve(false);
    if (!feed || !(await withDeadline(READY_MS_MAX, ready, () => false))) throw notReady(stream);
    const after = readCursor(request);
    const readAs = readAsOf(request, authenticated.viewer);

    // Nothing waits from here to the joining: no event lies between the boundary and the group, and none in both.
    const boundary = feed.reader.head as Position;
    const from = after && comparePositions(after, boundary) > 0 ? after : boundary;
    const subscriber = new Subscriber({ id, from, outlet, delivery, stats: this.#stats });
    const group = feed.join(subscriber, request, readAs);
    if (snapshot !== null) {
      group.snapshots?.give(subscriber);
    } else if (after) {
      subscriber.hold();
      const { logger } = this.#options;
      void sendMissed({
        subscriber,
        group,
        reader: feed.reader,
        delivery,
        after,
        boundary,
        stats: this.#stats,
        logger,
      });
    }
    return { subscriber, plan };
  }

  /** Reads a request and charges it as an operation over HTTP. It is in flight only while it is read. */
  #charged(payload: SubscribePayload, authenticated: Authenticated): LiveRequest {
    const { runtime, admit, limiter } = this.#options;
    const rated = limiter.begin(ratedCaller(authenticated));
    const limits = LIMITS[authenticated.callerClass];
    try {
      return readRequest({ runtime, admit }, payload, { limits, take: (usage) => rated.take(usage) });
    } finally {
      rated.end();
    }
  }

  /** The head of each field that can be resumed, by its name. A field whose service has not answered yet is left out. */
  #cursors(): Record<string, string> {
    const known: Record<string, string> = {};
    for (const [field, { stream, snapshot }] of this.#options.runtime.directives.live) {
      const head = this.#feeds.get(stream)?.reader.head;
      if (head && snapshot === null) known[field] = formatCursor(stream, head);
    }
    return known;
  }

  #adoptSchema(): void {
    this.#openFeeds();
    for (const feed of this.#feeds.values()) feed.adopt((plan) => this.#planAgain(plan), schemaChanged);
  }

  /** The same document planned for the schema as it is now; null where it no longer fits. */
  #planAgain({ document, operationName }: SubscriptionPlan): SubscriptionPlan | null {
    const { runtime } = this.#options;
    if (problemsOf(document, runtime.apiSchema).length > 0) return null;
    try {
      return runtime.plan(document, operationName);
    } catch {
      return null;
    }
  }
}

/**
 * The rights that a request reads with. Where its answer does not depend on the person, the internal token will name only the rights, so
 * that nothing personal can reach those who share the result.
 */
function readAsOf({ plan }: LiveRequest, viewer: Viewer): ReadAs {
  return plan.personal ? { viewer, purpose: 'REQUEST' } : { viewer: scopeViewer(viewer), purpose: 'LIVE' };
}

function readCursor({ after, plan }: LiveRequest): Position | null {
  if (after === null) return null;
  const position = typeof after === 'string' ? parseCursor(plan.live.stream, after) : null;
  if (position) return position;
  const message = 'must be the cursor of a message of this subscription.';
  throw badInput([{ path: 'after', code: 'FOREIGN_CURSOR', message }]);
}

function schemaChanged(): Refusal {
  return new Refusal('SCHEMA_CHANGED', 'The API changed, and this subscription no longer fits it.');
}

function notReady(service: string): Refusal {
  const message = 'Live updates are not available at the moment. Try again shortly.';
  return new Refusal('SERVICE_UNAVAILABLE', message, { service, retryAfterMs: RETRY_AFTER_MS });
}
