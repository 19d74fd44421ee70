import type { Connection, Model, mongo } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import { randomBytes } from 'node:crypto';
import type { CrashPoint } from './crash-point.ts';
import { Refusal, notFound } from './errors.ts';
import { outboxEvent, type EventDraft, type OutboxEvent } from './event.ts';
import { contentHash } from './ids.ts';
import { DURABLE, OPERATION_MS_MAX, isConnectionFault, isDuplicateKey } from './mongo.ts';
import { findMisfit } from './schema-fit.ts';
import type { Reach } from './viewer.ts';

/** What every aggregate has. The version counts its changes, from 1. */
export interface Aggregate {
  _id: string;
  organizationId: string;
  version: number;
  /** People's number for it, unique in its collection; null where a kind of record has none. */
  number: number | null;
  /** When the record next acts by itself; null when it does not. */
  nextFireAt: Date | null;
}

/** A retry key: who asked what under which key, and a hash of what was asked. */
export interface RequestKey {
  key: string;
  hash: string;
}

/** The key of a caller's request; null when the caller gave none. */
export function requestKey(
  principal: string,
  operation: string,
  key: string | null | undefined,
  payload: unknown,
): RequestKey | null {
  return key ? { key: contentHash([principal, operation, key]), hash: contentHash(payload) } : null;
}

/** The events of one act, in order; at least one. */
export type Drafts = readonly [EventDraft, ...EventDraft[]];

/** What becomes of a record, and what is to be told of it. */
export interface Decision<T> {
  record: T;
  events: Drafts;
}

/** Whose records a write may touch. */
export interface WriteScope {
  organizations: Reach;
}

/** Everybody's: for the desk's own timers and background work. */
export const EVERYBODY: WriteScope = { organizations: 'ALL' };

/** An outbox holds no more than this; a fuller one refuses writes until the log has caught up. */
export const OUTBOX_MAX = 200;

const KEYS_MAX = 64;
const TRIES_MAX = 8;
const NUMBER_TRIES_MAX = 1_000;

/** What the journal keeps with a record. It never leaves this file, the log and the timers. */
export interface Bookkeeping {
  dirty: boolean;
  outbox: OutboxEvent[];
  keys: { key: string; hash: string; version: number }[];
  leaseUntil: Date | null;
}

export type Stored<T> = T & Bookkeeping;

/**
 * The durable write of one service: one aggregate, one document, one conditional write that holds the new state, its
 * event and the caller's retry key together. Nothing is acknowledged that a crash could take back.
 * The algorithm and its proof: docs/architecture.md, tests/durability.
 */
export class Journal {
  readonly db: mongo.Db;
  readonly collections: mongo.Collection<Stored<Aggregate>>[] = [];
  readonly #crash: CrashPoint;
  #wake: () => void = () => {};

  constructor(connection: Connection, crash: CrashPoint = () => {}) {
    if (!connection.db) throw new Error('The connection is not open.');
    this.db = connection.db;
    this.#crash = crash;
  }

  /** Calls `wake` after each write, so that the relay need not wait for its next round. */
  onWrite(wake: () => void): void {
    this.#wake = wake;
  }

  /**
   * Comes back when everything read before is on disk, by a majority. Called before anything is acknowledged, published,
   * trimmed or checkpointed on the strength of a read.
   */
  async barrier(): Promise<void> {
    await this.db
      .collection<{ _id: string; n: number }>('meta')
      .updateOne({ _id: 'barrier' }, { $inc: { n: 1 } }, { upsert: true, ...DURABLE });
  }

  /**
   * A kind of aggregate, whose events go through this journal. The model's schema is checked before each write: a record
   * that does not fit it is a bug, and is not written. Its indexes are made here.
   */
  async aggregates<T extends Aggregate>(model: Model<T>): Promise<Aggregates<T>> {
    const collection = this.db.collection<Stored<T>>(model.collection.collectionName);
    await model.createIndexes();
    await collection.createIndexes([
      { key: { dirty: 1 }, partialFilterExpression: { dirty: true } },
      // By $gt and not by $type, which a query for one number would not match: it would read the whole collection.
      { key: { number: 1 }, unique: true, partialFilterExpression: { number: { $gt: 0 } } },
      { key: { nextFireAt: 1 }, partialFilterExpression: { nextFireAt: { $type: 'date' } } },
    ]);
    this.collections.push(collection as unknown as mongo.Collection<Stored<Aggregate>>);
    return new Aggregates<T>(
      this,
      model,
      collection,
      (point) => this.#crash(point),
      () => this.#wake(),
    );
  }
}

/** One kind of aggregate: its creations and changes. Reads are the store's. */
export class Aggregates<T extends Aggregate> {
  readonly collection: mongo.Collection<Stored<T>>;
  readonly #journal: Journal;
  readonly #model: Model<T>;
  readonly #crash: CrashPoint;
  readonly #wake: () => void;
  #numbering: Promise<unknown> = Promise.resolve();

