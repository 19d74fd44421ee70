import type { QueryKey } from '@tanstack/react-query';
import type { SnapshotFragment, TypedDocument, UpdateFragment } from '../generated/api.ts';
import type { LiveRow } from './live-list.ts';

/**
 * A subscription field that the feed follows. The nouns list theirs. Whether its message is a `LiveUpdate` or a `LiveSnapshot` of the API
 * is all that the feed must know to go on after a break.
 */
export type LiveField = LiveChanges | LiveSnapshot;

/** One change of one record, as the feed brings it. */
export interface Change<Row extends LiveRow = LiveRow> {
  kind: string;
  recordId: string;
  /** The number by which pages ask for the record; null when it is not known. */
  number: string | null;
  version: number;
  /** The record as lists show it; null when the reader may no longer see it. */
  row: Row | null;
}

/** A field that tells each change of a kind of record. It continues behind its cursor after a break. */
export interface LiveChanges<Row extends LiveRow = LiveRow, Message extends UpdateFragment = UpdateFragment> {
  type: 'changes';
  /** The name of the field, in the subscription and among the gateway's cursors. */
  field: string;
  document: TypedDocument<Readonly<Record<string, Message>>, { after?: string | null }>;
  /** A record is kept under `[record, id or number, part]`, a list under `[list, ...]`, a short one under `[list, 'few', filter, ...]`, a count under `[list, 'count', ...]`. */
  queryKey: { record: string; list: string };
  /** The parts of a record that a change touches. The part `facts` holds the record itself. */
  touches: readonly string[];
  /** The kinds of change that leave the record's version as it is, with the parts that they touch. */
  besides: Readonly<Record<string, readonly string[]>>;
  // Methods, so that fields of different records stand in one list.
  changeOf(message: Message): Change<Row>;
  /** True when a row belongs to what the API's filter finds. */
  matches(filter: unknown, row: Row): boolean;
  /** True when the facts of one record show something of another one, by id. */
  mentions(facts: unknown, recordId: string): boolean;
}

/** A field whose every message replaces the one before: after a break it begins anew. Its first message says that the feed is live. */
export interface LiveSnapshot<Message extends SnapshotFragment = SnapshotFragment> {
  type: 'snapshot';
  field: string;
  document: TypedDocument<Readonly<Record<string, Message>>, Record<string, never>>;
  /** Where the newest value is kept. */
  queryKey: QueryKey;
  /** What is kept of a message; null keeps what was there. */
  valueOf(message: Message): unknown;
}
