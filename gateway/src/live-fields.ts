import type { AuthorizationScope } from '@desk/directory/generated/api';
import type { Actor, StreamEvent } from '@desk/kit/event';

/** A subscription field whose messages each tell of one event. */
export interface EventField {
  kind: 'EVENTS';
  /** What an agent must have been granted by an organization to receive its events. */
  scope: AuthorizationScope;
  /** The record that an event is about: of two messages about one record, the newer can stand for both. */
  record(event: StreamEvent): string;
  /** For each condition of the field's filter: whether an event meets a value of it. */
  filter: Readonly<Record<string, (event: StreamEvent, wanted: unknown) => boolean>>;
  /** The message, without its cursor. What can be looked up is a reference; the plan resolves it. */
  envelope(event: StreamEvent): Record<string, unknown>;
}

/** A subscription field whose messages each hold a fresh count, sent at the start and after events. */
export interface TallyField {
  kind: 'TALLY';
  scope: AuthorizationScope;
  /** Shortest time between two counts for the same subscribers, in milliseconds. */
  everyMs: number;
  envelope(at: Date): Record<string, unknown>;
}

export type LiveField = EventField | TallyField;

/** Every live field, by name. A new one is one entry here and its SDL. */
export const LIVE_FIELDS: Readonly<Record<string, LiveField>> = {
  incidentUpdates: {
    kind: 'EVENTS',
    scope: 'TICKETS_READ',
    record: ({ data }) => String(data['recordId']),
    filter: {
      incidentId: ({ data }, wanted) => data['recordId'] === wanted,
      organizationId: ({ organizationId }, wanted) => organizationId === wanted,
      kind: ({ data }, wanted) => oneOf(wanted, data['kind']),
      priority: ({ data }, wanted) => matched(data, 'priority').some((value) => oneOf(wanted, value)),
    },
    envelope: (event) => ({
      ...common(event),
      incidentId: event.data['recordId'],
      incident: reference('Incident', event.data['recordId']),
    }),
  },
  incidentQueueCounts: {
    kind: 'TALLY',
    scope: 'TICKETS_READ',
    everyMs: 250,
    envelope: (at) => ({ at: at.toISOString(), counts: reference('IncidentQueueCounts', 'incidents') }),
  },
};

/** True when an event meets every condition that a filter gives. A condition that is null or left out is none. */
export function meetsFilter(field: EventField, filter: Readonly<Record<string, unknown>>, event: StreamEvent): boolean {
  return Object.entries(filter).every(
    ([name, wanted]) => wanted === null || wanted === undefined || field.filter[name]?.(event, wanted) === true,
  );
}

/** The fields that every envelope of a record's events has. */
function common({ seq, at, actor, data }: StreamEvent): Record<string, unknown> {
  return {
    kind: data['kind'],
    at: at.toISOString(),
    actor: actorReference(actor),
    changedFields: data['changedFields'],
    version: data['version'] ?? seq,
  };
}

function actorReference({ id, kind, actingFor }: Actor): Record<string, unknown> {
  return {
    id,
    kind,
    person: kind === 'PERSON' && id !== null ? reference('Person', id) : null,
    actingFor: actingFor === null ? null : reference('Organization', actingFor),
  };
}

function reference(type: string, id: unknown): Record<string, unknown> {
  return { __typename: type, id };
}

/** The values that a filter is compared with: those before and after the change. */
function matched(data: Record<string, unknown>, name: string): unknown[] {
  const match = data['match'] as Record<string, unknown> | undefined;
  const values = match?.[name];
  return Array.isArray(values) ? values : [values];
}

function oneOf(wanted: unknown, value: unknown): boolean {
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}