  constructor(
    journal: Journal,
    model: Model<T>,
    collection: mongo.Collection<Stored<T>>,
    crash: CrashPoint,
    wake: () => void,
  ) {
    this.#journal = journal;
    this.#model = model;
    this.collection = collection;
    this.#crash = crash;
    this.#wake = wake;
  }

  /**
   * Creates a record with its first event, or with several that were one act. With a retry key, `_id` must be derived from it: a repeated creation meets
   * the primary key and gets the record that the first one made. `numbered` gives the record the next free number.
   * Refuses IDEMPOTENCY_KEY_REUSED, WRITE_UNCERTAIN.
   */
  async create(record: T, drafts: Drafts, options: { key?: RequestKey | null; numbered?: boolean } = {}): Promise<T> {
    await this.#check(record);
    const stored = (number: number | null): Stored<T> => ({
      ...record,
      number,
      version: drafts.length,
      dirty: true,
      outbox: this.#outbox(drafts, 0, record.organizationId),
      keys: options.key ? [{ ...options.key, version: drafts.length }] : [],
      leaseUntil: null,
    });
    try {
      const inserted = options.numbered ? await this.#insertNumbered(stored) : await this.#insert(stored(null));
      this.#wake();
      return withoutBookkeeping(inserted);
    } catch (error) {
      if (options.key && isDuplicateKey(error) && violates(error, '_id'))
        return this.#firstAnswer(record._id, options.key);
      throw uncertain(error);
    }
  }

  /** True when there is a record of this id, anybody's. */
  async exists(id: string): Promise<boolean> {
    return (await this.collection.countDocuments({ _id: id } as mongo.Filter<Stored<T>>, { limit: 1 })) === 1;
  }

  /**
   * Changes a record: loads it within the scope, lets `decide` say what becomes of it, and writes state, events and retry
   * key in one conditional write. Each event raises the version by one. `decide` may run again when somebody else wrote first and no version was expected.
   * It returns null where nothing is to be done. Refuses NOT_FOUND, CONFLICT, IDEMPOTENCY_KEY_REUSED, BACKPRESSURE,
   * WRITE_UNCERTAIN, and whatever `decide` refuses.
   */
  async change(
    id: string,
    scope: WriteScope,
    request: { expectedVersion?: number | null; key?: RequestKey | null },
    decide: (record: T) => Decision<T> | null,
  ): Promise<T> {
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const current = await this.#load(id, scope);
        if (!current) throw notFound();
        if (await this.#answered(current, request.key)) return withoutBookkeeping(current);
        const expected = request.expectedVersion ?? null;
        if (expected !== null && current.version !== expected) throw conflict(current.version);
        if (current.outbox.length >= OUTBOX_MAX) throw backpressure();
        const decision = decide(withoutBookkeeping(current));
        if (!decision) {
          // "Nothing to do" answers for what was read, which may not be on disk yet.
          await this.#journal.barrier();
          return withoutBookkeeping(current);
        }
        const next = { ...decision.record, version: current.version + decision.events.length };
        if (await this.#write(current, next, decision.events, scope, request.key)) {
          this.#wake();
          return next;
        }
      }
    } catch (error) {
      throw uncertain(error);
    }
    throw new Refusal('BACKPRESSURE', 'Too many changes of this record at once. Try again shortly.');
  }

  async #write(
    current: Stored<T>,
    next: T,
    drafts: Drafts,
    scope: WriteScope,
    key?: RequestKey | null,
  ): Promise<boolean> {
    await this.#check(next);
    this.#crash('commit.beforeWrite');
    const { matchedCount } = await this.collection.updateOne(
      {
        _id: next._id,
        ...inScope(scope),
        version: current.version,
        ...(key ? { 'keys.key': { $ne: key.key } } : {}),
        [`outbox.${OUTBOX_MAX - 1}`]: { $exists: false },
      } as mongo.Filter<Stored<T>>,
      // Classic operators only: in a pipeline, a text that begins with $ would be read as the name of a field.
      {
        $set: { ...changedFields(current, next), dirty: true, version: next.version },
        $push: {
          outbox: { $each: this.#outbox(drafts, current.version, next.organizationId) },
          ...(key ? { keys: { $each: [{ ...key, version: next.version }], $slice: -KEYS_MAX } } : {}),
        },
      } as unknown as mongo.UpdateFilter<Stored<T>>,
      DURABLE,
    );
    this.#crash('commit.afterWrite');
    return matchedCount === 1;
  }

  /** Throws when the record does not fit the schema: a mistake of ours, which is not written. */
  async #check(record: T): Promise<void> {
    const misfit = findMisfit(record, await this.#model.validate(record));
    if (misfit !== null) throw new Error(`A record of ${this.#model.modelName} does not fit its schema at ${misfit}.`);
  }

  #outbox(drafts: Drafts, version: number, organizationId: string): OutboxEvent[] {
    return drafts.map((draft, index) => outboxEvent(draft, version + index + 1, organizationId, salt()));
  }

  async #load(id: string, scope: WriteScope): Promise<Stored<T> | null> {
    const filter = { _id: id, ...inScope(scope) } as mongo.Filter<Stored<T>>;
    return (await this.collection.findOne(filter, { maxTimeMS: OPERATION_MS_MAX })) as Stored<T> | null;
  }

  /** True when the key was used for the same request. What was read may not be on disk yet, so a barrier comes first. */
  async #answered(current: Stored<T>, key?: RequestKey | null): Promise<boolean> {
    const used = key && current.keys.find((entry) => entry.key === key.key);
    if (!used) return false;
    if (used.hash !== key.hash) throw keyReused();
    await this.#journal.barrier();
    return true;
  }

  async #firstAnswer(id: string, key: RequestKey): Promise<T> {
    const first = (await this.collection.findOne({ _id: id } as mongo.Filter<Stored<T>>)) as Stored<T> | null;
    // Only the first 64 changes push a creation's key out; the derived id itself is the proof after that.
    const used = first?.keys.find((entry) => entry.key === key.key);
    if (!first || (used && used.hash !== key.hash)) throw keyReused();
    await this.#journal.barrier();
    return withoutBookkeeping(first);
  }

  async #insert(stored: Stored<T>): Promise<Stored<T>> {
    this.#crash('create.beforeInsert');
    await this.collection.insertOne(stored as mongo.OptionalUnlessRequiredId<Stored<T>>, DURABLE);
    this.#crash('create.afterInsert');
    return stored;
  }

  /**
   * The insert is the allocation: the highest number plus one, made unique by the index. One at a time within a process;
   * against other processes by trying again.
   */
  #insertNumbered(stored: (number: number) => Stored<T>): Promise<Stored<T>> {
    const insert = async (): Promise<Stored<T>> => {
      for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
        const [last] = await this.collection
          .find({ number: { $gt: 0 } } as mongo.Filter<Stored<T>>, {
            projection: { number: 1 },
            sort: { number: -1 },
            limit: 1,
          })
          .toArray();
        try {
          return await this.#insert(stored(((last as { number: number } | undefined)?.number ?? 0) + 1));
        } catch (error) {
          if (!isDuplicateKey(error) || !violates(error, 'number')) throw error;
        }
      }
      throw new Refusal('BACKPRESSURE', 'No number could be given to the new record. Try again shortly.');
    };
    const turn = this.#numbering.then(insert, insert);
    this.#numbering = turn;
    return turn;
  }
}

