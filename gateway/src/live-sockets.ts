import type { Clock } from '@desk/kit/clock';
import type { Random } from '@desk/kit/ids';
import { canonicalJson } from '@desk/kit/ids';
import { Refusal } from '@desk/kit/errors';
import type { Logger } from '@desk/kit/logger';
import type { GraphQLError } from 'graphql';
import {
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  makeServer,
  type Server as GraphqlWs,
  type WebSocket as GraphqlWsSocket,
} from 'graphql-ws';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Principal } from '@desk/directory/principal';
import type { Authenticate } from './identity.ts';
import { LiveQuota, SOCKET_LIMITS, type SocketLimits } from './live-quota.ts';
import { CLOSE, LiveSession, type Subscribe } from './live-session.ts';
import type { LiveStats } from './live-stats.ts';
import type { Subscriber } from './live-subscriber.ts';
import type { Principals } from './principals.ts';
import type { RateLimiter } from './rate-limit.ts';

const PATH = '/graphql';
/** How often it is checked that principals still have their rights, in milliseconds, beside the directory's events. */
const RECHECK_MS = 60_000;
/** Principals that are checked at the same time. */
const RECHECK_AT_ONCE = 8;
/** How often delivered messages are charged, in milliseconds; also before each subscription and at the end of a socket. */
const CHARGE_MS = 1_000;
/** Time between two batches of closing sockets, in milliseconds. */
const BATCH_MS = 100;

export interface SocketsParts {
  subscribe: Subscribe;
  /** The cursors that a client is told when it is accepted: given as `after`, nothing that happens from then on is missed. */
  cursors: () => Record<string, string>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  principals: Principals;
  origins: readonly string[];
  limits: Partial<SocketLimits>;
  clock: Clock;
  logger: Logger;
  stats: LiveStats;
  random: Random;
  staggerMs: number;
}

export interface Sockets {
  serve(server: Server): void;
  /** Closes the sockets that a browser's session opened here. */
  endSession(sessionId: string): void;
  stop(): Promise<void>;
}

interface Extra extends Record<PropertyKey, unknown> {
  session: LiveSession;
}

/** The WebSocket server. graphql-ws keeps the protocol and each operation's life; results go past it. */
export function startSockets(parts: SocketsParts): Sockets {
  const { authenticate, subscribe, limiter, clock, logger, stats } = parts;
  const limits: SocketLimits = { ...SOCKET_LIMITS, ...parts.limits };
  const quota = new LiveQuota(limits);
  const sessions = new Set<LiveSession>();
  /** Those of them that have not said who they are. */
  const unnamed = new Set<LiveSession>();
  const named = (session: LiveSession) => void unnamed.delete(session);
  const protocol = graphqlWs({ limits, cursors: parts.cursors, named });
  let stopping = false;

  const ws = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.messageBytes,
    maxFragments: limits.fragments,
    autoPong: false,
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });

  const upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    const full = unnamed.size >= limits.socketsUnnamed || sessions.size - unnamed.size >= limits.sockets;
    const refused = stopping || full ? 503 : refusalOf(request, parts.origins);
    if (refused !== null) return refuse(raw, refused);
    ws.handleUpgrade(request, raw, head, (socket) => open(socket, raw, request));
  };

  const open = (socket: WebSocket, raw: Duplex, request: IncomingMessage): void => {
    const session = new LiveSession({
      ws: socket,
      raw,
      request,
      authenticate,
      subscribe,
      quota,
      limiter,
      limits,
      clock,
      logger,
    });
    sessions.add(session);
    unnamed.add(session);
    stats.sockets += 1;
    const closed = protocol.opened(protocolSocket(socket, session, logger), { session });
    // Pings are answered here, so that they are counted.
    socket.on('ping', (data) => void (session.takeMessage() && socket.pong(data)));
    socket.on('pong', () => (session.alive = true));
    // The library closes the socket itself; there is nothing to mend in what a client breaks.
    socket.on('error', (error) => logger.debug({ error }, 'a socket broke'));
    socket.once('close', (code, reason) => {
      sessions.delete(session);
      unnamed.delete(session);
      stats.sockets -= 1;
      session.ended();
      closed(code, String(reason)).catch((error: unknown) => logger.error({ error }, 'a socket could not be put away'));
    });
    if (stopping) session.close(CLOSE.goingAway);
  };

  const pings = setInterval(() => sessions.forEach((session) => session.ping()), limits.pingMs);
  const charges = setInterval(() => sessions.forEach((session) => session.charge()), CHARGE_MS);
  const endRechecks = startRechecks(sessions, parts.principals);
  const served = new Set<Server>();

  return {
    serve(server) {
      server.on('upgrade', upgrade);
      served.add(server);
    },
    endSession(sessionId) {
      for (const session of sessions) {
        if (session.authenticated?.sessionId === sessionId) session.close(CLOSE.signedOut);
      }
    },
    async stop() {
      stopping = true;
      clearInterval(pings);
      clearInterval(charges);
      endRechecks();
      await closeInBatches([...sessions], parts);
      await untilEmpty(sessions, limits.closeMs);
      for (const server of served) server.off('upgrade', upgrade);
    },
  };
}

