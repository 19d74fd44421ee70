import type { mongo } from 'mongoose';
import type { Stamp } from './commit-order.ts';
import type { Decision, Drafts } from './decision.ts';
import { Refusal } from './errors.ts';
import { OPERATION_MS_MAX, DURABLE, isDuplicateKey, uncertain, writeUncertain } from './mongo.ts';
import { requireFit, waitingEvents, type RecordKind } from './record-kind.ts';
import { keyReused, type RequestKey } from './request-key.ts';
import { OUTBOX_MAX, withoutBookkeeping, type Aggregate, type Stored } from './stored-record.ts';

/** Records that one batch of creations holds at most. */
export const BATCH_MAX = 100;

const NUMBER_TRIES_MAX = 1_000;
/** Creations of one kind that wait to be numbered, in one process; more are refused at once. */
export const TURNS_WAITING_MAX = 200;
/** How long one waits for its turn, in milliseconds. */
const TURN_MS_MAX = 2_000;

/** How records of one kind come to be: each in one insert that holds its state, its events and the caller's retry key. */
export class Creation<T extends Aggregate> {
  readonly #kind: RecordKind<T>;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turnsWaiting = 0;

  constructor(kind: RecordKind<T>) {
    this.#kind = kind;
  }

  /**
   * Creates a record with its first event, or with several that were one act. With a retry key, `_id` must be derived from it: a repeated creation meets
   * the primary key and gets the record that the first one made. `numbered` gives the record the next free number.
   * Refuses IDEMPOTENCY_KEY_REUSED, BACKPRESSURE, WRITE_UNCERTAIN.
   */
  async create(record: T, drafts: Drafts, options: { key?: RequestKey | null; numbered?: boolean } = {}): Promise<T> {
    const { order, wake } = this.#kind;
    await requireFit(this.#kind, record);
    try {
      const insert = () =>
        order.run((stamp) => {
          const stored = (number: number | null) =>
            this.#stored({ record, events: drafts }, number, stamp, options.key);
          return options.numbered ? this.#insertNumbered(stored) : this.#insert(stored(null));
        });
      // It takes its place among the writes when its turn comes: while it waits, it holds back no other from the log.
      const inserted = await (options.numbered ? this.#inTurn(insert) : insert());
      wake();
      return withoutBookkeeping(inserted);
    } catch (error) {
      if (options.key && isDuplicateKey(error) && violates(error, '_id'))
        return this.#firstAnswer(record._id, options.key);
      throw uncertain(error);
    }
  }

  /**
   * Creates records whose ids follow from what they were made of, as those of an import: each whole, with its events, or not
   * at all where there is a record of its id already. At most BATCH_MAX; `numbered` gives the new ones numbers in
   * their order. The batch is no unit: after a fault some may be there, and the same batch again makes the rest. What it
   * says is on disk. Refuses BACKPRESSURE, WRITE_UNCERTAIN.
   */
  async createMany(
    decisions: readonly Decision<T>[],
    options: { numbered?: boolean } = {},
  ): Promise<{ created: string[]; alreadyThere: string[] }> {
    if (decisions.length > BATCH_MAX) throw new RangeError(`A batch holds at most ${BATCH_MAX} records.`);
    if (decisions.some(({ events }) => events.length > OUTBOX_MAX))
      throw new RangeError(`An outbox holds at most ${OUTBOX_MAX} events.`);
    const insert = () => this.#insertMissing(decisions, options.numbered ?? false);
    try {
      const made = options.numbered ? await this.#inTurn(insert) : await insert();
      if (made.size) this.#kind.wake();
      const ids = (isNew: boolean) =>
        decisions.filter((each) => made.has(each) === isNew).map(({ record }) => record._id);
      return { created: ids(true), alreadyThere: ids(false) };
    } catch (error) {
      throw uncertain(error);
    }
  }

  /** A new record as it is stored. */
  #stored({ record, events }: Decision<T>, number: number | null, stamp: Stamp, key?: RequestKey | null): Stored<T> {
    const { random } = this.#kind;
    return {
      ...record,
      number,
      version: events.length,
      dirty: true,
      outbox: waitingEvents(events, { version: 0, organizationId: record.organizationId }, { stamp, random }),
      creationKey: key ?? null,
      keys: [],
      basisVersion: events.length,
      leaseUntil: null,
    };
  }

  async #firstAnswer(id: string, key: RequestKey): Promise<T> {
    const { collection, term, barrier } = this.#kind;
    const readIn = term();
    const first = (await collection.findOne({ _id: id } as mongo.Filter<Stored<T>>)) as Stored<T> | null;
    // A record from before this field was kept has none: its derived id is the proof.
    const made = first && (first.creationKey === undefined ? key : first.creationKey);
    if (!first || made?.key !== key.key || made.hash !== key.hash) throw keyReused();
    await barrier(readIn);
    return withoutBookkeeping(first);
  }

