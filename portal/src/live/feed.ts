import { createClient, type Client } from 'graphql-ws';
import { NOT_BEGUN, TRANSIENT } from '../api/error-codes.ts';
import type { SnapshotFragment, UpdateFragment } from '../generated/api.ts';
import type { Change, LiveChanges, LiveField, LiveSnapshot } from './live-field.ts';

/**
 * How live the page is. LIVE only while the socket is acknowledged and every snapshot on it has answered; RECONNECTING
 * while the line is down and it tries by itself; PAUSED when the reader paused it, or when trying on is of no use before somebody acts.
 * While the line is there it also tries on by itself: WAITING as long as the desk asks to, for its rate; CROWDED while more pages of the
 * reader are open than the desk follows; REFUSED for every other refusal that passes.
 */
export type LiveStatus = 'CONNECTING' | 'LIVE' | 'RECONNECTING' | 'WAITING' | 'CROWDED' | 'REFUSED' | 'PAUSED';

export type FeedEvent =
  | { type: 'status'; status: LiveStatus }
  | { type: 'change'; field: LiveChanges; change: Change }
  | { type: 'snapshot'; field: LiveSnapshot; value: unknown }
  /** What was read before may miss changes: read it again. */
  | { type: 'fresh' }
  /** After a reconnect: how many changes were missed and have now arrived. */
  | { type: 'caughtUp'; changes: number }
  /** The gateway ended the connection because the session or the person's rights changed. */
  | { type: 'sessionChanged' };

/** The one live connection of the portal: every page listens to it. */
export interface Feed {
  status(): LiveStatus;
  /** How long the desk asked to wait at last, in milliseconds. */
  waitMs(): number;
  /** Calls the listener for every event until the returned function is called. */
  listen(listener: (event: FeedEvent) => void): () => void;
  start(): void;
  /** The reader wants no changes for now. The cursors are kept. */
  pause(): void;
  /** Continues behind the last change, also without waiting for the next attempt. */
  resume(): void;
  /** Starts anew, for another acting context: the cursors are forgotten and everything is read again. */
  restart(): void;
  stop(): void;
}

