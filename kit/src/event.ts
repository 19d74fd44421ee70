import { createHash, createHmac } from 'node:crypto';
import type { Stamp } from './commit-order.ts';
import { canonicalJson } from './ids.ts';

/** Who did something, as rows and log keep it. */
export interface Actor {
  /** Principal id; null for the desk itself. */
  id: string | null;
  kind: 'PERSON' | 'CLIENT' | 'SYSTEM';
  /** The organization that an agent acted for. */
  actingFor: string | null;
}

/** The desk itself, as an actor. */
export const SYSTEM_ACTOR: Actor = { id: null, kind: 'SYSTEM', actingFor: null };

/** An event as a rule returns it, beside the new record. */
export interface EventDraft {
  /** Noun and past verb: `incident.resolved`. */
  type: string;
  /** When it happened, which for a timer is the computed instant. */
  at: Date;
  actor: Actor;
  /** True when only staff may learn of it. */
  internal?: boolean;
  /** True for what the desk tells by itself and people decide nothing on: it does not make the version stale that they saw. */
  background?: boolean;
  /** References, names of changed fields, values to filter by. Goes to the stream: no personal data, no text of people. */
  data: Record<string, unknown>;
  /** What people wrote, and personal data. Stays in the log, apart from the hash, so that it can be erased. */
  personal?: Record<string, unknown>;
}

/** An event in an aggregate's outbox: with its place in the aggregate's life. */
export interface OutboxEvent {
  /** The aggregate's version after the event. */
  seq: number;
  type: string;
  at: Date;
  actor: Actor;
  organizationId: string;
  internal: boolean;
  data: Record<string, unknown>;
  /** Binds the personal part to the chain without being it. */
  personalHash: string | null;
  personal: { salt: string; value: Record<string, unknown> } | null;
}

/** An event in an outbox, with its place among the writes of its process. The log has an order of its own. */
export type WaitingEvent = OutboxEvent & Stamp;

/** An entry of a service's log. Positions have no gaps; each entry's hash covers the one before it. */
export interface LogEntry extends OutboxEvent {
  /** Position, from 1. */
  _id: number;
  aggregate: string;
  prev: string;
  hash: string;
}

/** An entry as other processes receive it: without what is personal. */
export interface StreamEvent {
  position: Position;
  aggregate: string;
  seq: number;
  type: string;
  at: Date;
  actor: Actor;
  organizationId: string;
  internal: boolean;
  data: Record<string, unknown>;
}

/**
 * A place in a service's log. The epoch is the log's own: a new log has the second in which it began, which no earlier one had, and
 * one that is restored from a backup is given a later one.
 */
export interface Position {
  epoch: number;
  pos: number;
}

/** Before everything, of a log that is not known yet: only its service can say what comes next. */
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

/** Gives a draft its place in the aggregate's life, and binds its personal part by a salted hash. */
export function outboxEvent(draft: EventDraft, seq: number, organizationId: string, salt: string): OutboxEvent {
  const personal = draft.personal ? { salt, value: asKept(draft.personal) } : null;
  return {
    seq,
    type: draft.type,
    at: draft.at,
    actor: draft.actor,
    organizationId,
    internal: draft.internal ?? false,
    data: asKept(draft.data),
    personalHash: personal && hashPersonal(personal),
    personal,
  };
}

/** The log entries for events that follow the entry at `tail`, chained. */
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

/** True when the entry follows the one before it and nothing in it was changed. An erased personal part is no change. */
export function entryHolds(entry: LogEntry, tail: { pos: number; hash: string }): boolean {
  const { hash, ...unhashed } = entry;
  return (
    entry._id === tail.pos + 1 &&
    entry.prev === tail.hash &&
    entryHash(unhashed) === hash &&
    (entry.personal === null || entry.personalHash === hashPersonal(entry.personal))
  );
}

/** The entry as other processes receive it. */
export function streamEvent(entry: LogEntry, epoch: number): StreamEvent {
  return {
    position: { epoch, pos: entry._id },
    aggregate: entry.aggregate,
    seq: entry.seq,
    type: entry.type,
    at: entry.at,
    actor: entry.actor,
    organizationId: entry.organizationId,
    internal: entry.internal,
    // Through text, so that a reader in process gets what a reader behind Redis gets: no dates, nothing shared.
    data: JSON.parse(JSON.stringify(entry.data)) as Record<string, unknown>,
  };
}

/** A stream event as text. */
export function encodeEvent(event: StreamEvent): string {
  return JSON.stringify(event);
}

/** The stream event that a text holds. */
export function decodeEvent(text: string): StreamEvent {
  const event = JSON.parse(text) as StreamEvent;
  return { ...event, at: new Date(event.at) };
}

/**
 * A value as the database gives it back, because what is hashed must be what is kept: it keeps an undefined member as null, and
 * half a character (a lone surrogate) as U+FFFD.
 */
function asKept<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map((item: unknown) => asKept(item)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name.toWellFormed(), asKept<unknown>(member)]],
  );
  return Object.fromEntries(members) as T;
}

function entryHash(entry: Omit<LogEntry, 'hash'>): string {
  const { personal: _erasable, ...covered } = entry;
  return createHash('sha256').update(canonicalJson(covered)).digest('hex');
}

function hashPersonal(personal: { salt: string; value: Record<string, unknown> }): string {
  return createHmac('sha256', personal.salt).update(canonicalJson(personal.value)).digest('hex');
}
