import type { Clock } from '@desk/kit/clock';
import { badInput, Refusal } from '@desk/kit/errors';
import { comparePositions, formatCursor, parseCursor, type Position, type StreamEvent } from '@desk/kit/event';
import { systemRandom, type Random } from '@desk/kit/ids';
import type { Logger } from '@desk/kit/logger';
import type { PullEvents } from '@desk/kit/pull';
import type { EventStream } from '@desk/kit/stream';
import { scopeViewer, type Viewer } from '@desk/kit/viewer';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';
import { scopeKeyOf, type Scope } from './gateway-context.ts';
import type { Authenticate } from './identity.ts';
import { problemsOf, type AdmitOperation } from './known-documents.ts';
import { limitsFor } from './limits.ts';
import { Executions } from './live-executions.ts';
import { LIVE_FIELDS, type LiveField } from './live-fields.ts';
import { cursorExpired, LiveGroup } from './live-group.ts';
import type { SocketLimits } from './live-quota.ts';
import { LiveReader } from './live-reader.ts';
import { replay } from './live-replay.ts';
import { liveRequest, type LiveRequest, type SubscribePayload } from './live-request.ts';
import type { Subscribe } from './live-session.ts';
import { startSockets } from './live-sockets.ts';
import { createLiveStats, type LiveStats } from './live-stats.ts';
import { Subscriber } from './live-subscriber.ts';
import type { Principals } from './principals.ts';
import { ratedCaller, type RateLimiter } from './rate-limit.ts';
import type { Runtime } from './runtime.ts';
import type { Authenticated } from './viewer.ts';

/** How long a new subscription waits for the log's head at the start of the gateway, in milliseconds. */
const READY_MS_MAX = 5_000;
const RETRY_AFTER_MS = 1_000;

export interface LiveOptions {
  runtime: Runtime;
  stream: EventStream;
  pull: PullEvents;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  /** Proves who opens a socket. A Refusal closes it: 4403, or 1013 where trying again may help. */
  authenticate: Authenticate;
  /** Tells of principals whose rights changed, so that their sockets are closed. */
  principals: Principals;
  /** Origins whose pages may open sockets. Callers that are no browsers send none. */
  origins: readonly string[];
  /** Admits documents, and keeps callers to their rates: the same ones as HTTP. */
  admit: AdmitOperation;
  limiter: RateLimiter;
  /** What differs from SOCKET_LIMITS. */
  socketLimits?: Partial<SocketLimits>;
  /** Over how long the sockets are closed at the end, in milliseconds, so that their clients do not come back all at once. */
  staggerMs: number;
  random?: Random;
}

/** The live engine of one gateway. */
export interface Live {
  /** Takes over the upgrades of an HTTP server. */
  serve(server: Server): void;
  /** Closes with 4403 the sockets that a browser's session opened at this gateway. */
  endSession(sessionId: string): void;
  /** Resolves when all logs are read: subscriptions start without waiting. */
  readonly ready: Promise<void>;
  readonly stats: Readonly<LiveStats>;
  /** Closes the sockets with 1001 in random batches, then lets go of everything. */
  stop(): Promise<void>;
}

/** One service's events, and the groups that learn of them. */
interface Feed {
  reader: LiveReader;
  executions: Executions;
  groups: Map<string, LiveGroup>;
  byOrganization: Map<string, Set<LiveGroup>>;
  ofAll: Set<LiveGroup>;
}

/**
 * Live updates: reads the services' events once for this process, runs each group's plan once for each event, and sends the
 * one text to every subscriber. Who comes back with a cursor is sent what he missed.
 */
