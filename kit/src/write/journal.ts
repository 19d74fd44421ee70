import type { Connection, Model, mongo } from 'mongoose';
import { Aggregates } from './aggregates.ts';
import { CommitOrder } from './commit-order.ts';
import type { CrashPoint } from '../process/crash-point.ts';
import { randomText, type Random } from '../process/ids.ts';
import { DURABLE, WHILE_INDEXING, watchTerm } from '../process/mongo.ts';
import { numberFloor } from './restore.ts';
import { writeUncertain } from './uncertain.ts';
import type { Aggregate, RecordKind, Stored } from './record.ts';

/** Random bytes that name a process as the writer of its events. */
const WRITER_BYTES = 6;

/**
 * The durable write of one service: one conditional write of one document holds an aggregate's new state, its events and the caller's
 * retry key. Nothing is acknowledged that a crash could take back. See docs/architecture.md and tests/durability.
 */
export class Journal {
  readonly db: mongo.Db;
  readonly collections: mongo.Collection<Stored<Aggregate>>[] = [];
  readonly order: CommitOrder;
  /** Grows when another primary takes over. Call it before a read, and give the result to the barrier that confirms the read. */
  readonly term: () => number;
  /** Called at each named place, also by what follows a log for this service. */
  readonly crash: CrashPoint;
  readonly #prefixes = new Set<string>();
  readonly #random: Random;
  #wake: () => void = () => {};

  constructor(connection: Connection, { random, crash = () => {} }: { random: Random; crash?: CrashPoint }) {
    if (!connection.db) throw new Error('The connection is not open.');
    this.db = connection.db;
    this.term = watchTerm(connection.getClient());
    this.order = new CommitOrder(randomText(random, WRITER_BYTES));
    this.#random = random;
    this.crash = crash;
  }

  /** Calls `wake` after each write, so that the relay does not wait for its next round. */
  onWrite(wake: () => void): void {
    this.#wake = wake;
  }

  /**
   * Waits until everything that was read in `term` is on disk at a majority. Call it before acknowledging, publishing, trimming or
   * checkpointing on the strength of a read. Refuses WRITE_UNCERTAIN when another primary took over, which may lack what was read.
   */
  async barrier(term = this.term()): Promise<void> {
    await this.db
      .collection<{ _id: string; n: number }>('meta')
      .updateOne({ _id: 'barrier' }, { $inc: { n: 1 } }, { upsert: true, ...DURABLE });
    if (this.term() !== term) throw writeUncertain();
  }

  /**
   * Opens a kind of aggregate and makes its indexes. Its ids begin with `<prefix>_`, as those of no other kind of the service: the log
   * holds one event of each (id, version). A record that does not fit the model's schema or the prefix is a bug, and is not written.
   * `search` gives the words that a record is found by.
   */
  async aggregates<T extends Aggregate>(
    model: Model<T>,
    prefix: string,
    search?: RecordKind<T>['search'],
  ): Promise<Aggregates<T>> {
    if (!/^[a-z]+$/.test(prefix)) throw new Error(`A prefix is small letters: not "${prefix}".`);
    if (this.#prefixes.has(prefix)) throw new Error(`Another kind of record has the prefix ${prefix}.`);
    this.#prefixes.add(prefix);
    const collection = this.db.collection<Stored<T>>(model.collection.collectionName);
    const own = model.schema.indexes().map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription);
    const indexes: mongo.IndexDescription[] = [
      ...own,
      { key: { dirty: 1 }, partialFilterExpression: { dirty: true } },
      // By $gt: a query for one number does not use an index with $type, and would read the whole collection.
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
      crash: this.crash,
      random: this.#random,
      numberFloor: await numberFloor(this.db, collection.collectionName),
      search,
      wake: () => this.#wake(),
    });
  }
}
