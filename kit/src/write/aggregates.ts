import type { mongo } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import type { Stamp } from './commit-order.ts';
import { Creation, type CreateOptions, type Written } from './creation.ts';
import { waitingEvents, type AnyDraft, type Decision, type Drafts } from './event.ts';
import { Refusal, notFound } from '../api/errors.ts';
import { DURABLE, OPERATION_MS_MAX } from '../process/mongo.ts';
import { uncertain } from './uncertain.ts';
import { keyReused, type RequestKey } from './request.ts';
import {
  KEYS_MAX,
  OUTBOX_MAX,
  requireFit,
  withoutBookkeeping,
  type Aggregate,
  type RecordKind,
  type Stored,
} from './record.ts';
import { withinReach, type Reach } from '../api/viewer.ts';

const TRIES_MAX = 8;

/** The conditions of a change. */
export interface ChangeRequest {
  /** Whose records it may touch; `ALL` for the desk's own work. */
  reach: Reach;
  /** The version that the caller saw. Null where the caller does not care. */
  expectedVersion?: number | null | undefined;
  key?: RequestKey | null | undefined;
}

/** One kind of aggregate: its creations and changes. Reads are the store's. */
export class Aggregates<T extends Aggregate> {
  readonly collection: mongo.Collection<Stored<T>>;
  readonly #kind: RecordKind<T>;
  readonly #creation: Creation<T>;

  constructor(kind: RecordKind<T>) {
    this.collection = kind.collection;
    this.#kind = kind;
    this.#creation = new Creation(kind);
  }

  /**
   * Creates a record with its first event, or with several that were one act. With a retry key, `_id` must be derived from it: a
   * repeated creation meets the primary key and gets the record that the first one made. `numbered` gives the record the next free
   * number. Refuses IDEMPOTENCY_KEY_REUSED, BACKPRESSURE, WRITE_UNCERTAIN.
   */
  create(record: T, drafts: Drafts<AnyDraft>, options: CreateOptions = {}): Promise<Written<T>> {
    return this.#creation.create({ record, events: drafts }, options);
  }

  /**
   * Creates records whose ids follow from what they were made of, as those of an import: each whole, with its events, or not
   * at all where its id exists already. At most BATCH_MAX; `numbered` gives the new ones numbers in their order. After a fault some may
   * exist, and the same batch again creates the rest. Refuses BACKPRESSURE, WRITE_UNCERTAIN.
   */
  createMany(
    decisions: readonly Decision<T, AnyDraft>[],
    options: { numbered?: boolean } = {},
  ): Promise<{ created: string[]; alreadyThere: string[] }> {
    return this.#creation.createMany(decisions, options.numbered ?? false);
  }

  /** True when there is a record of this id, within reach or not. */
  async exists(id: string): Promise<boolean> {
    return (await this.collection.countDocuments({ _id: id } as mongo.Filter<Stored<T>>, { limit: 1 })) === 1;
  }

