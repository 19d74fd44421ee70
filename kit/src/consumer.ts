import type { mongo } from 'mongoose';
import { comparePositions, type Position, type StreamEvent } from './event.ts';
import { READ_MAX } from './log.ts';
import type { Logger } from './logger.ts';
import type { PullEvents } from './pull.ts';
import { Rounds } from './rounds.ts';
import type { EventStream } from './stream.ts';

/** How long one read of the stream waits for events, in milliseconds. */
const READ_WAIT_MS = 1_000;
/** How often events are pulled while the stream is down, in milliseconds. */
const PULL_EVERY_MS = 2_000;

/** Where a consumer remembers how far it came. */
export interface Checkpoint {
  /** The position to go on behind. */
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

  constructor(parts: {
    service: string;
    stream: EventStream;
    pull: PullEvents;
    checkpoint: Checkpoint;
    handle: (event: StreamEvent) => Promise<void>;
    /** Called when the producer's log is not the one that was read before: it was restored. Rebuild, and say where to go on. */
    onReset: (head: Position) => Promise<Position>;
    logger: Logger;
  }) {
    const { service, stream, pull, checkpoint, handle, onReset, logger } = parts;

    const next = async (after: Position): Promise<StreamEvent[]> => {
      let read: StreamEvent[] | null = null;
      try {
        read = await stream.read(service, after, { limit: READ_MAX, waitMs: READ_WAIT_MS });
        if (!read.length || follows(read[0], after)) return read;
      } catch (error) {
        logger.warn({ error, producer: service }, 'the event stream is down, pulling');
      }
      const pulled = await pull(service, after, READ_MAX);
      if (pulled.events?.[0] && !follows(pulled.events[0], after)) {
        throw new Error(`${service} left out events behind ${after.epoch}-${after.pos}`);
      }
      if (pulled.events) return pulled.events;
      this.#at = await onReset(pulled.head);
      await checkpoint.save(this.#at);
      return [];
    };

    this.#rounds = new Rounds({
      everyMs: PULL_EVERY_MS,
      round: async () => {
        const from = (this.#at ??= await checkpoint.load());
        const events = await next(from);
        try {
          for (const event of events) {
            // A stream that lost its tail unnoticed has a hole: what is missing is pulled in the next round.
            if (!follows(event, this.#at)) break;
            await handle(event);
            this.#at = event.position;
          }
        } finally {
          if (comparePositions(this.#at, from) > 0) await checkpoint.save(this.#at);
        }
        // An empty read has waited already. A stream that is down has not, and gets a pause.
        return events.length > 0 || !(await this.#down(stream, service));
      },
      onError: (error) =>
        logger.error({ error, producer: service }, 'an event could not be consumed; it is tried again'),
    });
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  async #down(stream: EventStream, service: string): Promise<boolean> {
    return stream.last(service).then(
      () => false,
      () => true,
    );
  }
}

/** A checkpoint kept in the consumer's own database. `barrier` makes its effects durable before it moves. */
export function storedCheckpoint(db: mongo.Db, producer: string, barrier: () => Promise<void>): Checkpoint {
  const collection = db.collection<{ _id: string; position: Position }>('checkpoints');
  return {
    load: async () => (await collection.findOne({ _id: producer }))?.position ?? { epoch: 0, pos: 0 },
    save: async (position) => {
      await barrier();
      await collection.updateOne({ _id: producer }, { $set: { position } }, { upsert: true });
    },
  };
}

/** True when nothing lies between a position and an event. */
export function follows(event: StreamEvent | undefined, after: Position): boolean {
  if (!event) return false;
  return event.position.pos === after.pos + 1 && (after.epoch === 0 || event.position.epoch === after.epoch);
}
