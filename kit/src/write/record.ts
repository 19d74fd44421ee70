import type { Model, mongo } from 'mongoose';
import type { CrashPoint } from '../process/crash-point.ts';
import type { Random } from '../process/ids.ts';
import type { CommitOrder } from './commit-order.ts';
import type { WaitingEvent } from './event.ts';
import type { RequestKey } from './request.ts';
import type { SearchWords } from '../api/search.ts';

/** The fields of every aggregate. The version counts its events, from 1. */
export interface Aggregate {
  _id: string;
  organizationId: string;
  version: number;
  /** People's number for it, unique in its collection; null where a kind of record has none. */
  number: number | null;
  /** When the record next acts by itself; null when it does not. */
  nextFireAt: Date | null;
}

/** The journal's own fields of a stored record. Only the journal, the log and the timers use them. */
export interface Bookkeeping {
  dirty: boolean;
  outbox: WaitingEvent[];
  /** The retry key of the creation, kept for ever. Null where none was given, absent in records that are older than this field. */
  creationKey?: RequestKey | null;
  /** The retry keys of the last changes, at most KEYS_MAX, each with the version after its change. */
  keys: (RequestKey & { version: number })[];
  /** The version after the last event that is not background. */
  basisVersion: number;
  leaseUntil: Date | null;
  /** The words that the record is found by; absent in kinds of records that nobody searches. */
  search?: SearchWords;
}

/** A record as its collection holds it. */
export type Stored<T> = T & Bookkeeping;

/** The most events that an outbox holds. A full one refuses writes until the log has caught up. */
export const OUTBOX_MAX = 200;

/** How many retry keys of changes a record keeps. A request under an older key counts as new. */
export const KEYS_MAX = 64;

/** A projection that leaves the journal's own fields out. */
export const RECORD_ONLY = {
  dirty: 0,
  outbox: 0,
  creationKey: 0,
  keys: 0,
  basisVersion: 0,
  leaseUntil: 0,
  search: 0,
} as const;

/** The record alone. */
export function withoutBookkeeping<T extends Aggregate>(stored: Stored<T>): T {
  const own = Object.entries(stored).filter(([field]) => !Object.hasOwn(RECORD_ONLY, field));
  return Object.fromEntries(own) as unknown as T;
}

/** The paths of a mongoose schema. One that the record lacks, or that is missing or misspelt, does not compile. */
export type Paths<Rec> = Record<keyof Rec, unknown>;

/** One kind of record: its collection, and what its writes need of the journal. */
export interface RecordKind<T extends Aggregate> {
  readonly model: Model<T>;
  /** The part of the ids before the underscore. */
  readonly prefix: string;
  readonly collection: mongo.Collection<Stored<T>>;
  readonly order: CommitOrder;
  readonly term: () => number;
  readonly barrier: (term?: number) => Promise<void>;
  readonly crash: CrashPoint;
  readonly random: Random;
  /** Records are numbered above it: what was given before a restore is not given again. */
  readonly numberFloor: number;
  /** The words that a record is found by, kept with it by each write. */
  readonly search?: ((record: T) => SearchWords) | undefined;
  /** Wakes the relay after a write. */
  readonly wake: () => void;
}

/** Throws when a record's id or fields do not fit its kind: a bug, and the record is not written. */
export async function requireFit<T extends Aggregate>({ model, prefix }: RecordKind<T>, record: T): Promise<void> {
  if (!record._id.startsWith(`${prefix}_`))
    throw new Error(`The id of a ${model.modelName} begins with ${prefix}_; ${record._id} does not.`);
  const misfit = findMisfit(record, await model.validate(record));
  if (misfit !== null) throw new Error(`A record of ${model.modelName} does not fit its schema at ${misfit}.`);
}

/**
 * The path of the first difference between a record and what its schema casts it to; null when there is none. The journal stores the
 * record as it is, so what mongoose would drop or cast must not pass. Missing, undefined and null are the same.
 */
export function findMisfit(record: unknown, cast: unknown, path = ''): string | null {
  if (record === null || record === undefined) return cast === null || cast === undefined ? null : path;
  if (record instanceof Date) return cast instanceof Date && cast.getTime() === record.getTime() ? null : path;
  if (Array.isArray(record)) {
    if (!Array.isArray(cast) || cast.length !== record.length) return path;
    return firstOf(record.keys(), (index) => findMisfit(record[index], cast[index], below(path, index)));
  }
  if (typeof record === 'object') {
    if (typeof cast !== 'object' || cast === null || cast instanceof Date || Array.isArray(cast)) return path;
    const made = cast as Record<string, unknown>;
    return firstOf(Object.entries(record), ([name, value]) => findMisfit(value, made[name], below(path, name)));
  }
  return Object.is(record, cast) ? null : path;
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function below(path: string, name: string | number): string {
  return path ? `${path}.${name}` : String(name);
}
