import { START, comparePositions, type Position, type StreamEvent } from './event.ts';
import type { Journal } from './journal.ts';
import { READ_MAX } from './log.ts';
import type { Logger } from './logger.ts';
import type { PullEvents } from './pull.ts';
import { Rounds } from './rounds.ts';
import type { EventStream } from './stream.ts';

/** How long one read of the stream waits for events, in milliseconds. */
const READ_WAIT_MS = 1_000;
/**
 * How often the log is asked while the stream is silent, in milliseconds. Together with one read this is how late an event is at most
 * that never comes onto the stream.
 */
const PULL_SILENT_EVERY_MS = 5_000;
/** How often events are pulled while the stream is down, in milliseconds. */
const PULL_EVERY_MS = 2_000;

/** Where a consumer remembers how far it came. */
export interface Checkpoint {
  /** The position to go on behind; START where nothing was consumed yet. */
  load(): Promise<Position>;
  /** Remembers a position. What was done up to it is on disk by then. */
  save(position: Position): Promise<void>;
}

/**
 * Hands a service's events to `handle`, in order and without gaps, at least once: a crash between the effect and the
 * checkpoint repeats the effect, which must therefore be guarded. Reads the stream; across any gap, and while the
 * stream is down, pulls from the producer.
 */
export class Consumer {
  readonly #rounds: Rounds;
  #at: Position | null = null;
  #nextPullAt = 0;
  #waiting: { for: Position; wake: () => void }[] = [];

  constructor(parts: {
    service: string;
    stream: EventStream;
    pull: PullEvents;
    checkpoint: Checkpoint;
    handle: (event: StreamEvent) => Promise<void>;
    /** Called when the producer's log is not the one that was read before: it was restored. Rebuild, and say where in it to go on. */
    onReset: (head: Position) => Promise<Position>;
    logger: Logger;
  }) {
    const { service, stream, pull, checkpoint, handle, onReset, logger } = parts;

    const begin = async (): Promise<Position> => {
      const from = await checkpoint.load();
      if (from.epoch !== START.epoch) return from;
      // Which log it is, its service alone knows: the stream may still hold what an earlier one told.
      const { head } = await pull(service, START, 1);
      return { epoch: head.epoch, pos: START.pos };
    };

    /** What comes behind a position, and whether to look on at once: after a pause where the stream did not wait and nothing came. */
    const next = async (after: Position): Promise<{ events: StreamEvent[]; again: boolean }> => {
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
      await this.#save(checkpoint, await onReset(pulled.head));
      return { events: [], again: true };
    };

    this.#rounds = new Rounds({
      everyMs: PULL_EVERY_MS,
      round: async () => {
        const from = (this.#at ??= await begin());
        const { events, again } = await next(from);
        try {
          for (const event of events) {
            // A stream that lost its tail unnoticed has a hole: what is missing is pulled in the next round.
            if (!follows(event, this.#at)) break;
            await handle(event);
            this.#at = event.position;
          }
        } finally {
          if (comparePositions(this.#at, from) > 0) await this.#save(checkpoint, this.#at);
          this.#wakeReached();
        }
        return again;
      },
      onError: (error) =>
        logger.error({ error, producer: service }, 'an event could not be consumed; it is tried again'),
    });
  }

  /** Comes back when everything up to a position is consumed. Whoever waits bounds the wait. */
  reached(position: Position): Promise<void> {
    return new Promise((wake) => {
      this.#waiting.push({ for: position, wake });
      this.#wakeReached();
    });
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  #wakeReached(): void {
    const at = this.#at;
    if (!at) return;
    for (const { wake } of this.#waiting.filter((each) => comparePositions(each.for, at) <= 0)) wake();
    this.#waiting = this.#waiting.filter((each) => comparePositions(each.for, at) > 0);
  }

  /** What could not be confirmed may be gone, so it is done again, from the last checkpoint on. */
  async #save(checkpoint: Checkpoint, position: Position): Promise<void> {
    this.#at = null;
    await checkpoint.save(position);
    this.#at = position;
  }
}

/**
 * A checkpoint kept in the consumer's own database, under a name that no other consumer of the service has: two that read one
 * producer are two. A barrier makes its effects durable before it moves; it does not move when another primary took over since it
 * was loaded, which may not have them (WRITE_UNCERTAIN).
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
