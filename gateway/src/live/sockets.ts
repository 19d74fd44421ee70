import type { TimeSource } from '@desk/kit/time/time-source';
import type { Random } from '@desk/kit/process/ids';
import type { Logger } from '@desk/kit/process/logger';
import type { GraphQLError } from 'graphql';
import {
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  makeServer,
  type Server as GraphqlWs,
  type WebSocket as GraphqlWsSocket,
} from 'graphql-ws';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Authenticate } from '../identity/identity.ts';
import type { Principals } from '../identity/principals.ts';
import type { RateLimiter } from '../limits/rate-limit.ts';
import { LiveQuota, SOCKET_LIMITS, type SocketLimits } from './quota.ts';
import { startRechecks } from './rechecks.ts';
import { CLOSE, LiveSession, type StartSubscription } from './session.ts';
import type { LiveStats } from './stats.ts';
import type { Subscriber } from './subscriber.ts';

const PATH = '/graphql';
/** How often delivered messages are charged, in milliseconds; also before each subscription and at the end of a socket. */
const CHARGE_MS = 1_000;
/** Time between two batches of closing sockets, in milliseconds. */
const BATCH_MS = 100;
const POLL_MS = 20;
/** The library's code for a fault of the server. */
const INTERNAL = 4500;

export interface SocketsParts {
  startSubscription: StartSubscription;
  /** The cursors in the acknowledgement of a socket: given as `after`, no event from then on is missed. */
  cursors: () => Record<string, string>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  principals: Pick<Principals, 'resolve' | 'onChange'>;
  origins: readonly string[];
  limits: Partial<SocketLimits>;
  time: TimeSource;
  logger: Logger;
  stats: LiveStats;
  random: Random;
  staggerMs: number;
}

interface Extra extends Record<PropertyKey, unknown> {
  session: LiveSession;
}

/** The WebSocket server. graphql-ws keeps the protocol and each operation's life; results go past it. */
export class LiveSockets {
  readonly #parts: SocketsParts;
  readonly #limits: SocketLimits;
  readonly #quota: LiveQuota;
  readonly #sessions = new Set<LiveSession>();
  /** Those of the sessions whose caller is not known yet. */
  readonly #unnamed = new Set<LiveSession>();
  readonly #protocol: GraphqlWs<Extra>;
  readonly #ws: WebSocketServer;
  readonly #served = new Set<Server>();
  readonly #timers: NodeJS.Timeout[];
  readonly #endRechecks: () => void;
  #stopping = false;

