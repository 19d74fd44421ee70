import type { mongo } from 'mongoose';
import type { TimeSource } from '../time/time-source.ts';
import type { CrashPoint } from '../process/crash-point.ts';
import {
  START,
  chainEntries,
  entryHolds,
  streamEvent,
  type LogEntry,
  type Position,
  type StreamEvent,
} from './entry.ts';
import type { OutboxEvent } from '../write/event.ts';
import type { Journal } from '../write/journal.ts';
import type { Aggregate, Stored } from '../write/record.ts';
import { DURABLE, OPERATION_MS_MAX, WHILE_INDEXING, isDuplicateKey } from '../process/mongo.ts';

/** Aggregates whose outboxes are copied in one round. */
const DRAIN_AGGREGATES_MAX = 50;
/** Entries that one read of the log answers at most. */
export const READ_MAX = 200;
/** Entries that one check of the chain reads at once, and in how many reads: hashing them all takes about half a second. */
const VERIFY_BATCH = 250;
const VERIFY_BATCHES_MAX = 40;
export const VERIFY_MAX = VERIFY_BATCH * VERIFY_BATCHES_MAX;
/** A try fails when another drainer appended first. So many failures in a row have another cause. */
const APPEND_TRIES_MAX = 100;

/** The answer to a pull. */
export interface Pulled {
  /** Oldest first; null when the position does not belong to the log as it is now. */
  events: StreamEvent[] | null;
  /** The log's last position. */
  head: Position;
}

/** The result of a check of the chain. */
export interface ChainCheck {
  /** True when every entry up to `entries` is present, in order and unchanged. */
  verified: boolean;
  /** The position up to which the chain was checked, from the first entry on. */
  entries: number;
  /** True when that is the whole log. */
  complete: boolean;
  firstBadPosition: number | null;
}

/** A place in the chain: the entry at a position has this hash. */
interface Link {
  pos: number;
  hash: string;
}

const FIRST_LINK: Link = { pos: 0, hash: '' };

interface Meta extends Partial<Link> {
  _id: string;
  epoch?: number;
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
  /** The check of the chain that runs now. */
  #check: Promise<ChainCheck> | null = null;

  private constructor(journal: Journal, epoch: number, crash: CrashPoint) {
    this.#journal = journal;
    this.#crash = crash;
    this.epoch = epoch;
    this.entries = journal.db.collection<LogEntry>('log');
  }

  /** Opens a service's log and makes its indexes. A new one gets an epoch that no earlier one had, in any database. */
  static async open(
    journal: Journal,
    { time, crash = () => {} }: { time: TimeSource; crash?: CrashPoint },
  ): Promise<Log> {
    const meta = journal.db.collection<Meta>('meta');
    const epoch = Math.floor(time.now().getTime() / 1_000);
    await meta.updateOne({ _id: 'log' }, { $setOnInsert: { epoch } }, { upsert: true, ...DURABLE });
    const log = new Log(journal, (await meta.findOne({ _id: 'log' }))?.epoch ?? epoch, crash);
    await log.entries.createIndexes(
      [
        { key: { aggregate: 1, seq: 1 }, unique: true },
        { key: { 'data.subject.id': 1, _id: 1 } },
        // Events from before there were subjects name their record here.
        { key: { 'data.recordId': 1, _id: 1 } },
      ],
      WHILE_INDEXING,
    );
    return log;
  }

  /** Copies waiting events from the outboxes into the log, in order. Returns how many it copied. */
  async drain(): Promise<number> {
    const { collections, order } = this.#journal;
    const term = this.#journal.term();
    // Read first: the reads below see every write that is settled now.
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
   * Entries behind a position, as other processes receive them, oldest first, at most READ_MAX, and the log's last position, all of it
   * on disk. START is before the first entry. A position of another epoch, or beyond the head, gives null: start anew.
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

  /**
   * Checks VERIFY_MAX entries of the chain. A check goes on where the last one ended; after a complete check, or a fault, it begins anew.
   * A complete check also proves that the log reaches as far as it was published. Callers during a check share its answer.
   */
  verify(): Promise<ChainCheck> {
    return (this.#check ??= this.#verify().finally(() => (this.#check = null)));
  }

  async #verify(): Promise<ChainCheck> {
    const meta = this.#journal.db.collection<Meta>('meta');
    const published = (await meta.findOne({ _id: 'published' }))?.pos ?? 0;
    const { link, end } = await this.#follow(await this.#verifiedBefore());
    // A chain cannot show that its end was cut off; the position that was published can.
    const holds = end !== 'BROKEN' && (end === 'MORE' || link.pos >= published);
    const reached = holds && end === 'MORE' ? link : FIRST_LINK;
    await meta.updateOne({ _id: 'verified' }, { $set: { ...reached } }, { upsert: true, writeConcern: { w: 1 } });
    return {
      verified: holds,
      entries: link.pos,
      complete: end === 'HEAD',
      firstBadPosition: holds ? null : link.pos + 1,
    };
  }

  /** Where the last check ended, if the entry there is still the one that it saw. */
  async #verifiedBefore(): Promise<Link> {
    const { pos = 0, hash = '' } = (await this.#journal.db.collection<Meta>('meta').findOne({ _id: 'verified' })) ?? {};
    const entry = pos > 0 ? await this.entries.findOne({ _id: pos }, { projection: { hash: 1 } }) : null;
    return entry?.hash === hash ? { pos, hash } : FIRST_LINK;
  }

  /** Follows the chain from a link on: to a fault, to its end, or as far as one check goes. */
  async #follow(from: Link): Promise<{ link: Link; end: 'BROKEN' | 'HEAD' | 'MORE' }> {
    let link = from;
    for (let batches = 0; batches < VERIFY_BATCHES_MAX; batches++) {
      const entries = await this.entries
        .find({ _id: { $gt: link.pos } }, { sort: { _id: 1 }, limit: VERIFY_BATCH, maxTimeMS: OPERATION_MS_MAX })
        .toArray();
      for (const entry of entries) {
        if (!entryHolds(entry, link)) return { link, end: 'BROKEN' };
        link = { pos: entry._id, hash: entry.hash };
      }
      if (entries.length < VERIFY_BATCH) return { link, end: 'HEAD' };
    }
    return { link, end: 'MORE' };
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
        // Either another drainer took the position, or the log holds some of the events already.
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

  async #tail(): Promise<Link> {
    const last = await this.entries.findOne({}, { sort: { _id: -1 }, projection: { hash: 1 } });
    return { pos: last?._id ?? 0, hash: last?.hash ?? '' };
  }
}

async function unmark(collection: mongo.Collection<Stored<Aggregate>>, ids: readonly string[]): Promise<void> {
  if (!ids.length) return;
  const empty = { _id: { $in: [...ids] }, 'outbox.0': { $exists: false } };
  await collection.updateMany(empty, { $set: { dirty: false } }, { writeConcern: { w: 1 } });
}
