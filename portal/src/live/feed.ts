import { createClient, type Client } from 'graphql-ws';
import { TRANSIENT } from '../api/error-codes.ts';
import type { SnapshotFragment, UpdateFragment } from '../generated/api.ts';
import type { Change, LiveChanges, LiveField, LiveSnapshot } from './live-field.ts';

/**
 * How live the page is. LIVE only while the socket is acknowledged and every snapshot on it has answered; RECONNECTING
 * while it tries by itself; PAUSED when the reader paused it, or when trying on is of no use before somebody acts.
 */
export type LiveStatus = 'CONNECTING' | 'LIVE' | 'RECONNECTING' | 'PAUSED';

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
    follow<UpdateFragment>(from, { query: live.document, variables }, ({ [live.field]: message }) => {
      if (!message) return;
      cursors.set(live.field, message.cursor);
      catchUp.count();
      emit({ type: 'change', field: live, change: live.changeOf(message) });
    });
  }

  function followSnapshot(from: Client, live: LiveSnapshot): void {
    follow<SnapshotFragment>(from, { query: live.document }, ({ [live.field]: message }) => {
      if (!message) return;
      awaited.delete(live);
      if (awaited.size === 0) become('LIVE');
      emit({ type: 'snapshot', field: live, value: live.valueOf(message) });
    });
  }

  function follow<Message>(
    from: Client,
    payload: { query: string; variables?: Record<string, unknown> },
    take: (data: Record<string, Message>) => void,
  ): void {
    const dispose = from.subscribe<Record<string, Message>>(payload, {
      next: ({ data, errors }) => {
        if (from !== client) return;
        if (!data) return failed(from, errors);
        take(data);
      },
      error: (error) => failed(from, error),
      complete: () => undefined,
    });
    disposals.push(dispose);
  }

  /** A subscription that was refused. What it says decides between starting anew, trying again and pausing. */
  function failed(from: Client, error: unknown): void {
    if (from !== client) return;
    const code = refusalCode(error);
    if (code === 'CURSOR_EXPIRED') {
      close();
      cursors.clear();
      open();
    } else if (code === 'UNAUTHENTICATED') {
      close();
      become('PAUSED');
      emit({ type: 'sessionChanged' });
    } else if (code && TRANSIENT.has(code)) {
      close();
      become('RECONNECTING');
      void wait(RETRY_MS_MAX).then(() => {
        if (client === null && status === 'RECONNECTING') open();
      });
    } else {
      close();
      become('PAUSED');
    }
  }

  function close(): void {
    const closing = client;
    client = null;
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
  const [first] = Array.isArray(error) ? (error as { extensions?: { code?: unknown } }[]) : [];
  if (!first) return null;
  return typeof first.extensions?.code === 'string' ? first.extensions.code : 'INTERNAL';
}