  /**
   * Changes a record: loads it within reach, lets `decide` say what becomes of it, and writes state, events and retry key in one
   * conditional write. Each event raises the version by one. `decide` runs again when another write came first and no version was
   * expected; it returns null where nothing is to be done, which answers repetitions too. Refuses NOT_FOUND, CONFLICT,
   * IDEMPOTENCY_KEY_REUSED, BACKPRESSURE, WRITE_UNCERTAIN, and whatever `decide` refuses.
   */
  async change(
    id: string,
    { reach, expectedVersion: expected = null, key = null }: ChangeRequest,
    decide: (record: T) => Decision<T, AnyDraft> | null,
  ): Promise<Written<T>> {
    const { order, term, barrier, wake } = this.#kind;
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const readIn = term();
        const current = await this.#load(id, reach);
        if (!current) throw notFound();
        const answered = await this.#answered(current, readIn, key);
        if (answered !== null) return { record: withoutBookkeeping(current), version: answered, replayed: true };
        if (expected !== null && !isCurrent(expected, current)) throw conflict(current.version);
        if (current.outbox.length >= OUTBOX_MAX) throw backpressure();
        const decision = decide(withoutBookkeeping(current));
        if (!decision) {
          // The answer rests on a read: with a key the answer is kept for good, without one a barrier confirms the read.
          if (key && !(await this.#keep(current, reach, key))) continue;
          if (!key) await barrier(readIn);
          return { record: withoutBookkeeping(current), version: current.version, replayed: false };
        }
        const next = { ...decision.record, version: current.version + decision.events.length };
        const change = { current, next, drafts: decision.events, reach, key };
        if (await order.run((stamp) => this.#write(change, stamp))) {
          wake();
          return { record: next, version: next.version, replayed: false };
        }
      }
    } catch (error) {
      throw uncertain(error);
    }
    throw new Refusal('BACKPRESSURE', 'Too many changes of this record at once. Try again shortly.');
  }

  /** Writes a change. False when the record has changed since it was read. */
  async #write({ current, next, drafts, reach, key }: Change<T>, stamp: Stamp): Promise<boolean> {
    requireWhole(current, next);
    await requireFit(this.#kind, next);
    this.#kind.crash('commit.beforeWrite');
    const { matchedCount } = await this.collection.updateOne(
      {
        ...unchanged(current, reach, key),
        [`outbox.${OUTBOX_MAX - 1}`]: { $exists: false },
      },
      // Classic operators only: in a pipeline, a text that begins with $ would be read as the name of a field.
      {
        $set: {
          ...changedFields(current, next),
          ...this.#changedSearch(current, next),
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

  /** The words that the record is found by, where the change alters them. */
  #changedSearch(current: Stored<T>, next: T): Pick<Stored<T>, 'search'> {
    const search = this.#kind.search?.(next);
    return (search && !isDeepStrictEqual(search, current.search) ? { search } : {}) as Pick<Stored<T>, 'search'>;
  }

  /** Keeps the key of a request that found nothing to do. False when the record has changed since it was read. */
  async #keep(current: Stored<T>, reach: Reach, key: RequestKey): Promise<boolean> {
    const { matchedCount } = await this.collection.updateOne(
      unchanged(current, reach, key),
      { $push: { keys: pushedKey(key, current.version) } } as unknown as mongo.UpdateFilter<Stored<T>>,
      DURABLE,
    );
    return matchedCount === 1;
  }

  async #load(id: string, reach: Reach): Promise<Stored<T> | null> {
    const filter = { _id: id, ...withinReach(reach) } as mongo.Filter<Stored<T>>;
    return (await this.collection.findOne(filter, { maxTimeMS: OPERATION_MS_MAX })) as Stored<T> | null;
  }

  /** The version that the same request left under this key, once a barrier has confirmed the read. Null for a new key. */
  async #answered(current: Stored<T>, readIn: number, key: RequestKey | null): Promise<number | null> {
    const used = key && current.keys.find((entry) => entry.key === key.key);
    if (!used) return null;
    if (used.hash !== key.hash) throw keyReused();
    await this.#kind.barrier(readIn);
    return used.version;
  }
}

/** A change that was decided on. */
interface Change<T extends Aggregate> {
  current: Stored<T>;
  next: T;
  drafts: Drafts<AnyDraft>;
  reach: Reach;
  key: RequestKey | null;
}

/** Matches the record as it was read, within reach, with the key still unused. */
function unchanged({ _id, version }: Aggregate, reach: Reach, key: RequestKey | null): object {
  return { _id, ...withinReach(reach), version, ...(key ? { 'keys.key': { $ne: key.key } } : {}) };
}

function pushedKey(key: RequestKey, version: number): object {
  return { $each: [{ ...key, version }], $slice: -KEYS_MAX };
}

/** True when only background events came since a version. */
function isCurrent(expected: number, { version, basisVersion }: Stored<Aggregate>): boolean {
  return expected >= basisVersion && expected <= version;
}

function basisAfter({ version, basisVersion }: Stored<Aggregate>, drafts: Drafts<AnyDraft>): number {
  const last = drafts.findLastIndex((draft) => !draft.background);
  return last === -1 ? basisVersion : version + last + 1;
}

/** Throws when a rule left out a field: the answer would lack it, and the store would keep it. An empty field is null. */
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
