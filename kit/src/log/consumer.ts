import { START, comparePositions, type Position, type StreamEvent } from './entry.ts';
import type { CrashPoint } from '../process/crash-point.ts';
import type { Journal } from '../write/journal.ts';
import { READ_MAX } from './log.ts';
import type { Logger } from '../process/logger.ts';
import type { PullEvents } from './pull.ts';
import { PollingLoop } from '../process/polling-loop.ts';
import type { EventStream } from './stream.ts';

/** How long one read of the stream waits for events, in milliseconds. */
const READ_WAIT_MS = 1_000;
/**
 * How often a consumer pulls while the stream is silent, in milliseconds. An event that never reaches the stream comes so late, and
 * by one read later.
 */
const PULL_SILENT_EVERY_MS = 5_000;
/** How often events are pulled while the stream is down, in milliseconds. */
const PULL_EVERY_MS = 2_000;

/** Remembers how far a consumer came. */
export interface Checkpoint {
  /** The position to go on behind; START where nothing was consumed yet. */
  load(): Promise<Position>;
  /** Remembers a position, once the effects up to it are on disk. */
  save(position: Position): Promise<void>;
}

/** What a consumer works on. */
export interface ConsumerParts {
  /** The producer. */
  service: string;
  stream: EventStream;
  pull: PullEvents;
  checkpoint: Checkpoint;
  handle: (event: StreamEvent) => Promise<void>;
  /** Called when the producer's log is not the one that was read before: it was restored. Rebuilds, and says where in it to go on. */
  onReset: (head: Position) => Promise<Position>;
  logger: Logger;
  crash?: CrashPoint;
}

/**
 * Hands a service's events to `handle`, in order and without gaps, at least once: a crash between the effect and the
 * checkpoint repeats the effect, which must therefore be guarded. Reads the stream; across any gap, and while the
 * stream is down, pulls from the producer.
 */
export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #loop: PollingLoop;
  readonly #crash: CrashPoint;
  /** The position that was consumed last; null while it must be loaded. */
  #at: Position | null = null;
  #nextPullAt = 0;
  #waiting: { for: Position; wake: () => void }[] = [];

  constructor(parts: ConsumerParts) {
    const { logger, service, crash = () => {} } = parts;
    this.#parts = parts;
    this.#crash = crash;
    this.#loop = new PollingLoop({
      everyMs: PULL_EVERY_MS,
      round: () => this.#consume(),
      onError: (error) =>
        logger.error({ error, producer: service }, 'an event could not be consumed; it is tried again'),
    });
  }

  /** Comes back when everything up to a position is consumed. The caller bounds the wait. */
  reached(position: Position): Promise<void> {
    return new Promise((wake) => {
      this.#waiting.push({ for: position, wake });
      this.#wakeReached();
    });
  }

  /** Ends after the round that runs. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Consumes the events behind the last one. Says whether to look on at once. */
  async #consume(): Promise<boolean> {
    const from = (this.#at ??= await this.#begin());
    const { events, again } = await this.#next(from);
    try {
      for (const event of events) {
        // A stream that lost its tail unnoticed has a hole: the next round pulls the missing events.
        if (!follows(event, this.#at)) break;
        await this.#parts.handle(event);
        this.#crash('consume.afterEffect');
        this.#at = event.position;
      }
    } finally {
      if (comparePositions(this.#at, from) > 0) await this.#save(this.#at);
      this.#wakeReached();
    }
    return again;
  }

  async #begin(): Promise<Position> {
    const { checkpoint, pull, service } = this.#parts;
    const from = await checkpoint.load();
    if (from.epoch !== START.epoch) return from;
    // Only the service knows which log it has now: the stream may still hold events of an earlier one.
    const { head } = await pull(service, START, 1);
    return { epoch: head.epoch, pos: START.pos };
  }

  /**
   * The events behind a position, and whether to look on at once. A pause comes first where the stream could not be waited for and
   * nothing came.
   */
  async #next(after: Position): Promise<{ events: StreamEvent[]; again: boolean }> {
    const { service, stream, pull, onReset, logger } = this.#parts;
    let waited = false;
    try {
      const read = await stream.read(service, after, { limit: READ_MAX, waitMs: READ_WAIT_MS });
      if (follows(read[0], after)) return { events: read, again: true };
      waited = !read.length;
      // Silence may mean that nothing happened, or that the stream was emptied before we read: the log knows.
      if (waited && performance.now() < this.#nextPullAt) return { events: [], again: true };
    } catch (error) {
      logger.warn({ error, producer: service }, 'the event stream is down, pulling');
    }
    this.#nextPullAt = performance.now() + PULL_SILENT_EVERY_MS;
    const pulled = await pull(service, after, READ_MAX);
    if (pulled.events?.[0] && !follows(pulled.events[0], after)) {
      throw new Error(`${service} left out events behind ${after.epoch}-${after.pos}`);
    }
    if (pulled.events) return { events: pulled.events, again: waited || pulled.events.length > 0 };
    logger.warn({ producer: service, after, head: pulled.head }, 'the log is not the one that was read before');
    await this.#save(await onReset(pulled.head));
    return { events: [], again: true };
  }

  #wakeReached(): void {
    const at = this.#at;
    if (!at) return;
    for (const { wake } of this.#waiting.filter((each) => comparePositions(each.for, at) <= 0)) wake();
    this.#waiting = this.#waiting.filter((each) => comparePositions(each.for, at) > 0);
  }

  /** Saves a position. Where that fails, effects may be gone: the consumer goes on from the last checkpoint. */
  async #save(position: Position): Promise<void> {
    this.#at = null;
    this.#crash('consume.beforeCheckpoint');
    await this.#parts.checkpoint.save(position);
    this.#crash('consume.afterCheckpoint');
    this.#at = position;
  }
}

/**
 * A checkpoint in the consumer's own database, under a name that is the consumer's alone. It moves behind a barrier, which makes the
 * effects durable. Saving refuses WRITE_UNCERTAIN when another primary took over, which may lack them.
 */
export function storedCheckpoint(journal: Journal, name: string): Checkpoint {
  const collection = journal.db.collection<{ _id: string; position: Position }>('checkpoints');
  let loadedIn = journal.term();
  return {
    load: async () => {
      loadedIn = journal.term();
      return (await collection.findOne({ _id: name }))?.position ?? START;
    },
    save: async (position) => {
      await journal.barrier(loadedIn);
      await collection.updateOne({ _id: name }, { $set: { position } }, { upsert: true });
    },
  };
}

/** True when an event is of a position's log, and nothing lies between the two. */
export function follows(event: StreamEvent | undefined, after: Position): boolean {
  return event?.position.epoch === after.epoch && event.position.pos === after.pos + 1;
}
