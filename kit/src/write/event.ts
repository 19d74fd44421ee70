import canonicalize from 'canonicalize';
import { createHmac } from 'node:crypto';
import type { Actor } from '../api/actor.ts';
import { canonicalJson, randomText, type Random } from '../process/ids.ts';
import type { Stamp } from './commit-order.ts';

/** Random bytes that hide a personal part behind its hash. */
const SALT_BYTES = 16;

/** The version of the text that is hashed, for new events. An event keeps its version in the outbox and in the log. */
export const HASH_VERSION = 2;

/** An event as a rule returns it, beside the new record. A service narrows type and data to those that it publishes. */
export interface EventDraft<Type extends string = string, Data extends object = Record<string, unknown>> {
  /** Noun and past verb: `incident.resolved`. */
  type: Type;
  /** The version of the shape of this type's data, from 1. */
  eventVersion: number;
  /** When it happened, which for a timer is the computed instant. */
  at: Date;
  actor: Actor;
  /** True when only staff may learn of it. */
  internal?: boolean;
  /** True for an announcement of the desk itself, which does not make the version stale that people saw. */
  background?: boolean;
  /** References, names of changed fields, values to filter by. It goes to the stream, so it holds no personal data and no text of people. */
  data: Data;
  /** Texts of people, and personal data. It stays in the log, outside the hash, so that it can be erased. */
  personal?: Record<string, unknown>;
}

/** A draft of any type and data. */
export type AnyDraft = EventDraft<string, object>;

/** The events of one act, in order; at least one. */
export type Drafts<Draft extends AnyDraft = EventDraft> = readonly [Draft, ...Draft[]];

/** What a rule decides: the record as it becomes, and the events that tell of it. */
export interface Decision<T, Draft extends AnyDraft = EventDraft> {
  record: T;
  events: Drafts<Draft>;
}

/** An event in an aggregate's outbox: with its place in the aggregate's life. */
export interface OutboxEvent {
  /** The aggregate's version after the event. */
  seq: number;
  type: string;
  /** The version of the shape of `data`. Absent in events from before there were versions, which have version 1. */
  eventVersion?: number;
  /** The version of the text that is hashed of it. Absent in events from before there were versions, which have version 1. */
  hashVersion?: number;
  at: Date;
  actor: Actor;
  organizationId: string;
  internal: boolean;
  data: Record<string, unknown>;
  /** Binds the personal part to the chain without showing it. */
  personalHash: string | null;
  personal: { salt: string; value: Record<string, unknown> } | null;
}

/** An event in an outbox, with the place of its write. */
export type WaitingEvent = OutboxEvent & Stamp;

/** The events of an act as they wait in the outbox of a record that had a version before. */
export function waitingEvents(
  drafts: Drafts<AnyDraft>,
  { version, organizationId }: { version: number; organizationId: string },
  { stamp, random }: { stamp: Stamp; random: Random },
): WaitingEvent[] {
  return drafts.map((draft, index) => ({
    ...outboxEvent(draft, { seq: version + index + 1, organizationId, salt: randomText(random, SALT_BYTES) }),
    ...stamp,
  }));
}

/**
 * Gives a draft its place in the aggregate's life, and binds its personal part by a salted hash. Throws for a value that JSON cannot
 * say: the log could never hash it.
 */
export function outboxEvent(
  draft: AnyDraft,
  { seq, organizationId, salt }: { seq: number; organizationId: string; salt: string },
): OutboxEvent {
  const personal = draft.personal ? { salt, value: asKept(draft.personal) } : null;
  return asKept({
    seq,
    type: draft.type,
    eventVersion: draft.eventVersion,
    hashVersion: HASH_VERSION,
    at: draft.at,
    actor: draft.actor,
    organizationId,
    internal: draft.internal ?? false,
    data: draft.data as Record<string, unknown>,
    personalHash: personal && hashPersonal(personal, HASH_VERSION),
    personal,
  });
}

/**
 * A value as the database gives it back, because the hash must be that of the kept value. The database would keep an undefined member as
 * null, and half a character (a lone surrogate) as U+FFFD.
 */
function asKept<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map((item: unknown) => asKept(item)) as T;
  if (typeof value === 'number' ? !Number.isFinite(value) : value instanceof Date && Number.isNaN(value.getTime()))
    throw new Error(`An event holds ${String(value)}, which JSON cannot say.`);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name.toWellFormed(), asKept<unknown>(member)]],
  );
  return Object.fromEntries(members) as T;
}

/** The hash that binds a personal part to the chain. */
export function hashPersonal(
  { salt, value }: { salt: string; value: Record<string, unknown> },
  hashVersion: number,
): string {
  return createHmac('sha256', salt).update(hashedText(value, hashVersion)).digest('hex');
}

/** The text whose UTF-8 bytes are hashed: from version 2 on RFC 8785 JSON (docs/decisions/0018-audit-hash.md). */
export function hashedText(value: object, hashVersion: number): string {
  if (hashVersion === 1) return canonicalJson(value);
  const text = hashVersion === HASH_VERSION ? canonicalize(value) : undefined;
  if (text === undefined) throw new Error(`This version of the desk knows no hash version ${hashVersion}.`);
  return text;
}