export function createLive(options: LiveOptions): Live {
  const { runtime, admit, limiter, logger, clock } = options;
  const stats = createLiveStats(options.registry);
  const feeds = new Map<string, Feed>();
  openFeeds();

  function openFeeds(): void {
    for (const { stream } of runtime.directives.live.values())
      if (!feeds.has(stream)) feeds.set(stream, openFeed(stream));
  }

  function openFeed(service: string): Feed {
    const feed: Omit<Feed, 'reader'> = {
      executions: new Executions(),
      groups: new Map(),
      byOrganization: new Map(),
      ofAll: new Set(),
    };
    const reader = new LiveReader({
      service,
      stream: options.stream,
      pull: options.pull,
      logger,
      onEvent: (event) => dispatch(feed, event),
      onReset: () => failAll([...feed.groups.values()], cursorExpired()),
    });
    return Object.assign(feed, { reader });
  }

  function dispatch(feed: Omit<Feed, 'reader'>, event: StreamEvent): void {
    stats.events += 1;
    for (const groups of [feed.ofAll, feed.byOrganization.get(event.organizationId)]) {
      for (const group of groups ?? []) offer(group, event);
    }
  }

  /** An event that one group cannot take must not stop the others. */
  function offer(group: LiveGroup, event: StreamEvent): void {
    try {
      if (group.concerns(event)) group.offer(event);
    } catch (error) {
      logger.error({ error, position: event.position, type: event.type }, 'an event could not be handed to a group');
    }
  }

  const subscribe: Subscribe = async ({ id, payload, authenticated, outlet }) => {
    const request = charged(payload, authenticated);
    const field = fieldOf(request);
    const feed = feeds.get(request.plan.live.stream);
    if (!feed || !(await within(READY_MS_MAX, feed.reader.ready))) throw notReady(request.plan.live.stream);
    const after = readCursor(request);
    const scope = scopeOf(request, authenticated.viewer);

    // From here to the joining nothing waits: no event lies between the boundary and the group, and none in both.
    const boundary = feed.reader.head as Position;
    const from = after && comparePositions(after, boundary) > 0 ? after : boundary;
    const { delivery } = request;
    const subscriber = new Subscriber({ id, from, outlet, delivery, stats });
    const group = join(feed, { request, field, scope, subscriber });
    if (field.kind === 'TALLY') {
      group.snapshot(subscriber);
    } else if (after) {
      subscriber.hold();
      void replay({ subscriber, group, reader: feed.reader, delivery, after, boundary, stats, logger });
    }
    return { subscriber, plan: request.plan };
  };

  /** A request, charged as an operation over HTTP would be. It is in flight only while it is read. */
  function charged(payload: SubscribePayload, authenticated: Authenticated): LiveRequest {
    const rated = limiter.begin(ratedCaller(authenticated));
    const limits = limitsFor(authenticated.callerClass);
    try {
      return liveRequest({ runtime, admit }, payload, { limits, take: (usage) => rated.take(usage) });
    } finally {
      rated.end();
    }
  }

  /** Where each field that can be resumed stands, by its name. One whose service was not reached yet is left out. */
  function cursors(): Record<string, string> {
    const known: Record<string, string> = {};
    for (const [field, { stream, snapshot }] of runtime.directives.live) {
      const head = feeds.get(stream)?.reader.head;
      if (head && !snapshot) known[field] = formatCursor(stream, head);
    }
    return known;
  }

  function join(
    feed: Feed,
    {
      request,
      field,
      scope,
      subscriber,
    }: { request: LiveRequest; field: LiveField; scope: Scope; subscriber: Subscriber },
  ): LiveGroup {
    const key = `${scopeKeyOf(scope)}\n${request.key}`;
    const group = feed.groups.get(key) ?? openGroup(feed, { key, request, field, scope });
    group.subscribers.add(subscriber);
    stats.subscriptions += 1;
    subscriber.whenEnded(() => {
      group.subscribers.delete(subscriber);
      stats.subscriptions -= 1;
      if (group.subscribers.size === 0) closeGroup(feed, group);
    });
    return group;
  }

  function openGroup(
    feed: Feed,
    { key, request, field, scope }: { key: string; request: LiveRequest; field: LiveField; scope: Scope },
  ): LiveGroup {
    const { plan, variables, filter } = request;
    const head = () => feed.reader.head as Position;
    const coalesces = request.delivery === 'COALESCE';
    const own = { key, field, plan, variables, filter, coalesces, scope, head };
    const group = new LiveGroup({ ...own, run: feed.executions.group(), runtime, clock, logger, stats });
    feed.groups.set(key, group);
    stats.groups += 1;
    if (group.reach === 'ALL') feed.ofAll.add(group);
    for (const organizationId of group.reach === 'ALL' ? [] : group.reach) {
      const groups = feed.byOrganization.get(organizationId) ?? new Set();
      feed.byOrganization.set(organizationId, groups.add(group));
    }
    return group;
  }

  function closeGroup(feed: Feed, group: LiveGroup): void {
    group.close();
    if (!feed.groups.delete(group.key)) return;
    stats.groups -= 1;
    feed.ofAll.delete(group);
    for (const organizationId of group.reach === 'ALL' ? [] : group.reach) {
      const groups = feed.byOrganization.get(organizationId);
      groups?.delete(group);
      if (groups?.size === 0) feed.byOrganization.delete(organizationId);
    }
  }

  /** Lets a group go on with a plan for the schema as it is now. False where it no longer fits. */
  function adopt(group: LiveGroup): boolean {
    const { document, operationName } = group.plan;
    if (problemsOf(document, runtime.apiSchema).length > 0) return false;
    try {
      group.adopt(runtime.plan(document, operationName));
      return true;
    } catch {
      return false;
    }
  }

  const endUpdates = runtime.onUpdate(() => {
    openFeeds();
    for (const feed of feeds.values()) {
      for (const group of [...feed.groups.values()]) {
        if (!adopt(group)) failAll([group], schemaChanged());
      }
    }
  });

  const { staggerMs, random = systemRandom, authenticate, principals, origins } = options;
  const sockets = startSockets({
    subscribe,
    cursors,
    authenticate,
    limiter,
    principals,
    origins,
    limits: options.socketLimits ?? {},
    clock,
    logger,
    stats,
    random,
    staggerMs,
  });

  return {
    stats,
    ready: Promise.all([...feeds.values()].map(({ reader }) => reader.ready)).then(() => undefined),
    serve: (server) => sockets.serve(server),
    endSession: (sessionId) => sockets.endSession(sessionId),
    async stop() {
      await sockets.stop();
      endUpdates();
      await Promise.all([...feeds.values()].map(({ reader }) => reader.stop()));
    },
  };
}