  constructor(parts: SocketsParts) {
    this.#parts = parts;
    this.#limits = { ...SOCKET_LIMITS, ...parts.limits };
    const { initMs, messageBytes, fragments, pingMs } = this.#limits;
    this.#quota = new LiveQuota(this.#limits);
    this.#protocol = graphqlWs({
      initMs,
      cursors: parts.cursors,
      named: (session) => void this.#unnamed.delete(session),
    });
    this.#ws = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: messageBytes,
      maxFragments: fragments,
      autoPong: false,
      perMessageDeflate: false,
      handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
    });
    this.#timers = [
      setInterval(() => this.#sessions.forEach((session) => session.ping()), pingMs),
      setInterval(() => this.#sessions.forEach((session) => session.charge()), CHARGE_MS),
    ];
    this.#endRechecks = startRechecks(this.#sessions, parts.principals);
  }

  serve(server: Server): void {
    server.on('upgrade', this.#upgrade);
    this.#served.add(server);
  }

  /** Closes the sockets that a browser's session opened here. */
  endSession(sessionId: string): void {
    for (const session of this.#sessions) {
      if (session.authenticated?.sessionId === sessionId) session.close(CLOSE.signedOut);
    }
  }

  /** Refuses new sockets, and closes the open ones in batches. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#endRechecks();
    await closeInBatches([...this.#sessions], this.#parts);
    await untilEmpty(this.#sessions, this.#limits.closeMs);
    for (const server of this.#served) server.off('upgrade', this.#upgrade);
  }

  readonly #upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    const { socketsUnnamed, sockets } = this.#limits;
    const full = this.#unnamed.size >= socketsUnnamed || this.#sessions.size - this.#unnamed.size >= sockets;
    const refused = this.#stopping || full ? 503 : refusalOf(request, this.#parts.origins);
    if (refused !== null) return refuse(raw, refused);
    this.#ws.handleUpgrade(request, raw, head, (socket) => this.#open(socket, raw, request));
  };

  #open(socket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    const { logger, stats } = this.#parts;
    const session = new LiveSession({
      ...this.#parts,
      ws: socket,
      raw,
      request,
      quota: this.#quota,
      limits: this.#limits,
    });
    this.#sessions.add(session);
    this.#unnamed.add(session);
    stats.sockets += 1;
    const closed = this.#protocol.opened(protocolSocket(socket, session, logger), { session });
    // Pings are answered here, so that they are counted.
    socket.on('ping', (data) => void (session.takeMessage() && socket.pong(data)));
    socket.on('pong', () => (session.alive = true));
    // The library closes the socket itself, and the desk cannot mend a socket that its client breaks.
    socket.on('error', (error) => logger.debug({ error }, 'a socket broke'));
    socket.once('close', (code, reason) => {
      this.#sessions.delete(session);
      this.#unnamed.delete(session);
      stats.sockets -= 1;
      session.ended();
      closed(code, String(reason)).catch((error: unknown) => logger.error({ error }, 'a socket could not be put away'));
    });
    if (this.#stopping) session.close(CLOSE.goingAway);
  }
}

/** The protocol. `named` is called with a session once its caller is proved. */
function graphqlWs({
  initMs,
  cursors,
  named,
}: Pick<SocketsParts, 'cursors'> & { initMs: number; named: (session: LiveSession) => void }): GraphqlWs<Extra> {
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initMs,
    onConnect: async ({ connectionParams, extra: { session } }) => {
      const accepted = await session.connect(connectionParams ?? {});
      if (accepted) named(session);
      return accepted && { expiresAt: session.authenticated?.expiresAt.toISOString(), cursors: cursors() };
    },
    onSubscribe: async ({ extra: { session } }, id, payload) => {
      try {
        const { subscriber, plan } = await session.start(id, payload);
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
        const text = session.open ? session.operations.sent(message) : null;
        if (text === null) return resolve();
        // A message that cannot be sent ends the socket, and the socket's end is handled elsewhere.
        socket.send(text, () => resolve());
      }),
    // The library's code for a fault of ours would end a client that may come again.
    close: (code, reason) => session.close(code && code !== INTERNAL ? { code, reason: reason ?? '' } : CLOSE.tryAgain),
    onMessage: (receive) => {
      // The server's binary type is left as it is, so that data are one buffer.
      socket.on('message', (data) => {
        if (!session.open || !session.takeMessage()) return;
        const text = session.operations.received((data as Buffer).toString());
        if (text === null) return session.close(CLOSE.idInUse);
        receive(text).catch((error: unknown) => {
          logger.error({ error }, 'a message could not be handled');
          session.close(CLOSE.tryAgain);
        });
      });
    },
  };
}

/** The HTTP status with which an upgrade is refused; null when it is accepted. */
function refusalOf({ url, headers }: IncomingMessage, origins: readonly string[]): number | null {
  if ((url ?? '').split('?', 1)[0] !== PATH) return 404;
  // Only browsers send an origin, and only a browser can be led here by a foreign page.
  if (headers.origin !== undefined && !origins.includes(headers.origin)) return 403;
  return null;
}

function refuse(raw: Duplex, status: number): void {
  raw.on('error', () => {});
  raw.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Closes sockets in random order over the given time, so that their clients spread over the other gateways. */
async function closeInBatches(sessions: LiveSession[], { random, staggerMs }: SocketsParts): Promise<void> {
  const waiting = shuffled(sessions, random);
  const batches = Math.max(1, Math.ceil(staggerMs / BATCH_MS));
  const size = Math.ceil(waiting.length / batches);
  while (waiting.length > 0) {
    for (const session of waiting.splice(0, size)) session.close(CLOSE.goingAway);
    if (waiting.length > 0) await delay(BATCH_MS);
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
  for (let waited = 0; sessions.size > 0 && waited < ms; waited += POLL_MS) await delay(POLL_MS);
  for (const session of sessions) session.terminate();
}
