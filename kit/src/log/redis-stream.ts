import { Redis } from 'ioredis';
import { decodeEvent, encodeEvent, type Position, type StreamEvent } from './entry.ts';
import { STREAM_MAX, type EventStream } from './stream.ts';

/**
 * The event stream between processes: a Redis stream for each service, whose entry ids are the positions
 * (`<epoch>-<pos>`), so that Redis itself refuses what it already has.
 */
export class RedisStream implements EventStream {
  readonly #prefix: string;
  readonly #writer: Redis;
  /** All connections for reads, and those that are free. A blocking read holds its connection. */
  readonly #readers: Redis[] = [];
  readonly #free: Redis[] = [];
  readonly #connect: () => Redis;
  #closed = false;

  constructor(url: string, prefix: string, onError: (error: Error) => void) {
    this.#prefix = prefix;
    this.#connect = () => {
      const redis = new Redis(url, {
        // Redis may be down for long; the caller falls back to pulling, so a command fails at once.
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        lazyConnect: false,
        // A Redis that hangs would hold up the relay for ever.
        commandTimeout: COMMAND_MS_MAX,
        retryStrategy: (times) => Math.min(100 * times, 2_000),
      });
      redis.on('error', onError);
      return redis;
    };
    this.#writer = this.#connect();
  }

  async last(service: string): Promise<Position | null> {
    await ready(this.#writer);
    // Redis measures the next id by this, and not by the last entry, which may have been trimmed away.
    const about = (await this.#writer.xinfo('STREAM', this.#key(service)).catch(nullIfMissing)) as unknown[] | null;
    return about && positionOf(String(about[about.indexOf('last-generated-id') + 1]));
  }

  async append(service: string, events: readonly StreamEvent[]): Promise<void> {
    await ready(this.#writer);
    const pipeline = this.#writer.pipeline();
    for (const event of events) {
      const id = `${event.position.epoch}-${event.position.pos}`;
      pipeline.xadd(this.#key(service), 'MAXLEN', '~', STREAM_MAX, id, 'event', encodeEvent(event));
    }
    for (const [error] of (await pipeline.exec()) ?? []) {
      if (error && !error.message.includes('equal or smaller')) throw error;
    }
  }

  async read(service: string, after: Position, options: { limit: number; waitMs: number }): Promise<StreamEvent[]> {
    const reader = this.#takeReader();
    try {
      await ready(reader);
      const answer = await xread(reader, { key: this.#key(service), after, ...options });
      return (answer?.[0]?.[1] ?? []).map(([, fields]) => decodeEvent(fields[1] as string));
    } catch (error) {
      if (this.#closed) return [];
      throw error;
    } finally {
      this.#free.push(reader);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const redis of [this.#writer, ...this.#readers]) redis.disconnect();
  }

  #key(service: string): string {
    return `${this.#prefix}ev:${service}`;
  }

  /** Takes a free connection for one read, or makes one. Their number is the highest number of reads at once. */
  #takeReader(): Redis {
    if (this.#closed) throw new Error('The event stream is closed.');
    const free = this.#free.pop();
    if (free) return free;
    const reader = this.#connect();
    this.#readers.push(reader);
    return reader;
  }
}

const READY_MS_MAX = 1_000;
/** The longest that a command takes, a read's wait included, in milliseconds. */
const COMMAND_MS_MAX = 3_000;

type XreadAnswer = [key: string, entries: [id: string, fields: string[]][]][] | null;

/** Reads without BLOCK where `waitMs` is 0, which Redis would take for ever. */
function xread(
  reader: Redis,
  { key, after, limit, waitMs }: { key: string; after: Position; limit: number; waitMs: number },
): Promise<XreadAnswer> {
  const id = `${after.epoch}-${after.pos}`;
  return waitMs > 0
    ? reader.xread('COUNT', limit, 'BLOCK', waitMs, 'STREAMS', key, id)
    : reader.xread('COUNT', limit, 'STREAMS', key, id);
}

/** Waits until the connection can be used, READY_MS_MAX at most. After that the command itself fails. */
function ready(redis: Redis): Promise<void> {
  if (redis.status === 'ready' || redis.status === 'end') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(done, READY_MS_MAX);
    redis.once('ready', done);
  });
}

function nullIfMissing(error: Error): null {
  if (error.message.includes('no such key')) return null;
  throw error;
}

function positionOf(id: string): Position {
  const [epoch, pos] = id.split('-').map(Number);
  return { epoch: epoch ?? 0, pos: pos ?? 0 };
}
