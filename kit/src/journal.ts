import type { Connection, Model, mongo } from 'mongoose';
import { Aggregates } from './aggregates.ts';
import { CommitOrder } from './commit-order.ts';
import type { CrashPoint } from './crash-point.ts';
import { randomText, type Random } from './ids.ts';
import { DURABLE, WHILE_INDEXING, watchTerm, writeUncertain } from './mongo.ts';
import type { Aggregate, Stored } from './stored-record.ts';

/** Random bytes that tell a process's writes from those of all others. */
const WRITER_BYTES = 6;

/**
 * The durable write of one service: one aggregate, one document, one conditional write that holds the new state, its
 * event and the caller's retry key together. Nothing is acknowledged that a crash could take back.
 * The algorithm and its proof: docs/architecture.md, tests/durability.
 */
export class Journal {
  readonly db: mongo.Db;
  readonly collections: mongo.Collection<Stored<Aggregate>>[] = [];
  readonly order: CommitOrder;
  /** Grows when another primary takes over. Asked before a read, and given to the barrier that confirms the read. */
  readonly term: () => number;
  readonly #prefixes = new Set<string>();
  readonly #random: Random;
  readonly #crash: CrashPoint;
  #wake: () => void = () => {};

  constructor(connection: Connection, { random, crash = () => {} }: { random: Random; crash?: CrashPoint }) {
    if (!connection.db) throw new Error('The connection is not open.');
    this.db = connection.db;
    this.term = watchTerm(connection.getClient());
    this.order = new CommitOrder(randomText(random, WRITER_BYTES));
    this.#random = random;
    this.#crash = crash;
  }

  /** Calls `wake` after each write, so that the relay need not wait for its next round. */
  onWrite(wake: () => void): void {
    this.#wake = wake;
  }

  /**
   * Comes back when everything read since `term` was asked is on disk, by a majority. Called before anything is acknowledged,
   * published, trimmed or checkpointed on the strength of a read. Refuses WRITE_UNCERTAIN when another primary took over
   * meanwhile: it may not have what was read, so begin with the read again.
   */
  async barrier(term = this.term()): Promise<void> {
    await this.db
      .collection<{ _id: string; n: number }>('meta')
      .updateOne({ _id: 'barrier' }, { $inc: { n: 1 } }, { upsert: true, ...DURABLE });
    if (this.term() !== term) throw writeUncertain();
  }

  /**
   * A kind of aggregate, whose events go through this journal. Its ids begin with `<prefix>_`, which no other kind of the service
   * shares: the log holds one event of each (id, version). The model's schema is checked before each write: a record that
   * does not fit it, or whose id has another prefix, is a bug, and is not written. Its indexes are made here.
   */
  async aggregates<T extends Aggregate>(model: Model<T>, prefix: string): Promise<Aggregates<T>> {
    if (!/^[a-z]+$/.test(prefix)) throw new Error(`A prefix is small letters: not "${prefix}".`);
    if (this.#prefixes.has(prefix)) throw new Error(`Another kind of record has the prefix ${prefix}.`);
    this.#prefixes.add(prefix);
    const collection = this.db.collection<Stored<T>>(model.collection.collectionName);
    const own = model.schema.indexes().map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription);
    const indexes: mongo.IndexDescription[] = [
      ...own,
      { key: { dirty: 1 }, partialFilterExpression: { dirty: true } },
      // By $gt and not by $type, which a query for one number would not match: it would read the whole collection.
      { key: { number: 1 }, unique: true, partialFilterExpression: { number: { $gt: 0 } } },
      { key: { nextFireAt: 1 }, partialFilterExpression: { nextFireAt: { $type: 'date' } } },
    ];
    await collection.createIndexes(indexes, WHILE_INDEXING);
    this.collections.push(collection as unknown as mongo.Collection<Stored<Aggregate>>);
    return new Aggregates<T>({
      model,
      prefix,
      collection,
      order: this.order,
      term: this.term,
      barrier: (term) => this.barrier(term),
      crash: this.#crash,
      random: this.#random,
      wake: () => this.#wake(),
    });
  }
}