function graphqlWs({
  limits,
  cursors,
  named,
}: Pick<SocketsParts, 'cursors'> & { limits: SocketLimits; named: (session: LiveSession) => void }): GraphqlWs<Extra> {
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.initMs,
    onConnect: async ({ connectionParams, extra: { session } }) => {
      const accepted = await session.connect(connectionParams ?? {});
      if (accepted) named(session);
      return accepted && { expiresAt: session.authenticated?.expiresAt.toISOString(), cursors: cursors() };
    },
    onSubscribe: async ({ extra: { session } }, id, payload) => {
      try {
        const { subscriber, plan } = await session.subscribe(id, payload);
        const { document, operationName, schema } = plan;
        return { schema, document, operationName, contextValue: subscriber };
      } catch (error) {
        return [error as GraphQLError];
      }
    },
    subscribe: ({ contextValue }) => contextValue as Subscriber,
  });
}

/** A socket as graphql-ws wants it. */
function protocolSocket(socket: WebSocket, session: LiveSession, logger: Logger): GraphqlWsSocket {
  return {
    protocol: socket.protocol,
    send: (message) =>
      new Promise((resolve) => {
        if (!session.open) return resolve();
        // A message that cannot be sent ends the socket, which is told elsewhere.
        socket.send(message, () => resolve());
      }),
    close: (code, reason) => session.close({ code: code ?? CLOSE.internal.code, reason: reason ?? '' }),
    onMessage: (receive) => {
      // The server's binary type is left as it is, so that data are one buffer.
      socket.on('message', (data) => {
        if (!session.open || !session.takeMessage()) return;
        receive((data as Buffer).toString()).catch((error: unknown) => {
          logger.error({ error }, 'a message could not be handled');
          session.close(CLOSE.internal);
        });
      });
    },
  };
}

/** The HTTP status with which an upgrade is refused; null when it is not. */
function refusalOf({ url, headers }: IncomingMessage, origins: readonly string[]): number | null {
  if ((url ?? '').split('?', 1)[0] !== PATH) return 404;
  // Only browsers send an origin, and only they can be led here by somebody else's page.
  if (headers.origin !== undefined && !origins.includes(headers.origin)) return 403;
  return null;
}

function refuse(raw: Duplex, status: number): void {
  raw.on('error', () => {});
  raw.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Closes the sockets of principals whose rights are no longer what they were when the socket was opened. */
function startRechecks(sessions: ReadonlySet<LiveSession>, principals: Principals): () => void {
  const recheck = async (id: string | null): Promise<void> => {
    const byLogin = new Map<string, LiveSession[]>();
    for (const session of sessions) {
      const { authenticated } = session;
      if (!authenticated || (id !== null && authenticated.principal.id !== id)) continue;
      byLogin.set(authenticated.login, [...(byLogin.get(authenticated.login) ?? []), session]);
    }
    const waiting = [...byLogin];
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const [login, theirs] = next;
        const rights = await rightsNow(login, principals);
        for (const session of theirs) {
          const before = session.authenticated && rightsOf(session.authenticated.principal);
          if (rights !== 'UNKNOWN' && rights !== before) session.close(CLOSE.rightsChanged);
        }
      }
    };
    await Promise.all(Array.from({ length: RECHECK_AT_ONCE }, work));
  };
  const endChanges = principals.onChange((id) => void recheck(id));
  const timer = setInterval(() => void recheck(null), RECHECK_MS);
  return () => {
    endChanges();
    clearInterval(timer);
  };
}

/** A login's rights; null when it has none any more, UNKNOWN while nobody can say. */
async function rightsNow(login: string, principals: Principals): Promise<string | null> {
  try {
    return rightsOf(await principals.resolve(login));
  } catch (error) {
    return error instanceof Refusal && error.code === 'UNAUTHENTICATED' ? null : 'UNKNOWN';
  }
}

function rightsOf({ id, active, memberships, authorizations }: Principal): string {
  return canonicalJson([id, active, memberships, authorizations]);
}

/** Closes sockets in random order over the given time, so that their clients spread over the other gateways. */
async function closeInBatches(sessions: LiveSession[], { random, staggerMs }: SocketsParts): Promise<void> {
  const waiting = shuffled(sessions, random);
  const batches = Math.max(1, Math.ceil(staggerMs / BATCH_MS));
  const size = Math.ceil(waiting.length / batches);
  while (waiting.length > 0) {
    for (const session of waiting.splice(0, size)) session.close(CLOSE.goingAway);
    if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
  }
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const lots = new Uint32Array(items.length);
  random(new Uint8Array(lots.buffer));
  return items
    .map((item, index) => ({ item, lot: lots[index] ?? 0 }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ item }) => item);
}

/** Waits for closed sockets to end, and cuts off those that do not. */
async function untilEmpty(sessions: ReadonlySet<LiveSession>, ms: number): Promise<void> {
  for (let waited = 0; sessions.size > 0 && waited < ms; waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  for (const session of sessions) session.terminate();
}

const POLL_MS = 20;
