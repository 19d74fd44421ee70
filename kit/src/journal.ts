import type { Connection, Model, mongo } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import { randomBytes } from 'node:crypto';
import { CommitOrder, type Stamp } from './commit-order.ts';
import type { CrashPoint } from './crash-point.ts';
import { Refusal, notFound } from './errors.ts';
import { outboxEvent, type EventDraft, type WaitingEvent } from './event.ts';
import { contentHash } from './ids.ts';
import { DURABLE, OPERATION_MS_MAX, isConnectionFault, isDuplicateKey, watchTerm } from './mongo.ts';
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

/** Records that one batch of creations holds at most. */
export const BATCH_MAX = 100;

const KEYS_MAX = 64;
const TRIES_MAX = 8;
const NUMBER_TRIES_MAX = 1_000;

/** What the journal keeps with a record. It never leaves this file, the log and the timers. */
export interface Bookkeeping {
  dirty: boolean;
  outbox: WaitingEvent[];
  keys: { key: string; hash: string; version: number }[];
  /** The version after the last change that people decide on; what came since was the desk's own telling. */
  basisVersion: number;
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
  readonly order = new CommitOrder(randomBytes(6).toString('base64url'));
  /** Grows when another primary takes over. Asked before a read, and given to the barrier that confirms the read. */
  readonly term: () => number;
  readonly #crash: CrashPoint;
  #wake: () => void = () => {};

  constructor(connection: Connection, crash: CrashPoint = () => {}) {
    if (!connection.db) throw new Error('The connection is not open.');
    this.db = connection.db;
    this.term = watchTerm(connection.getClient());
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
    try {
      const inserted = await this.#journal.order.run((stamp) => {
        const stored = (number: number | null) => this.#created({ record, events: drafts }, number, stamp, options.key);
        return options.numbered ? this.#insertNumbered(stored) : this.#insert(stored(null));
      });
      this.#wake();
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
      const created = options.numbered ? await this.#inTurn(insert) : await insert();
      if (created.size) this.#wake();
      const ids = (made: boolean) =>
        decisions.filter((each) => created.has(each) === made).map(({ record }) => record._id);
      return { created: ids(true), alreadyThere: ids(false) };
    } catch (error) {
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
        const term = this.#journal.term();
        const current = await this.#load(id, scope);
        if (!current) throw notFound();
        if (await this.#answered(current, term, request.key)) return withoutBookkeeping(current);
        const expected = request.expectedVersion ?? null;
        if (expected !== null && !isCurrent(expected, current)) throw conflict(current.version);
        if (current.outbox.length >= OUTBOX_MAX) throw backpressure();
        const decision = decide(withoutBookkeeping(current));
        if (!decision) {
          // "Nothing to do" answers for what was read, which may not be on disk yet.
          await this.#journal.barrier(term);
          return withoutBookkeeping(current);
        }
        const next = { ...decision.record, version: current.version + decision.events.length };
        const { order } = this.#journal;
        if (await order.run((stamp) => this.#write(current, next, decision.events, stamp, scope, request.key))) {
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
    stamp: Stamp,
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
        $set: {
          ...changedFields(current, next),
          dirty: true,
          version: next.version,
          basisVersion: basisAfter(current, drafts),
        },
        $push: {
          outbox: { $each: this.#outbox(drafts, current.version, next.organizationId, stamp) },
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

  /** A new record as it is stored. */
  #created({ record, events }: Decision<T>, number: number | null, stamp: Stamp, key?: RequestKey | null): Stored<T> {
    return {
      ...record,
      number,
      version: events.length,
      dirty: true,
      outbox: this.#outbox(events, 0, record.organizationId, stamp),
      keys: key ? [{ ...key, version: events.length }] : [],
      basisVersion: events.length,
      leaseUntil: null,
    };
  }

  #outbox(drafts: Drafts, version: number, organizationId: string, stamp: Stamp): WaitingEvent[] {
    return drafts.map((draft, index) => ({
      ...outboxEvent(draft, version + index + 1, organizationId, salt()),
      ...stamp,
    }));
  }

  async #load(id: string, scope: WriteScope): Promise<Stored<T> | null> {
    const filter = { _id: id, ...inScope(scope) } as mongo.Filter<Stored<T>>;
    return (await this.collection.findOne(filter, { maxTimeMS: OPERATION_MS_MAX })) as Stored<T> | null;
  }

  /** True when the key was used for the same request. What was read may not be on disk yet, so a barrier comes first. */
  async #answered(current: Stored<T>, term: number, key?: RequestKey | null): Promise<boolean> {
    const used = key && current.keys.find((entry) => entry.key === key.key);
    if (!used) return false;
    if (used.hash !== key.hash) throw keyReused();
    await this.#journal.barrier(term);
    return true;
  }

  async #firstAnswer(id: string, key: RequestKey): Promise<T> {
    const term = this.#journal.term();
    const first = (await this.collection.findOne({ _id: id } as mongo.Filter<Stored<T>>)) as Stored<T> | null;
    // Only the first 64 changes push a creation's key out; the derived id itself is the proof after that.
    const used = first?.keys.find((entry) => entry.key === key.key);
    if (!first || (used && used.hash !== key.hash)) throw keyReused();
    await this.#journal.barrier(term);
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
    return this.#inTurn(async () => {
      for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
        try {
          return await this.#insert(stored((await this.#lastNumber()) + 1));
        } catch (error) {
          if (!isDuplicateKey(error) || !violates(error, 'number')) throw error;
        }
      }
      throw numberless();
    });
  }

  /**
   * Inserts those of the batch whose ids are not there, and says which it inserted. What a unique index refuses is either
   * there by now, or met a number that another process took: the next look tells them apart.
   */
  async #insertMissing(decisions: readonly Decision<T>[], numbered: boolean): Promise<Set<Decision<T>>> {
    const created = new Set<Decision<T>>();
    const checked = new Set<Decision<T>>();
    let waiting = decisions;
    for (let tries = 0; tries < NUMBER_TRIES_MAX; tries++) {
      const known = await this.#known(waiting.map(({ record }) => record._id));
      waiting = waiting.filter(({ record }) => !known.has(record._id));
      if (!waiting.length) return created;
      for (const each of waiting) {
        if (!checked.has(each)) await this.#check(each.record);
        checked.add(each);
      }
      const last = numbered ? await this.#lastNumber() : null;
      const batch = waiting;
      const refused = await this.#journal.order.run((stamp) =>
        this.#insertEach(
          batch.map((each, index) => this.#created(each, last === null ? null : last + index + 1, stamp)),
        ),
      );
      waiting.forEach((each, index) => refused.has(index) || created.add(each));
      waiting = waiting.filter((_each, index) => refused.has(index));
      if (!waiting.length) return created;
    }
    throw numberless();
  }

  /** Those of the ids that are there, on disk. */
  async #known(ids: string[]): Promise<Set<string>> {
    const term = this.#journal.term();
    const found = await this.collection
      .find({ _id: { $in: ids } } as unknown as mongo.Filter<Stored<T>>, {
        projection: { _id: 1 },
        maxTimeMS: OPERATION_MS_MAX,
      })
      .toArray();
    if (found.length) await this.#journal.barrier(term);
    return new Set(found.map(({ _id }) => String(_id)));
  }

  /** Inserts each by itself, in one round trip. Returns the indexes of those that a unique index refused. */
  async #insertEach(stored: Stored<T>[]): Promise<Set<number>> {
    this.#crash('create.beforeInsert');
    try {
      await this.collection.insertMany(stored as mongo.OptionalUnlessRequiredId<Stored<T>>[], {
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
      this.#crash('create.afterInsert');
    }
  }

  async #lastNumber(): Promise<number> {
    const [last] = await this.collection
      .find({ number: { $gt: 0 } } as mongo.Filter<Stored<T>>, {
        projection: { number: 1 },
        sort: { number: -1 },
        limit: 1,
      })
      .toArray();
    return (last as { number: number } | undefined)?.number ?? 0;
  }

  /** Numbers are given by one creation at a time. */
  #inTurn<R>(create: () => Promise<R>): Promise<R> {
    const turn = this.#numbering.then(create, create);
    this.#numbering = turn;
    return turn;
  }
}

