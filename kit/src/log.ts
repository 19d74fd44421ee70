import type { mongo } from 'mongoose';
import type { Clock } from './clock.ts';
import type { CrashPoint } from './crash-point.ts';
import {
  START,
  chainEntries,
  entryHolds,
  streamEvent,
  type LogEntry,
  type OutboxEvent,
  type Position,
  type StreamEvent,
} from './event.ts';
import type { Journal } from './journal.ts';
import type { Aggregate, Stored } from './stored-record.ts';
import { DURABLE, OPERATION_MS_MAX, WHILE_INDEXING, isDuplicateKey } from './mongo.ts';

/** Aggregates whose outboxes are copied in one round. */
const DRAIN_AGGREGATES_MAX = 50;
/** Entries that one read of the log answers at most. */
export const READ_MAX = 200;
const VERIFY_BATCH = 1_000;
/** Another drainer that appended first costs a try; this many in a row mean that something else is wrong. */
const APPEND_TRIES_MAX = 100;

/** What a log answers to whoever asks for its events. */
export interface Pulled {
  /** Oldest first; null when the position does not belong to the log as it is now. */
  events: StreamEvent[] | null;
  /** The log's last position. */
  head: Position;
}

interface Meta {
  _id: string;
  epoch?: number;
  pos?: number;
}

/**
 * A service's log: its history, its audit trail and its publish queue in one. Positions have no gaps, each entry's hash
 * covers the one before it, and an entry is copied from an outbox once, however often the copying is interrupted.
 */
export class Log {
  readonly epoch: number;
  readonly entries: mongo.Collection<LogEntry>;
  readonly #journal: Journal;
  readonly #crash: CrashPoint;

  private constructor(journal: Journal, epoch: number, crash: CrashPoint) {
    this.#journal = journal;
    this.#crash = crash;
    this.epoch = epoch;
    this.entries = journal.db.collection<LogEntry>('log');
  }

  /** Opens a service's log and makes its indexes. A new one gets an epoch that no earlier one had, in any database. */
  static async open(journal: Journal, { clock, crash = () => {} }: { clock: Clock; crash?: CrashPoint }): Promise<Log> {
    const meta = journal.db.collection<Meta>('meta');
    const epoch = Math.floor(clock.now().getTime() / 1_000);
    await meta.updateOne({ _id: 'log' }, { $setOnInsert: { epoch } }, { upsert: true, ...DURABLE });
    const log = new Log(journal, (await meta.findOne({ _id: 'log' }))?.epoch ?? epoch, crash);
    await log.entries.createIndexes(
      [{ key: { aggregate: 1, seq: 1 }, unique: true }, { key: { 'data.recordId': 1, _id: 1 } }],
      WHILE_INDEXING,
    );
    return log;
  }