  async #insert(stored: Stored<T>): Promise<Stored<T>> {
    const { collection, crash } = this.#kind;
    crash('create.beforeInsert');
    await collection.insertOne(stored as mongo.OptionalUnlessRequiredId<Stored<T>>, DURABLE);
    crash('create.afterInsert');
    return stored;
  }

  /**
   * The insert is the allocation: the highest number plus one, made unique by the index. One at a time within a process;
   * against other processes by trying again.
   */
  async #insertNumbered(stored: (number: number) => Stored<T>): Promise<Stored<T>> {
    for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
      try {
        return await this.#insert(stored((await this.#lastNumber()) + 1));
      } catch (error) {
        if (!isDuplicateKey(error) || !violates(error, 'number')) throw error;
      }
    }
    throw numberless();
  }

  /**
   * Inserts those of the batch whose ids are not there, and says which it inserted. What a unique index refuses is either
   * there by now, or met a number that another process took: the next look tells them apart.
   */
  async #insertMissing(decisions: readonly Decision<T>[], numbered: boolean): Promise<Set<Decision<T>>> {
    const made = new Set<Decision<T>>();
    const checked = new Set<Decision<T>>();
    let waiting = decisions;
    for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
      const known = await this.#known(waiting.map(({ record }) => record._id));
      waiting = waiting.filter(({ record }) => !known.has(record._id));
      if (!waiting.length) return made;
      for (const each of waiting) {
        if (!checked.has(each)) await requireFit(this.#kind, each.record);
        checked.add(each);
      }
      const last = numbered ? await this.#lastNumber() : null;
      const batch = waiting;
      const refused = await this.#kind.order.run((stamp) =>
        this.#insertEach(
          batch.map((each, index) => this.#stored(each, last === null ? null : last + index + 1, stamp)),
        ),
      );
      waiting.forEach((each, index) => refused.has(index) || made.add(each));
      waiting = waiting.filter((_each, index) => refused.has(index));
      if (!waiting.length) return made;
    }
    throw numberless();
  }

  /** Those of the ids that are there, on disk. */
  async #known(ids: string[]): Promise<Set<string>> {
    const { collection, term, barrier } = this.#kind;
    const readIn = term();
    const found = await collection
      .find({ _id: { $in: ids } } as unknown as mongo.Filter<Stored<T>>, {
        projection: { _id: 1 },
        maxTimeMS: OPERATION_MS_MAX,
      })
      .toArray();
    if (found.length) await barrier(readIn);
    return new Set(found.map(({ _id }) => String(_id)));
  }

  /** Inserts each by itself, in one round trip. Returns the indexes of those that a unique index refused. */
  async #insertEach(stored: Stored<T>[]): Promise<Set<number>> {
    const { collection, crash } = this.#kind;
    crash('create.beforeInsert');
    try {
      await collection.insertMany(stored as mongo.OptionalUnlessRequiredId<Stored<T>>[], {
        ordered: false,
        ...DURABLE,
      });
      return new Set();
    } catch (error) {
      const { writeErrors, result } = error as Partial<mongo.MongoBulkWriteError>;
      const refusals = [writeErrors ?? []].flat();
      if (result?.getWriteConcernError()) throw writeUncertain();
      if (!isDuplicateKey(error) || refusals.some(({ code }) => code !== error.code)) throw error;
      return new Set(refusals.map(({ index }) => index));
    } finally {
      crash('create.afterInsert');
    }
  }

  async #lastNumber(): Promise<number> {
    const [last] = await this.#kind.collection
      .find({ number: { $gt: 0 } } as mongo.Filter<Stored<T>>, {
        projection: { number: 1 },
        sort: { number: -1 },
        limit: 1,
      })
      .toArray();
    return (last as { number: number } | undefined)?.number ?? 0;
  }

  /** Numbers are given by one creation at a time. Who would wait too long is refused before anything is sent: BACKPRESSURE. */
  #inTurn<R>(create: () => Promise<R>): Promise<R> {
    if (this.#turnsWaiting >= TURNS_WAITING_MAX) return Promise.reject(numberless());
    const deadline = performance.now() + TURN_MS_MAX;
    this.#turnsWaiting++;
    const turn = this.#lastTurn.then(() => {
      this.#turnsWaiting--;
      if (performance.now() > deadline) throw numberless();
      return create();
    });
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

function violates(error: mongo.MongoServerError, field: string): boolean {
  return Object.hasOwn((error['keyPattern'] ?? {}) as object, field);
}

function numberless(): Refusal {
  return new Refusal('BACKPRESSURE', 'No number could be given to the new record. Try again shortly.');
}
