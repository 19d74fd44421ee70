import type { WaitingEvent } from './event.ts';
import type { RequestKey } from './request-key.ts';

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

/** What the journal keeps with a record. It never leaves the journal's own files, the log and the timers. */
export interface Bookkeeping {
  dirty: boolean;
  outbox: WaitingEvent[];
  /** Under which key the record was created: kept for ever. Null where none was given, absent in records that are older than this field. */
  creationKey?: RequestKey | null;
  /** The keys of the last changes, at most KEYS_MAX, with the version that each left. */
  keys: (RequestKey & { version: number })[];
  /** The version after the last change that people decide on; what came since was the desk's own telling. */
  basisVersion: number;
  leaseUntil: Date | null;
}

/** A record as its collection holds it. */
export type Stored<T> = T & Bookkeeping;

/** An outbox holds no more than this; a fuller one refuses writes until the log has caught up. */
export const OUTBOX_MAX = 200;

/** Keys of changes that are kept with a record; an older one is a new request. */
export const KEYS_MAX = 64;

/** Leaves the journal's own fields out of a read. */
export const RECORD_ONLY = {
  dirty: 0,
  outbox: 0,
  creationKey: 0,
  keys: 0,
  basisVersion: 0,
  leaseUntil: 0,
} as const;

/** The record alone. */
export function withoutBookkeeping<T extends Aggregate>(stored: Stored<T>): T {
  const own = Object.entries(stored).filter(([field]) => !Object.hasOwn(RECORD_ONLY, field));
  return Object.fromEntries(own) as unknown as T;
}
