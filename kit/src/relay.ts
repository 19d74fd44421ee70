import type { CrashPoint } from './crash-point.ts';
import { streamEvent } from './event.ts';
import type { Journal } from './journal.ts';
import { READ_MAX, type Log } from './log.ts';
import type { Logger } from './logger.ts';
import { Rounds } from './rounds.ts';
import { STREAM_MAX, type EventStream } from './stream.ts';

/** Writes wake the relay; without one it looks for itself this often, in milliseconds. */
export const SWEEP_MS = 250;

interface Cursor {
  _id: string;
  pos: number;
}

/**
 * Carries a service's events from the outboxes into the log and from the log onto the stream, as long as it runs. Any
 * number of relays may run for one service: they race, and the indexes and the stream's ids let one of them win.
 */
export class Relay {
  readonly #rounds: readonly Rounds[];

  constructor(parts: {
    service: string;
    journal: Journal;
    log: Log;
    stream: EventStream;
    logger: Logger;
    crash?: CrashPoint;
  }) {
    const { service, journal, log, stream, logger, crash = () => {} } = parts;
    const cursors = journal.db.collection<Cursor>('meta');
    let streamDown = false;

    const publish = async (): Promise<number> => {
      const last = await stream.last(service);
      if (last && last.epoch > log.epoch) {
        throw new Error(
          `The stream holds events of epoch ${last.epoch}, later than this log's ${log.epoch}: it is another database's, or this one was restored without raising its epoch.`,
        );
      }
      const term = journal.term();
      const next = last?.epoch === log.epoch ? last.pos + 1 : await floor();
      const found = await log.entries.find({ _id: { $gte: next } }, { sort: { _id: 1 }, limit: READ_MAX }).toArray();
      if (found[0]?._id !== next) return 0;
      await journal.barrier(term); // What was read may not be on disk yet, and must not be heard of before it is.
      crash('publish.beforeAppend');
      await stream.append(
        service,
        found.map((entry) => streamEvent(entry, log.epoch)),
      );
      crash('publish.afterAppend');
      const pos = (found.at(-1) as { _id: number })._id;
      await cursors.updateOne({ _id: 'published' }, { $max: { pos } }, { upsert: true, writeConcern: { w: 1 } });
      return found.length;
    };

    /** Where an empty stream begins: far enough back that readers who lag need not pull. */
    const floor = async (): Promise<number> => {
      const published = (await cursors.findOne({ _id: 'published' }))?.pos ?? 0;
      return Math.max(1, published - STREAM_MAX);
    };

    const publishing = new Rounds({
      everyMs: SWEEP_MS,
      round: async () => {
        const published = await publish();
        streamDown = false;
        return published > 0;
      },
      onError: (error) => {
        if (!streamDown) logger.warn({ error }, 'events cannot be published');
        streamDown = true;
      },
    });
    // In rounds of its own: while the stream is down the log goes on, and whoever needs events pulls them.
    const draining = new Rounds({
      everyMs: SWEEP_MS,
      round: async () => {
        const drained = await log.drain();
        if (drained > 0) publishing.wake();
        return drained > 0;
      },
      onError: (error) => logger.error({ error }, 'the outboxes could not be emptied; it is tried again'),
    });
    this.#rounds = [draining, publishing];
    journal.onWrite(() => draining.wake());
  }

  /** Ends after the rounds in hand. What is left over goes on with the next relay. */
  async stop(): Promise<void> {
    for (const rounds of this.#rounds) await rounds.stop();
  }
}
