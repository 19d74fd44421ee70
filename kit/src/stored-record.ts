import type { WaitingEvent } from './event.ts';

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
  keys: { key: string; hash: string; version: number }[];
  /** The version after the last change that people decide on; what came since was the desk's own telling. */
  basisVersion: number;
  leaseUntil: Date | null;
}

/** A record as its collection holds it. */
export type Stored<T> = T & Bookkeeping;

/** An outbox holds no more than this; a fuller one refuses writes until the log has caught up. */
export const OUTBOX_MAX = 200;

/** Leaves the journal's own fields out of a read. */
export const RECORD_ONLY = { dirty: 0, outbox: 0, keys: 0, basisVersion: 0, leaseUntil: 0 } as const;

/** The record alone. */
export function withoutBookkeeping<T extends Aggregate>(stored: Stored<T>): T {
  const { dirty: _dirty, outbox: _outbox, keys: _keys, basisVersion: _basis, leaseUntil: _lease, ...record } = stored;
  return record as unknown as T;
}
