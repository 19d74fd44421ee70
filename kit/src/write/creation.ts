import type { mongo } from 'mongoose';
import type { Stamp } from './commit-order.ts';
import { waitingEvents, type AnyDraft, type Decision } from './event.ts';
import { Refusal } from '../api/errors.ts';
import { OPERATION_MS_MAX, DURABLE, isDuplicateKey } from '../process/mongo.ts';
import { uncertain, writeUncertain } from './uncertain.ts';
import { keyReused, type RequestKey } from './request.ts';
import { OUTBOX_MAX, requireFit, withoutBookkeeping, type Aggregate, type RecordKind, type Stored } from './record.ts';

/** Records that one batch of creations holds at most. */
export const BATCH_MAX = 100;

const NUMBER_TRIES_MAX = 1_000;
/** Creations of one kind that wait for a number, in one process; more are refused at once. */
export const TURNS_WAITING_MAX = 200;
/** How long a creation waits for its turn, in milliseconds. */
const TURN_MS_MAX = 2_000;

/** The answer of a write. */
export interface Written<T> {
  /** The record as it is now. */
  record: T;
  /** The record's version after the write; of a replayed request, after the first one. */
  version: number;
  /** True when a request under the same retry key was carried out before. This one changed nothing. */
  replayed: boolean;
}

/** How a record is created. */
export interface CreateOptions {
  key?: RequestKey | null;
  /** True for a record that gets the next free number; a range for one that gets the next free number of the range. */
  numbered?: boolean | NumberRange;
}

/** Numbers above `from` and below `to`. */
export interface NumberRange {
  from: number;
  to: number;
}

const ALL_NUMBERS: NumberRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Creates the records of one kind: each in one insert that holds its state, its events and the caller's retry key. */
export class Creation<T extends Aggregate> {
  readonly #kind: RecordKind<T>;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turnsWaiting = 0;

  constructor(kind: RecordKind<T>) {
    this.#kind = kind;
  }

  /** Creates one record. See `Aggregates.create`. */
  async create(decision: Decision<T, AnyDraft>, { key = null, numbered = false }: CreateOptions): Promise<Written<T>> {
    const { order, wake } = this.#kind;
    const range = numbered === true ? ALL_NUMBERS : numbered || null;
    await requireFit(this.#kind, decision.record);
    try {
      const insert = () =>
        order.run((stamp) => {
          const stored = (number: number | null) => this.#stored(decision, { number, stamp, key });
          return range ? this.#insertNumbered(stored, range) : this.#insert(stored(null));
        });
      // It takes its place among the writes when its turn comes, so that while it waits the log goes on.
      const inserted = await (range ? this.#inTurn(insert) : insert());
      wake();
      return { record: withoutBookkeeping(inserted), version: inserted.version, replayed: false };
    } catch (error) {
      if (key && isDuplicateKey(error) && violates(error, '_id'))
        return {
          record: await this.#firstAnswer(decision.record._id, key),
          version: decision.events.length,
          replayed: true,
        };
      throw uncertain(error);
    }
  }

  /** Creates those of many records that are not there yet. See `Aggregates.createMany`. */
  async createMany(
    decisions: readonly Decision<T, AnyDraft>[],
    numbered: boolean,
  ): Promise<{ created: string[]; alreadyThere: string[] }> {
    if (decisions.length > BATCH_MAX) throw new RangeError(`A batch holds at most ${BATCH_MAX} records.`);
    if (decisions.some(({ events }) => events.length > OUTBOX_MAX))
      throw new RangeError(`An outbox holds at most ${OUTBOX_MAX} events.`);
    const insert = () => this.#insertMissing(decisions, numbered);
    try {
      const made = numbered ? await this.#inTurn(insert) : await insert();
      if (made.size) this.#kind.wake();
      const ids = (isNew: boolean) =>
        decisions.filter((each) => made.has(each) === isNew).map(({ record }) => record._id);
      return { created: ids(true), alreadyThere: ids(false) };
    } catch (error) {
      throw uncertain(error);
    }
  }

  /** A new record as it is stored. */
  #stored(
    { record, events }: Decision<T, AnyDraft>,
    { number, stamp, key }: { number: number | null; stamp: Stamp; key: RequestKey | null },
  ): Stored<T> {
    const { random, search } = this.#kind;
    return {
      ...record,
      number,
      version: events.length,
      dirty: true,
      outbox: waitingEvents(events, { version: 0, organizationId: record.organizationId }, { stamp, random }),
      creationKey: key,
      keys: [],
      basisVersion: events.length,
      leaseUntil: null,
      ...(search ? { search: search(record) } : {}),
    };
  }

  async #firstAnswer(id: string, key: RequestKey): Promise<T> {
    const { collection, term, barrier } = this.#kind;
    const readIn = term();
    const first = (await collection.findOne({ _id: id } as mongo.Filter<Stored<T>>)) as Stored<T> | null;
    // An older record has no such field: its derived id is the proof.
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
   * Inserts under the highest number of the range plus one, which the index keeps unique. Within a process one creation runs at a time; against other
   * processes it tries again.
   */
  async #insertNumbered(stored: (number: number) => Stored<T>, range: NumberRange): Promise<Stored<T>> {
    for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
      try {
        const number = (await this.#lastNumber(range)) + 1;
        if (number >= range.to) break;
        return await this.#insert(stored(number));
      } catch (error) {
        if (!isDuplicateKey(error) || !violates(error, 'number')) throw error;
      }
    }
    throw numberless();
  }

  /**
   * Inserts those of the batch whose ids do not exist, and returns them. A record that a unique index refuses either exists by now, or met
   * a number that another process took: the next look shows which.
   */
  async #insertMissing(
    decisions: readonly Decision<T, AnyDraft>[],
    numbered: boolean,
  ): Promise<Set<Decision<T, AnyDraft>>> {
    const made = new Set<Decision<T, AnyDraft>>();
    const checked = new Set<Decision<T, AnyDraft>>();
    let waiting = decisions;
    for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
      const known = await this.#known(waiting.map(({ record }) => record._id));
      waiting = waiting.filter(({ record }) => !known.has(record._id));
      if (!waiting.length) return made;
      for (const each of waiting) {
        if (!checked.has(each)) await requireFit(this.#kind, each.record);
        checked.add(each);
      }
      const last = numbered ? await this.#lastNumber(ALL_NUMBERS) : null;
      const batch = waiting;
      const refused = await this.#kind.order.run((stamp) =>
        this.#insertEach(
          batch.map((each, index) =>
            this.#stored(each, { number: last === null ? null : last + index + 1, stamp, key: null }),
          ),
        ),
      );
      waiting.forEach((each, index) => refused.has(index) || made.add(each));
      waiting = waiting.filter((_each, index) => refused.has(index));
      if (!waiting.length) return made;
    }
    throw numberless();
  }

  /** Those of the ids that exist, on disk. */
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

  /** Inserts each by itself, in one round trip. Returns the places of those that a unique index refused. */
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

  async #lastNumber({ from, to }: NumberRange): Promise<number> {
    const [last] = await this.#kind.collection
      .find({ number: { $gt: from, $lt: to } } as mongo.Filter<Stored<T>>, {
        projection: { number: 1 },
        sort: { number: -1 },
        limit: 1,
      })
      .toArray();
    const given = (last as { number: number } | undefined)?.number ?? from;
    const { numberFloor } = this.#kind;
    return numberFloor < to ? Math.max(given, numberFloor) : given;
  }

  /** Gives numbers to one creation at a time. Refuses BACKPRESSURE for one that would wait too long, before anything is sent. */
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
