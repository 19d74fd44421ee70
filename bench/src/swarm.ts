import { randomBytes, randomUUID } from 'node:crypto';
import net from 'node:net';
import { answerCalls } from './child.ts';
import { clientFrame, FrameCounter } from './frame-counter.ts';
import { percentile } from './ratio.ts';

/** A crowd of subscribers to open, each with a socket and an operation id of its own. */
export interface CrowdRequest {
  name: string;
  url: string;
  /** One for each subscriber. */
  tokens: readonly string[];
  query: string;
}

/** What arrived since the crowd was last asked. */
export interface Arrivals {
  /** Milliseconds from the instants of publishing to the arrival at each subscriber; over all of them. */
  p50: number;
  p99: number;
  max: number;
  messages: number;
}

interface Subscriber {
  socket: net.Socket;
  id: string;
  received: number;
}

interface Crowd {
  subscribers: Subscriber[];
  /** Messages that every subscriber should have by now. */
  expected: number;
  complete: number;
  onComplete: (() => void) | null;
  /** Instants of arrival in nanoseconds, message by message, in the order of the log; empty unless they are wanted. */
  arrivals: number[][];
  timed: boolean;
  /** The last whole message that was read as text. */
  sample: string | null;
  failure: string | null;
}

/** Sockets that are being opened at the same time. */
const OPENING_MAX = 50;
const ARRIVAL_MS_MAX = 60_000;
const NS_PER_MS = 1e6;

/*
 * Many WebSocket clients in one process, on raw sockets that count frames and read none but the first: whatever this costs
 * must not limit the server that is measured.
 */
const crowds = new Map<string, Crowd>();

answerCalls({
  open: async ({ name, url, tokens, query }: CrowdRequest) => {
    const crowd: Crowd = {
      subscribers: [],
      expected: 0,
      complete: 0,
      onComplete: null,
      arrivals: [],
      timed: false,
      sample: null,
      failure: null,
    };
    crowds.set(name, crowd);
    for (let first = 0; first < tokens.length; first += OPENING_MAX) {
      await Promise.all(
        tokens.slice(first, first + OPENING_MAX).map((token) => openSubscriber(crowd, { url, token, query })),
      );
    }
  },
  /** Sets how many more messages everybody is to receive, before they are published. */
  expect: ({ name, messages, timed }: { name: string; messages: number; timed: boolean }) => {
    const crowd = crowdOf(name);
    for (const subscriber of crowd.subscribers) subscriber.received = 0;
    Object.assign(crowd, {
      expected: messages,
      complete: 0,
      timed,
      arrivals: Array.from({ length: messages }, () => []),
    });
  },
  /** Waits until everybody has received everything; `published` are the instants in nanoseconds, message by message. */
  arrivals: async ({ name, published }: { name: string; published: number[] }): Promise<Arrivals> => {
    const crowd = crowdOf(name);
    await allArrived(name, crowd);
    const delays = crowd.arrivals.flatMap((instants, message) =>
      instants.map((instant) => (instant - (published[message] ?? 0)) / NS_PER_MS),
    );
    return {
      p50: percentile(delays, 0.5),
      p99: percentile(delays, 0.99),
      max: percentile(delays, 1),
      messages: crowd.expected * crowd.subscribers.length,
    };
  },
  /** The payload of the first message that arrived, as text. */
  sample: (name: string) => {
    const { id, type, payload } = JSON.parse(crowdOf(name).sample ?? 'null') as Record<string, unknown>;
    if (type !== 'next' || typeof id !== 'string') throw new Error(`not a message: ${crowdOf(name).sample}`);
    return JSON.stringify(payload);
  },
  close: (name: string) => {
    for (const { socket } of crowdOf(name).subscribers) socket.destroy();
    crowds.delete(name);
  },
});

function crowdOf(name: string): Crowd {
  const crowd = crowds.get(name);
  if (!crowd) throw new Error(`There is no crowd ${name}.`);
  if (crowd.failure) throw new Error(`A subscriber of ${name} failed: ${crowd.failure}`);
  return crowd;
}

async function allArrived(name: string, crowd: Crowd): Promise<void> {
  if (crowd.complete === crowd.subscribers.length) return;
  let timer: NodeJS.Timeout | undefined;
  const complete = new Promise<void>((resolve) => (crowd.onComplete = resolve));
  const late = new Promise<void>((_resolve, reject) => {
    timer = setTimeout(() => {
      const missing = crowd.subscribers.filter(({ received }) => received < crowd.expected);
      reject(
        new Error(
          `${missing.length} subscribers of ${name} miss messages; one has ${missing[0]?.received} of ${crowd.expected}`,
        ),
      );
    }, ARRIVAL_MS_MAX);
  });
  await Promise.race([complete, late]).finally(() => clearTimeout(timer));
  crowdOf(name);
}

/** Opens a socket, subscribes, and resolves once the server has acknowledged the connection. */
function openSubscriber(
  crowd: Crowd,
  { url, token, query }: { url: string; token: string; query: string },
): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  const subscriber: Subscriber = { socket, id: randomUUID(), received: 0 };
  const send = (message: unknown) => socket.write(clientFrame('text', Buffer.from(JSON.stringify(message))));
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  return new Promise((resolve, reject) => {
    let state: 'handshake' | 'opening' | 'subscribed' = 'handshake';
    const fail = (reason: string) => {
      crowd.failure ??= reason;
      reject(new Error(reason));
      crowd.onComplete?.();
    };
    const counter = new FrameCounter({
      wantsText: () => state === 'opening' || crowd.sample === null,
      text(text) {
        if (state === 'subscribed') return receive(crowd, subscriber, text);
        if (!text?.includes('"connection_ack"')) return fail(String(text));
        send({ id: subscriber.id, type: 'subscribe', payload: { query } });
        state = 'subscribed';
        crowd.subscribers.push(subscriber);
        resolve();
      },
      ping: (payload) => void socket.write(clientFrame('pong', payload)),
      close: (code) => fail(`closed with ${code}`),
    });
    let head = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      if (state !== 'handshake') return counter.push(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!head.toString('latin1').startsWith('HTTP/1.1 101')) return fail(head.toString('latin1').slice(0, 300));
      state = 'opening';
      send({ type: 'connection_init', payload: { token } });
      counter.push(head.subarray(end + 4));
    });
    socket.on('error', (error) => fail(error.message));
  });
}

function receive(crowd: Crowd, subscriber: Subscriber, text: string | null): void {
  if (text !== null) {
    crowd.sample = text;
    if (!text.includes(`"id":"${subscriber.id}"`) && !text.includes('"next"')) crowd.failure = text;
  }
  if (crowd.timed) crowd.arrivals[subscriber.received]?.push(Number(process.hrtime.bigint()));
  subscriber.received += 1;
  if (subscriber.received !== crowd.expected) return;
  crowd.complete += 1;
  if (crowd.complete === crowd.subscribers.length) crowd.onComplete?.();
}