/** What the gateway says when it accepts a connection. */
interface Acknowledgement {
  /** By field: where its log stands. A field that is not available at the moment is left out. */
  cursors: Readonly<Record<string, string>>;
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;
/** About 28 hours of trying at the longest wait; then the feed pauses. */
const RETRIES_MAX = 10_000;
/** The feed asks this often whether the socket still works, in milliseconds. */
const PING_MS = 8_000;
/** A socket that does not answer within this time is given up, in milliseconds. */
const PONG_MS_MAX = 4_000;
/** The gateway closes a socket with this code where the person has too many. */
const TOO_MANY_SOCKETS = 4429;
/** The limit that a refusal names where the person has too many subscriptions. */
const TOO_MANY_SUBSCRIPTIONS = 'subscriptions';
/** After a reconnect the replay is over when nothing came for this long, in milliseconds. */
const CATCH_UP_QUIET_MS = 800;

/**
 * The feed over a WebSocket of this origin. `connectionParams` is asked at each attempt.
 */
// eslint-disable-next-line max-lines-per-function -- everything in it shares the state of the one connection
export function createFeed(options: {
  url: string;
  fields: readonly LiveField[];
  connectionParams: () => Record<string, unknown>;
  /** From 0 to 1, for spreading attempts. */
  random: () => number;
}): Feed {
  const listeners = new Set<(event: FeedEvent) => void>();
  let status: LiveStatus = 'CONNECTING';
  let client: Client | null = null;
  let disposals: (() => void)[] = [];
  /** Where each field of changes has come to, by its name. */
  const cursors = new Map<string, string>();
  /** Snapshots that have not answered on the present connection. */
  const awaited = new Set<LiveSnapshot>();
  /** Fields that the desk refused for its rate, and that are asked for again, after a break too: the client forgets what was refused. */
  const held = new Set<string>();
  let waitMs = 0;
  /** Refusals for the rate since the page was live. Asking costs points too: each wait is longer than the one before. */
  let refusals = 0;
  let connectedBefore = false;
  let stopWaiting: (() => void) | null = null;
  const catchUp = createCatchUp((changes) => emit({ type: 'caughtUp', changes }));

  function emit(event: FeedEvent): void {
    for (const listener of [...listeners]) listener(event);
  }

  function become(next: LiveStatus): void {
    if (next === status) return;
    status = next;
    emit({ type: 'status', status });
  }

  function open(): void {
    interrupt();
    const opened = createClient({
      url: options.url,
      connectionParams: options.connectionParams,
      keepAlive: PING_MS,
      retryAttempts: RETRIES_MAX,
      shouldRetry: () => true,
      retryWait: (retries) => wait(retryMs(retries, options.random())),
      on: {
        ...pongWatch(() => opened.terminate()),
        connected: (_socket, acknowledgement) => {
          if (connectedBefore) catchUp.begin();
          connectedBefore = true;
          if (client === opened) begin(acknowledgement);
        },
        closed: (event) => {
          if (client !== opened) return;
          catchUp.cancel();
          if (closeCode(event) === TOO_MANY_SOCKETS) return tryLater('CROWDED');
          if (status !== 'PAUSED') interrupt();
          if (closeCode(event) === 4403) emit({ type: 'sessionChanged' });
        },
      },
    });
    client = opened;
    for (const field of options.fields) {
      if (field.type === 'changes') followChanges(opened, field);
      else followSnapshot(opened, field);
    }
  }

  /** Nothing comes until there is a connection, again or for the first time. */
  function interrupt(): void {
    for (const field of options.fields) if (field.type === 'snapshot') awaited.add(field);
    become(connectedBefore ? 'RECONNECTING' : 'CONNECTING');
  }

  /** The first connection says where to begin. What was read before it is read again, so that nothing is missed. */
  function begin(acknowledgement: unknown): void {
    const begun = (acknowledgement as Acknowledgement).cursors;
    const fresh = options.fields.filter(({ type, field }) => type === 'changes' && !cursors.has(field));
    if (fresh.length === 0) return;
    for (const { field } of fresh) {
      const cursor = begun[field];
      if (cursor) cursors.set(field, cursor);
    }
    emit({ type: 'fresh' });
  }

  function followChanges(from: Client, live: LiveChanges): void {
    // graphql-ws makes its message when it is connected, also again, so the cursor as it is then makes the feed resume.
    const variables = {
      get after() {
        return cursors.get(live.field) ?? null;
      },
    };
    follow<UpdateFragment>(
      from,
      { field: live.field, query: live.document, variables },
      ({ [live.field]: message }) => {
        if (!message) return;
        cursors.set(live.field, message.cursor);
        catchUp.count();
        emit({ type: 'change', field: live, change: live.changeOf(message) });
      },
    );
  }

  function followSnapshot(from: Client, live: LiveSnapshot): void {
    follow<SnapshotFragment>(from, { field: live.field, query: live.document }, ({ [live.field]: message }) => {
      if (!message) return;
      awaited.delete(live);
      settle();
      emit({ type: 'snapshot', field: live, value: live.valueOf(message) });
    });
  }

  /** Live once every snapshot has answered, and nothing is held back. */
  function settle(): void {
    if (awaited.size > 0 || held.size > 0) return;
    refusals = 0;
    become('LIVE');
  }

  function follow<Message>(
    from: Client,
    { field, ...payload }: { field: string; query: string; variables?: Record<string, unknown> },
    take: (data: Record<string, Message>) => void,
  ): void {
    const end = (error: unknown) => {
      if (from !== client) return;
      const ms = rateWaitMs(error);
      if (ms === null) return failed(error);
      // The socket stays: what the desk took already need not be asked for again.
      hold(field, ms, () => follow(from, { field, ...payload }, take));
    };
    const dispose = from.subscribe<Record<string, Message>>(payload, {
      next: ({ data, errors }) => {
        if (from !== client) return;
        if (!data) return end(errors);
        take(data);
      },
      error: end,
      complete: () => undefined,
    });
    disposals.push(dispose);
  }

  /** Asks for a field again after the wait that the desk asked for. */
  function hold(field: string, ms: number, again: () => void): void {
    held.add(field);
    waitMs = Math.max(ms, retryMs(refusals, options.random()));
    refusals += 1;
    become('WAITING');
    const from = client;
    setTimeout(() => {
      if (from !== client || !held.delete(field)) return;
      again();
      settle();
    }, waitMs);
  }

  /** A subscription that was refused. What it says decides between starting anew, trying again and pausing. */
  function failed(error: unknown): void {
    const code = refusalCode(error);
    if (code === 'CURSOR_EXPIRED') {
      close();
      cursors.clear();
      open();
    } else if (code === 'UNAUTHENTICATED') {
      close();
      become('PAUSED');
      emit({ type: 'sessionChanged' });
    } else if (code === 'RATE_LIMITED' || closeCode(error) === TOO_MANY_SOCKETS) {
      tryLater('CROWDED');
    } else if (code && TRANSIENT.has(code)) {
      tryLater('REFUSED');
    } else {
      close();
      become('PAUSED');
    }
  }

  /** Lets go of the connection and opens another one after a while. */
  function tryLater(why: 'CROWDED' | 'REFUSED'): void {
    close();
    become(why);
    void wait(RETRY_MS_MAX).then(() => {
      if (client === null && status === why) open();
    });
  }

  function close(): void {
    const closing = client;
    client = null;
    held.clear();
    catchUp.cancel();
    for (const dispose of disposals) dispose();
    disposals = [];
    void closing?.dispose();
  }

  /** Waits, or less when the reader or the network says that trying now makes sense. */
  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      addEventListener('online', done);
      stopWaiting = done;
      function done(): void {
        clearTimeout(timer);
        removeEventListener('online', done);
        stopWaiting = null;
        resolve();
      }
    });
  }

  return {
    status: () => status,
    waitMs: () => waitMs,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {
      if (!client) open();
    },
    pause() {
      close();
      become('PAUSED');
    },
    resume() {
      if (client) stopWaiting?.();
      else open();
    },
    restart() {
      close();
      cursors.clear();
      open();
    },
    stop: () => {
      close();
      listeners.clear();
    },
  };
}