/**
 * On whose behalf a request reads. Where nothing in it depends on the person, the internal token will name only the
 * rights, so that nothing personal can reach those who share the result.
 */
function scopeOf({ plan }: LiveRequest, viewer: Viewer): Scope {
  return plan.personal ? { viewer, purpose: 'REQUEST' } : { viewer: scopeViewer(viewer), purpose: 'LIVE' };
}

function fieldOf({ plan }: LiveRequest): LiveField {
  const field = LIVE_FIELDS[plan.rootField.name.value];
  if (!field)
    throw new Error(`the schema has a live field ${plan.rootField.name.value} that the gateway does not know`);
  return field;
}

function readCursor({ after, plan }: LiveRequest): Position | null {
  if (after === null) return null;
  const position = parseCursor(plan.live.stream, after);
  if (position) return position;
  throw badInput([{ path: 'after', message: 'Give the cursor of a message of this subscription.' }]);
}

function failAll(groups: readonly LiveGroup[], error: Refusal): void {
  for (const group of groups) for (const subscriber of [...group.subscribers]) subscriber.fail(error);
}

function schemaChanged(): Refusal {
  return new Refusal('SCHEMA_CHANGED', 'The API changed and this subscription no longer fits it.');
}

function notReady(service: string): Refusal {
  const message = 'Live updates are not available at the moment. Try again shortly.';
  return new Refusal('SERVICE_UNAVAILABLE', message, { service, retryAfterMs: RETRY_AFTER_MS });
}

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
