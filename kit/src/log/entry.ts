import { createHash } from 'node:crypto';
import type { Actor } from '../api/actor.ts';
import { HASH_VERSION, hashPersonal, hashedText, type OutboxEvent } from '../write/event.ts';

/**
 * An entry of a service's log. Positions have no gaps; each entry's hash covers the one before it, and all of the entry but `hash`
 * and `personal`.
 */
export interface LogEntry extends OutboxEvent {
  /** Position, from 1. */
  _id: number;
  aggregate: string;
  prev: string;
  hash: string;
}

/** An entry as other processes receive it: without what is personal. */
export interface StreamEvent<Type extends string = string, Data = Record<string, unknown>> {
  position: Position;
  aggregate: string;
  seq: number;
  type: Type;
  /** The version of the shape of `data`, from 1. */
  eventVersion: number;
  at: Date;
  actor: Actor;
  organizationId: string;
  internal: boolean;
  data: Data;
}

/**
 * A place in a service's log. The epoch names the log: a new log takes the second in which it began, and an operator raises it when a
 * log is restored from a backup.
 */
export interface Position {
  epoch: number;
  pos: number;
}

/** The position before the first entry of any log. Only the service knows which log comes next. */
export const START: Position = { epoch: 0, pos: 0 };

/** Negative when `a` is before `b`, 0 when equal. */
export function comparePositions(a: Position, b: Position): number {
  return a.epoch - b.epoch || a.pos - b.pos;
}

/** A position as clients see it: `tickets:1793500000-42`. */
export function formatCursor(service: string, position: Position): string {
  return `${service}:${position.epoch}-${position.pos}`;
}

/** Reads a cursor of the given service. Null when it is none. */
export function parseCursor(service: string, cursor: string): Position | null {
  if (!cursor.startsWith(`${service}:`)) return null;
  const match = /^(\d{1,10})-(\d{1,15})$/.exec(cursor.slice(service.length + 1));
  return match && { epoch: Number(match[1]), pos: Number(match[2]) };
}

/** Makes log entries of events, chained to the entry at `tail`. */
export function chainEntries(
  tail: { pos: number; hash: string },
  events: readonly (OutboxEvent & { aggregate: string })[],
): LogEntry[] {
  let { pos, hash } = tail;
  return events.map((event) => {
    const unhashed = { ...event, _id: ++pos, prev: hash };
    hash = entryHash(unhashed);
    return { ...unhashed, hash };
  });
}

/** True when an entry follows the one at `tail` and is unchanged. An erased personal part is no change. */
export function entryHolds(entry: LogEntry, tail: { pos: number; hash: string }): boolean {
  const { hash, ...unhashed } = entry;
  const hashVersion = hashVersionOf(entry);
  return (
    HASH_VERSIONS.has(hashVersion) &&
    entry._id === tail.pos + 1 &&
    entry.prev === tail.hash &&
    entryHash(unhashed) === hash &&
    (entry.personal === null || entry.personalHash === hashPersonal(entry.personal, hashVersion))
  );
}

/** The entry as other processes receive it. */
export function streamEvent(entry: LogEntry, epoch: number): StreamEvent {
  return {
    position: { epoch, pos: entry._id },
    aggregate: entry.aggregate,
    seq: entry.seq,
    type: entry.type,
    eventVersion: entry.eventVersion ?? 1,
    at: entry.at,
    actor: entry.actor,
    organizationId: entry.organizationId,
    internal: entry.internal,
    // Through text, so that consumers in process get what consumers behind Redis get: no dates, nothing shared.
    data: JSON.parse(JSON.stringify(entry.data)) as Record<string, unknown>,
  };
}

/** A stream event as text. */
export function encodeEvent(event: StreamEvent): string {
  return JSON.stringify(event);
}

/** The stream event that a text holds. */
export function decodeEvent(text: string): StreamEvent {
  return reviveEvent(JSON.parse(text) as StreamEvent);
}

/** A stream event whose instant crossed the network as text. A producer from before there were versions sends version 1. */
export function reviveEvent(event: StreamEvent): StreamEvent {
  return { ...event, eventVersion: event.eventVersion ?? 1, at: new Date(event.at) };
}

/** The hash versions that can be verified. What an entry claims is not yet known to be a number. */
const HASH_VERSIONS = new Set<unknown>([1, HASH_VERSION]);

function entryHash(entry: Omit<LogEntry, 'hash'>): string {
  const { personal: _erasable, ...covered } = entry;
  return createHash('sha256')
    .update(hashedText(covered, hashVersionOf(entry)))
    .digest('hex');
}

function hashVersionOf({ hashVersion = 1 }: OutboxEvent): number {
  return hashVersion;
}