/** Leaves the journal's own fields out of a read. */
export const RECORD_ONLY = { dirty: 0, outbox: 0, keys: 0, basisVersion: 0, leaseUntil: 0 } as const;

/** The record alone. */
export function withoutBookkeeping<T extends Aggregate>(stored: Stored<T>): T {
  const { dirty: _dirty, outbox: _outbox, keys: _keys, basisVersion: _basis, leaseUntil: _lease, ...record } = stored;
  return record as unknown as T;
}

/** The part of a filter that keeps a query within the organizations of a scope. */
export function inScope(scope: WriteScope): { organizationId?: { $in: string[] } } {
  return scope.organizations === 'ALL' ? {} : { organizationId: { $in: [...scope.organizations] } };
}

function violates(error: mongo.MongoServerError, field: string): boolean {
  return Object.hasOwn((error['keyPattern'] ?? {}) as object, field);
}

/** True when nothing that people decide on has changed since they saw a version. */
function isCurrent(expected: number, { version, basisVersion }: Stored<Aggregate>): boolean {
  return expected >= basisVersion && expected <= version;
}

function basisAfter({ version, basisVersion }: Stored<Aggregate>, drafts: Drafts): number {
  const last = drafts.findLastIndex((draft) => !draft.background);
  return last === -1 ? basisVersion : version + last + 1;
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

function numberless(): Refusal {
  return new Refusal('BACKPRESSURE', 'No number could be given to the new record. Try again shortly.');
}

function uncertain(error: unknown): unknown {
  return isConnectionFault(error) ? writeUncertain() : error;
}

function writeUncertain(): Refusal {
  return new Refusal(
    'WRITE_UNCERTAIN',
    'The store did not answer in time. Repeat the request with the same idempotency key.',
  );
}