  /** Copies waiting events from the outboxes into the log, in order. Returns how many it copied. */
  async drain(): Promise<number> {
    const { collections, order } = this.#journal;
    const term = this.#journal.term();
    // Asked before the reads: what is settled now, the reads will see.
    const settled = order.settled();
    const batches = await Promise.all(
      collections.map(async (collection) => {
        const dirty = await collection
          .find({ dirty: true }, { projection: { outbox: 1 }, limit: DRAIN_AGGREGATES_MAX })
          .toArray();
        const outboxes = dirty.map(({ _id, outbox }) => ({ aggregate: _id, events: order.ready(outbox, settled) }));
        // A crash within a trim leaves an outbox that is empty and yet marked.
        const emptied = dirty.filter(({ outbox }) => !outbox.length).map(({ _id }) => _id);
        return { collection, emptied, outboxes: outboxes.filter(({ events }) => events.length) };
      }),
    );
    const waiting = order.merge(
      batches.flatMap(({ outboxes }) =>
        outboxes.map(({ aggregate, events }) => events.map((event) => ({ aggregate, ...event }))),
      ),
    );
    for (const { collection, emptied } of batches) await unmark(collection, emptied);
    if (!waiting.length) return 0;
    this.#crash('drain.beforeAppend');
    await this.#append(
      waiting.map(({ writer: _writer, order: _order, ...event }) => event),
      term,
    );
    this.#crash('drain.afterAppend');
    // Entries that another drainer appended were only read here. Nothing is trimmed before they are on disk.
    await this.#journal.barrier(term);
    this.#crash('drain.beforeTrim');
    for (const { collection, outboxes } of batches) await this.#trim(collection, outboxes);
    this.#crash('drain.afterTrim');
    return waiting.length;
  }

  /** The position of the last entry, which is on disk; 0 when the log is empty. */
  async head(): Promise<number> {
    const term = this.#journal.term();
    const { pos } = await this.#tail();
    await this.#journal.barrier(term);
    return pos;
  }

  /**
   * Entries behind a position, as other processes receive them, oldest first, at most READ_MAX, and the log's last position. What
   * is returned is on disk. START is before the first entry. A position of another epoch, or beyond the head, yields null:
   * the reader must start anew.
   */
  async read(after: Position, limit = READ_MAX): Promise<Pulled> {
    const term = this.#journal.term();
    const found = await this.entries
      .find(
        { _id: { $gt: after.pos } },
        { sort: { _id: 1 }, limit: Math.min(limit, READ_MAX), maxTimeMS: OPERATION_MS_MAX },
      )
      .toArray();
    const { pos } = await this.#tail();
    await this.#journal.barrier(term);
    const known = (after.epoch === START.epoch || after.epoch === this.epoch) && after.pos <= pos;
    return {
      events: known ? found.map((entry) => streamEvent(entry, this.epoch)) : null,
      head: { epoch: this.epoch, pos },
    };
  }

  /** Reads the whole log and checks its chain, and that it reaches as far as it was published. */
  async verify(): Promise<{ verified: boolean; entries: number; firstBadPosition: number | null }> {
    const published = (await this.#journal.db.collection<Meta>('meta').findOne({ _id: 'published' }))?.pos ?? 0;
    let tail = { pos: 0, hash: '' };
    const cursor = this.entries.find({}, { sort: { _id: 1 }, batchSize: VERIFY_BATCH });
    for await (const entry of cursor) {
      if (!entryHolds(entry, tail)) return { verified: false, entries: tail.pos, firstBadPosition: tail.pos + 1 };
      tail = { pos: entry._id, hash: entry.hash };
    }
    // A chain cannot show that its end was cut off; what other services were told of can.
    if (tail.pos < published) return { verified: false, entries: tail.pos, firstBadPosition: tail.pos + 1 };
    return { verified: true, entries: tail.pos, firstBadPosition: null };
  }

  async #trim(
    collection: mongo.Collection<Stored<Aggregate>>,
    copied: readonly { aggregate: string; events: readonly OutboxEvent[] }[],
  ): Promise<void> {
    if (!copied.length) return;
    await collection.bulkWrite(
      copied.flatMap(({ aggregate: _id, events }) => [
        { updateOne: { filter: { _id }, update: { $pull: { outbox: { seq: { $lte: events.at(-1)?.seq ?? 0 } } } } } },
        { updateOne: { filter: { _id, 'outbox.0': { $exists: false } }, update: { $set: { dirty: false } } } },
      ]),
      // A trim that a crash takes back is repeated; it need not wait for the disk.
      { ordered: true, writeConcern: { w: 1 } },
    );
  }

  async #append(waiting: (OutboxEvent & { aggregate: string })[], term: number): Promise<void> {
    let todo = waiting;
    for (let tries = 0; todo.length && tries < APPEND_TRIES_MAX; tries++) {
      const tail = await this.#tail();
      await this.#journal.barrier(term);
      try {
        await this.entries.insertMany(chainEntries(tail, todo), { ordered: true, ...DURABLE });
        return;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        // Either the position was taken, and the tail is read again; or events are in the log already, and are left out.
        todo = await this.#missing(todo);
      }
    }
    if (todo.length) throw new Error(`The log gained entries ${APPEND_TRIES_MAX} times while it was appended to.`);
  }

  /** Those of the events that the log does not hold. */
  async #missing<E extends { aggregate: string; seq: number }>(events: readonly E[]): Promise<E[]> {
    const first = new Map<string, number>();
    for (const { aggregate, seq } of events) first.set(aggregate, Math.min(seq, first.get(aggregate) ?? seq));
    const held = await this.entries
      .find(
        { $or: [...first].map(([aggregate, seq]) => ({ aggregate, seq: { $gte: seq } })) },
        { projection: { _id: 0, aggregate: 1, seq: 1 } },
      )
      .toArray();
    const known = new Set(held.map(({ aggregate, seq }) => `${seq} ${aggregate}`));
    return events.filter(({ aggregate, seq }) => !known.has(`${seq} ${aggregate}`));
  }

  async #tail(): Promise<{ pos: number; hash: string }> {
    const last = await this.entries.findOne({}, { sort: { _id: -1 }, projection: { hash: 1 } });
    return { pos: last?._id ?? 0, hash: last?.hash ?? '' };
  }
}

async function unmark(collection: mongo.Collection<Stored<Aggregate>>, ids: readonly string[]): Promise<void> {
  if (!ids.length) return;
  const empty = { _id: { $in: [...ids] }, 'outbox.0': { $exists: false } };
  await collection.updateMany(empty, { $set: { dirty: false } }, { writeConcern: { w: 1 } });
}
