import type { mongo } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import type { Stamp } from './commit-order.ts';
import { Creation } from './creation.ts';
import type { Decision, Drafts } from './decision.ts';
import { Refusal, notFound } from './errors.ts';
import { DURABLE, OPERATION_MS_MAX, uncertain } from './mongo.ts';
import { requireFit, waitingEvents, type RecordKind } from './record-kind.ts';
import { keyReused, type RequestKey } from './request-key.ts';
import { KEYS_MAX, OUTBOX_MAX, withoutBookkeeping, type Aggregate, type Stored } from './stored-record.ts';
import { inScope, type WriteScope } from './write-scope.ts';

const TRIES_MAX = 8;

/** One kind of aggregate: its creations and changes. Reads are the store's. */
export class Aggregates<T extends Aggregate> extends Creation<T> {
  readonly collection: mongo.Collection<Stored<T>>;
  readonly #kind: RecordKind<T>;

  constructor(kind: RecordKind<T>) {
    super(kind);
    this.#kind = kind;
    this.collection = kind.collection;
  }

  /** True when there is a record of this id, anybody's. */
  async exists(id: string): Promise<boolean> {
    return (await this.collection.countDocuments({ _id: id } as mongo.Filter<Stored<T>>, { limit: 1 })) === 1;
  }

  /**
   * Changes a record: loads it within the scope, lets `decide` say what becomes of it, and writes state, events and retry
   * key in one conditional write. Each event raises the version by one. `decide` may run again when somebody else wrote first and no version was expected.
   * It returns null where nothing is to be done, which answers repetitions too. Refuses NOT_FOUND, CONFLICT, IDEMPOTENCY_KEY_REUSED, BACKPRESSURE,
   * WRITE_UNCERTAIN, and whatever `decide` refuses.
   */
  async change(
    id: string,
    scope: WriteScope,
    request: { expectedVersion?: number | null; key?: RequestKey | null },
    decide: (record: T) => Decision<T> | null,
  ): Promise<T> {
    const { order, term, barrier, wake } = this.#kind;
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const readIn = term();
        const current = await this.#load(id, scope);
        if (!current) throw notFound();
        if (await this.#answered(current, readIn, request.key)) return withoutBookkeeping(current);
        const expected = request.expectedVersion ?? null;
        if (expected !== null && !isCurrent(expected, current)) throw conflict(current.version);
        if (current.outbox.length >= OUTBOX_MAX) throw backpressure();
        const decision = decide(withoutBookkeeping(current));
        if (!decision) {
          // "Nothing to do" answers for what was read: for good where there is a key, and on disk where there is none.
          if (request.key && !(await this.#keep(current, scope, request.key))) continue;
          if (!request.key) await barrier(readIn);
          return withoutBookkeeping(current);
        }
        const next = { ...decision.record, version: current.version + decision.events.length };
        if (await order.run((stamp) => this.#write(current, next, decision.events, stamp, scope, request.key))) {
          wake();
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
    requireWhole(current, next);
    await requireFit(this.#kind, next);
    this.#kind.crash('commit.beforeWrite');
    const { matchedCount } = await this.collection.updateOne(
      {
        ...unchanged(current, scope, key),
        [`outbox.${OUTBOX_MAX - 1}`]: { $exists: false },
      },
      // Classic operators only: in a pipeline, a text that begins with $ would be read as the name of a field.
      {
        $set: {
          ...changedFields(current, next),
          dirty: true,
          version: next.version,
          basisVersion: basisAfter(current, drafts),
        },
        $push: {
          outbox: {
            $each: waitingEvents(
              drafts,
              { version: current.version, organizationId: next.organizationId },
              { stamp, random: this.#kind.random },
            ),
          },
          ...(key ? { keys: pushedKey(key, next.version) } : {}),
        },
      } as unknown as mongo.UpdateFilter<Stored<T>>,
      DURABLE,
    );
    this.#kind.crash('commit.afterWrite');
    return matchedCount === 1;
  }

  /** Keeps the key of a request that found nothing to do. False when the record is another one by now. */
  async #keep(current: Stored<T>, scope: WriteScope, key: RequestKey): Promise<boolean> {
    const { matchedCount } = await this.collection.updateOne(
      unchanged(current, scope, key),
      { $push: { keys: pushedKey(key, current.version) } } as unknown as mongo.UpdateFilter<Stored<T>>,
      DURABLE,
    );
    return matchedCount === 1;
  }

  async #load(id: string, scope: WriteScope): Promise<Stored<T> | null> {
    const filter = { _id: id, ...inScope(scope) } as mongo.Filter<Stored<T>>;
    return (await this.collection.findOne(filter, { maxTimeMS: OPERATION_MS_MAX })) as Stored<T> | null;
  }

  /** True when the key was used for the same request. What was read may not be on disk yet, so a barrier comes first. */
  async #answered(current: Stored<T>, readIn: number, key?: RequestKey | null): Promise<boolean> {
    const used = key && current.keys.find((entry) => entry.key === key.key);
    if (!used) return false;
    if (used.hash !== key.hash) throw keyReused();
    await this.#kind.barrier(readIn);
    return true;
  }
}

/** The record as it was read, within the scope, and the key still unused. */
function unchanged({ _id, version }: Aggregate, scope: WriteScope, key?: RequestKey | null): object {
  return { _id, ...inScope(scope), version, ...(key ? { 'keys.key': { $ne: key.key } } : {}) };
}

function pushedKey(key: RequestKey, version: number): object {
  return { $each: [{ ...key, version }], $slice: -KEYS_MAX };
}

/** True when nothing that people decide on has changed since they saw a version. */
function isCurrent(expected: number, { version, basisVersion }: Stored<Aggregate>): boolean {
  return expected >= basisVersion && expected <= version;
}

function basisAfter({ version, basisVersion }: Stored<Aggregate>, drafts: Drafts): number {
  const last = drafts.findLastIndex((draft) => !draft.background);
  return last === -1 ? basisVersion : version + last + 1;
}

/** Throws when a rule left out a field: it would be gone from the answer, and stay in the store. What is empty is null. */
function requireWhole<T extends Aggregate>(current: Stored<T>, next: T): void {
  const lost = Object.keys(withoutBookkeeping(current)).find((field) => !Object.hasOwn(next, field));
  if (lost !== undefined) throw new Error(`The record ${current._id} lost its field ${lost}. Set it to null instead.`);
}

function changedFields<T extends Aggregate>(current: Stored<T>, next: T): Partial<T> {
  const before = current as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(next).filter(([field, value]) => field !== '_id' && !isDeepStrictEqual(before[field], value)),
  ) as Partial<T>;
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
