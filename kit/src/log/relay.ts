import type { mongo } from 'mongoose';
import type { CrashPoint } from '../process/crash-point.ts';
import { streamEvent } from './entry.ts';
import type { Journal } from '../write/journal.ts';
import { READ_MAX, type Log } from './log.ts';
import type { Logger } from '../process/logger.ts';
import { PollingLoop } from '../process/polling-loop.ts';
import { STREAM_MAX, type EventStream } from './stream.ts';

/** Writes of this process wake the relay. What another process wrote and did not carry comes so late at most, in milliseconds. */
export const SWEEP_MS = 1_000;

interface Cursor {
  _id: string;
  pos: number;
}

/** What a relay works on. */
export interface RelayParts {
  service: string;
  journal: Journal;
  log: Log;
  stream: EventStream;
  logger: Logger;
  crash?: CrashPoint;
}

/**
 * Carries a service's events from the outboxes into the log and from the log onto the stream, as long as it runs. Any
 * number of relays may run for one service: they race, and the indexes and the stream's ids let one of them win.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #crash: CrashPoint;
  readonly #cursors: mongo.Collection<Cursor>;
  readonly #draining: PollingLoop;
  /** In a loop of its own: while the stream is down the log goes on, and consumers pull from it. */
  readonly #publishing: PollingLoop;
  #streamDown = false;

  constructor(parts: RelayParts) {
    const { journal, logger, crash = () => {} } = parts;
    this.#parts = parts;
    this.#crash = crash;
    this.#cursors = journal.db.collection<Cursor>('meta');
    this.#publishing = new PollingLoop({
      everyMs: SWEEP_MS,
      round: async () => {
        const published = await this.#publish();
        this.#streamDown = false;
        return published > 0;
      },
      onError: (error) => this.#reportStream(error),
    });
    this.#draining = new PollingLoop({
      everyMs: SWEEP_MS,
      round: async () => (await this.#drain()) > 0,
      onError: (error) => logger.error({ error }, 'the outboxes could not be emptied; it is tried again'),
    });
    journal.onWrite(() => this.#draining.wake());
  }

  /** Ends after the rounds that run. The next relay carries what is left. */
  async stop(): Promise<void> {
    await this.#draining.stop();
    await this.#publishing.stop();
  }

  /** Copies waiting events into the log. Returns how many. */
  async #drain(): Promise<number> {
    const drained = await this.#parts.log.drain();
    if (drained > 0) this.#publishing.wake();
    return drained;
  }

  /** Appends the log's next entries to the stream. Returns how many. */
  async #publish(): Promise<number> {
    const { service, journal, log, stream } = this.#parts;
    const term = journal.term();
    const next = await this.#nextPosition();
    const found = await log.entries.find({ _id: { $gte: next } }, { sort: { _id: 1 }, limit: READ_MAX }).toArray();
    if (found[0]?._id !== next) return 0;
    await journal.barrier(term); // The entries may not be on disk yet, and must not be published before they are.
    this.#crash('publish.beforeAppend');
    await stream.append(
      service,
      found.map((entry) => streamEvent(entry, log.epoch)),
    );
    this.#crash('publish.afterAppend');
    const pos = (found.at(-1) as { _id: number })._id;
    await this.#cursors.updateOne({ _id: 'published' }, { $max: { pos } }, { upsert: true, writeConcern: { w: 1 } });
    return found.length;
  }

  /** The position behind the stream's last; for an empty stream far enough back that consumers who lag need not pull. */
  async #nextPosition(): Promise<number> {
    const { service, stream } = this.#parts;
    const { epoch } = this.#parts.log;
    const last = await stream.last(service);
    if (last && last.epoch > epoch) {
      throw new Error(
        `The stream holds events of epoch ${last.epoch}, later than this log's ${epoch}: it is another database's, or this one was restored without raising its epoch.`,
      );
    }
    if (last?.epoch === epoch) return last.pos + 1;
    const published = (await this.#cursors.findOne({ _id: 'published' }))?.pos ?? 0;
    return Math.max(1, published - STREAM_MAX);
  }

  /** Logs the first of many failures in a row. */
  #reportStream(error: unknown): void {
    if (!this.#streamDown) this.#parts.logger.warn({ error }, 'events cannot be published');
    this.#streamDown = true;
  }
}