/** Counts the changes that a reconnect brings, and tells once it became quiet. Nothing missed: nothing told. */
function createCatchUp(tell: (changes: number) => void): { begin(): void; count(): void; cancel(): void } {
  let changes: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function settleSoon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (changes) tell(changes);
      changes = null;
    }, CATCH_UP_QUIET_MS);
  }
  return {
    begin() {
      changes = 0;
      settleSoon();
    },
    count() {
      if (changes === null) return;
      changes += 1;
      settleSoon();
    },
    cancel() {
      clearTimeout(timer);
      changes = null;
    },
  };
}

/** Gives a socket up that does not answer a ping: a cut cable sends no close. */
function pongWatch(giveUp: () => void): {
  ping: (received: boolean) => void;
  pong: (received: boolean) => void;
} {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    ping: (received) => {
      if (received) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, PONG_MS_MAX);
    },
    pong: (received) => {
      if (received) clearTimeout(timer);
    },
  };
}

function retryMs(retries: number, random: number): number {
  const longest = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(retries, 10));
  return longest / 2 + (longest / 2) * random;
}

function closeCode(event: unknown): number | null {
  return typeof event === 'object' && event !== null && 'code' in event && typeof event.code === 'number'
    ? event.code
    : null;
}

/** The code of the first GraphQL error in what a subscription ended with; null for everything else. */
function refusalCode(error: unknown): string | null {
  const refusal = refusalOf(error);
  return refusal && (typeof refusal.code === 'string' ? refusal.code : 'INTERNAL');
}

/**
 * How long a subscription that was refused before it began shall wait, in milliseconds; null for every other end, also where there are too
 * many subscriptions: no wait mends that, but a page that is closed.
 */
function rateWaitMs(error: unknown): number | null {
  const { code, retryAfterMs, limit } = refusalOf(error) ?? {};
  if (typeof code !== 'string' || !NOT_BEGUN.has(code) || limit === TOO_MANY_SUBSCRIPTIONS) return null;
  return typeof retryAfterMs === 'number' ? retryAfterMs : null;
}

interface Extensions {
  code?: unknown;
  retryAfterMs?: unknown;
  limit?: unknown;
}

function refusalOf(error: unknown): Extensions | null {
  const [first] = Array.isArray(error) ? (error as { extensions?: Extensions }[]) : [];
  return first ? (first.extensions ?? {}) : null;
}
