import net from 'node:net';
import { journalMajority } from './write-concern.ts';

/** What the listener needs of the engine: one wire message in, one answer out. */
export interface RoundTripper {
  roundTrip(message: Buffer): Promise<{ requestId: number; moreToCome: boolean; legacy: boolean; response: Buffer }>;
}

/** A listener that serves an engine on a socket. */
export interface EngineListener {
  /** Takes no new connection or command, and resolves when the commands in flight are answered and all is closed. */
  close(): Promise<void>;
}

/** Connections beyond this are refused. One client opens up to 100 by default. */
const CONNECTIONS_MAX = 1000;

/** The engine runs 8 commands at once. Twice that keeps it busy; the others wait here, one for each connection. */
const COMMANDS_IN_FLIGHT_MAX = 16;

/** MongoDB's own bound of a wire message, in bytes. */
const MESSAGE_BYTES_MAX = 48_000_000;

const OP_REPLY = 1;
const OP_MSG = 2013;
const HEADER_BYTES = 16;

/**
 * Serves the MongoDB wire protocol over the engine on a Unix socket; resolves when it accepts connections. Each
 * connection has its commands answered in order, one at a time: while one runs, nothing more is read. Majority writes are
 * journaled before they are acknowledged.
 */
export async function listenOn(socketPath: string, engine: RoundTripper): Promise<EngineListener> {
  const slots = openSlots(COMMANDS_IN_FLIGHT_MAX);
  const connections = new Map<Connection, Promise<void>>();
  const server = net.createServer((socket) => {
    const connection: Connection = { socket, busy: false, closing: false };
    connections.set(
      connection,
      serve(connection, (message) => slots.run(() => engine.roundTrip(journalMajority(message)))).finally(() =>
        connections.delete(connection),
      ),
    );
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections.keys()) {
        connection.closing = true;
        if (!connection.busy) connection.socket.destroy();
      }
      await Promise.all(connections.values());
      await closed;
    },
  };
}

interface Connection {
  socket: net.Socket;
  /** A command of it is running or waiting to run. */
  busy: boolean;
  /** It ends after the command that is running. */
  closing: boolean;
}

/** Answers one connection until it ends; never rejects. */
async function serve(connection: Connection, roundTrip: RoundTripper['roundTrip']): Promise<void> {
  const { socket } = connection;
  let replies = 0;
  socket.on('error', () => socket.destroy());
  try {
    for await (const message of messagesOf(socket)) {
      connection.busy = true;
      const answer = await roundTrip(message);
      if (!answer.moreToCome) {
        replies = (replies + 1) & 0x7fffffff;
        const frame = answer.legacy ? replyFrame(answer.response) : messageFrame(answer.response);
        frame.writeInt32LE(frame.length, 0);
        frame.writeInt32LE(replies, 4);
        frame.writeInt32LE(answer.requestId, 8);
        if (!socket.write(frame)) await drained(socket);
      }
      connection.busy = false;
      if (connection.closing) break;
    }
    socket.destroySoon();
  } catch {
    // A broken frame or a failed engine ends this connection, as on a real server; the driver reports it.
    socket.destroy();
  }
}

/** The whole messages of a byte stream. Chunks are joined once per message, so a large one costs no repeated copies. */
async function* messagesOf(socket: net.Socket): AsyncGenerator<Buffer> {
  // Leaving the loop must not cut off an answer that is still being written.
  const chunks: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false });
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let messageBytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes < Math.max(messageBytes, HEADER_BYTES)) continue;
    let pending = waiting.length === 1 ? chunk : Buffer.concat(waiting, waitingBytes);
    while (pending.length >= HEADER_BYTES) {
      messageBytes = messageLength(pending);
      if (pending.length < messageBytes) break;
      yield pending.subarray(0, messageBytes);
      pending = pending.subarray(messageBytes);
      messageBytes = 0;
    }
    waiting = pending.length > 0 ? [pending] : [];
    waitingBytes = pending.length;
  }
}

function messageLength(pending: Buffer): number {
  const length = pending.readInt32LE(0);
  if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX) throw new Error(`invalid wire message length ${length}`);
  return length;
}

/** An OP_MSG with one body; the caller fills in length and ids. */
function messageFrame(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 5 + body.length);
  frame.writeInt32LE(OP_MSG, 12);
  frame.writeUInt32LE(0, 16); // no flags
  frame.writeUInt8(0, 20); // section kind: body
  body.copy(frame, HEADER_BYTES + 5);
  return frame;
}

/** An OP_REPLY with one document, which answers the first handshake; the caller fills in length and ids. */
function replyFrame(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 20 + body.length);
  frame.writeInt32LE(OP_REPLY, 12);
  frame.writeInt32LE(0, 16); // no flags
  frame.writeBigInt64LE(0n, 20); // no cursor
  frame.writeInt32LE(0, 28); // starting from
  frame.writeInt32LE(1, 32); // documents returned
  body.copy(frame, HEADER_BYTES + 20);
  return frame;
}

function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    if (socket.destroyed) resolve();
    else socket.on('drain', done).on('close', done);
  });
}

interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Runs at most `max` pieces of work at once, the others in the order they came. */
function openSlots(max: number): Slots {
  let free = max;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