/** Leaves the journal's own fields out of a read. */
export const RECORD_ONLY = { dirty: 0, outbox: 0, keys: 0, leaseUntil: 0 } as const;

/** The record alone. */
export function withoutBookkeeping<T extends Aggregate>(stored: Stored<T>): T {
  const { dirty: _dirty, outbox: _outbox, keys: _keys, leaseUntil: _lease, ...record } = stored;
  return record as unknown as T;
}

/** The part of a filter that keeps a query within the organizations of a scope. */
export function inScope(scope: WriteScope): { organizationId?: { $in: string[] } } {
  return scope.organizations === 'ALL' ? {} : { organizationId: { $in: [...scope.organizations] } };
}

function violates(error: mongo.MongoServerError, field: string): boolean {
  return Object.hasOwn((error['keyPattern'] ?? {}) as object, field);
}

function changedFields<T extends Aggregate>(current: Stored<T>, next: T): Partial<T> {
  const before = current as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(next).filter(([field, value]) => field !== '_id' && !isDeepStrictEqual(before[field], value)),
  ) as Partial<T>;
}

function salt(): string {
  return randomBytes(16).toString('base64url');
}

function conflict(currentVersion: number): Refusal {
  return new Refusal(
    'CONFLICT',
    `Somebody changed this record first: its version is now ${currentVersion}. Read it again and decide anew.`,
    { currentVersion },
  );
}

function backpressure(): Refusal {
  return new Refusal(
    'BACKPRESSURE',
    'This record has too many changes that are not in the log yet. Try again shortly.',
  );
}

function keyReused(): Refusal {
  return new Refusal(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotency key was used for another request. Use a new key for a new request.',
  );
}

function uncertain(error: unknown): unknown {
  return isConnectionFault(error)
    ? new Refusal(
        'WRITE_UNCERTAIN',
        'The store did not answer in time. Repeat the request with the same idempotency key.',
      )
    : error;
}
