import { SYSTEM_ACTOR, type EventDraft } from '@desk/kit/event';
import type { Decision } from '@desk/kit/decision';
import { isDeepStrictEqual } from 'node:util';
import { announcementsBetween, type Clock, type ClockFire } from './clock.ts';
import type { IncidentEventKind, Priority } from './generated/api.ts';
import type { Act, Incident } from './incident.ts';

/** What an event of an incident says beside its kind. It holds references and codes, never what people wrote. */
export interface IncidentEventData extends Record<string, unknown> {
  /** The incident's id, also in the events of its comments and notes. */
  recordId: string;
  kind: IncidentEventKind;
  /** API names of the fields that changed. */
  changedFields: string[];
  /** Values before and after, for those who follow by filter. */
  match: { priority: Priority[] };
  changes: { field: string; from: string | null; to: string | null }[];
  /** The incident's version, where the event belongs to another record. */
  version?: number;
  /** Which clock, with CLOCK_WARNED and CLOCK_BREACHED. */
  clock?: string;
  percent?: number;
  cause?: string | null;
  /** The comment or note that the event is about, or that the act carries. */
  commentId?: string;
  /** True for a comment that an act carried: what it does to the clocks was done with the act. */
  carried?: boolean;
}

/** Codes before and after, by name. */
export type Changes = Record<string, [string | null, string | null]>;

/** What an event tells beside what can be seen from the records. */
export interface Telling {
  changes?: Changes;
  data?: Partial<IncidentEventData>;
  personal?: Record<string, unknown>;
}

/**
 * The decision that an act on an incident comes to: the new record, the event that tells of it, and one event for each
 * warning or breach that came with it. `kind` null: only warnings and breaches are told.
 */
export function told(
  before: Incident | null,
  after: Incident,
  kind: IncidentEventKind | null,
  act: Act,
  more: Telling = {},
): Decision<Incident> {
  const announced = before ? clockEvents(before, after) : [];
  const main = kind ? [mainEvent(before, after, kind, act, more)] : [];
  // What fell due earlier is told first.
  const events = [
    ...announced.filter((event) => event.at < act.at),
    ...main,
    ...announced.filter((event) => event.at >= act.at),
  ];
  const [first, ...rest] = events;
  if (!first) throw new Error('An act on an incident must be told of.');
  return { record: after, events: [first, ...rest] };
}

function mainEvent(
  before: Incident | null,
  after: Incident,
  kind: IncidentEventKind,
  act: Act,
  more: Telling,
): EventDraft {
  const changed = before
    ? (Object.keys(API_NAMES) as (keyof Incident)[]).filter((field) => !isDeepStrictEqual(before[field], after[field]))
    : [];
  const changes = Object.keys(CODED)
    .map((field) => field as keyof typeof CODED)
    .filter((field) => changed.includes(field))
    .map((field) => ({ field: API_NAMES[field] as string, from: before?.[field] ?? null, to: after[field] ?? null }));
  const added = Object.entries(more.changes ?? {}).map(([field, [from, to]]) => ({ field, from, to }));
  return {
    type: `incident.${kind.toLowerCase()}`,
    at: act.at,
    actor: act.actor,
    data: {
      recordId: after._id,
      kind,
      changedFields: changed.map((field) => API_NAMES[field] as string),
      match: { priority: before ? [...new Set([before.priority, after.priority])] : [after.priority] },
      changes: [...changes, ...added],
      ...more.data,
    } satisfies IncidentEventData,
    // An answer moves clocks only: an agent's decision on what it looked like before still stands.
    ...(kind === 'ANSWERED' ? { background: true } : {}),
    ...(more.personal ? { personal: more.personal } : {}),
  };
}

function clockEvents(before: Incident, after: Incident): EventDraft[] {
  return after.clocks.flatMap((clock) => {
    const known = before.clocks.find(
      (one) => one.kind === clock.kind && one.startedAt.getTime() === clock.startedAt.getTime(),
    );
    return known ? announcementsBetween(known, clock).map((fire) => clockEvent(after, clock, fire)) : [];
  });
}

function clockEvent(incident: Incident, clock: Clock, fire: ClockFire): EventDraft {
  const kind = fire.what.kind === 'BREACH' ? 'CLOCK_BREACHED' : 'CLOCK_WARNED';
  return {
    type: `incident.${kind.toLowerCase()}`,
    at: fire.at,
    actor: SYSTEM_ACTOR,
    background: true,
    data: {
      recordId: incident._id,
      kind,
      changedFields: kind === 'CLOCK_BREACHED' ? ['clocks', 'breached'] : ['clocks'],
      match: { priority: [incident.priority] },
      changes: [],
      clock: clock.kind,
      ...(fire.what.kind === 'BREACH' ? { cause: clock.breachCause } : { percent: fire.what.percent }),
    } satisfies IncidentEventData,
  };
}

/** The record's fields under their names in the API. What follows from others by itself is left out. */
const API_NAMES: Partial<Record<keyof Incident, string>> = {
  title: 'title',
  description: 'description',
  serviceId: 'service',
  categoryId: 'category',
  environment: 'environment',
  impact: 'impact',
  urgency: 'urgency',
  priority: 'priority',
  priorityOverride: 'priorityOverride',
  state: 'state',
  hold: 'hold',
  assignmentGroupId: 'assignmentGroup',
  assigneeId: 'assignee',
  contacts: 'contacts',
  clocks: 'clocks',
  breached: 'breached',
  dueAt: 'dueAt',
  resolution: 'resolution',
  resolvedAt: 'resolvedAt',
  closesAt: 'closesAt',
  closedAt: 'closedAt',
  reopenCount: 'reopenCount',
  reassignmentCount: 'reassignmentCount',
  links: 'links',
};

/** Fields whose values are codes or ids, and may be told. */
const CODED = {
  serviceId: true,
  categoryId: true,
  impact: true,
  urgency: true,
  priority: true,
  state: true,
  assignmentGroupId: true,
  assigneeId: true,
} as const satisfies Partial<Record<keyof Incident, true>>;
