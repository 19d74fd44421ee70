import type { Actor } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { LiveDirective, SupergraphDirectives } from '../supergraph/directives.ts';

/** The conditions of a live field's filter, as a client gives them. A condition that is null or left out is none. */
export type LiveFilter = Readonly<Record<string, unknown>>;

/** The id of the record that an event is about. Events of version 1 name it `recordId`. */
export function recordOf({ data }: StreamEvent): string {
  const subject = data['subject'] as { id?: unknown } | undefined;
  return String(subject?.id ?? data['recordId']);
}

/** What the types of a noun's events begin with: `continuity_event` for `continuityEvent`. */
export function typesBegin(entity: string): string {
  return entity.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** True for an event that every organization may learn of. */
export function isPublished({ data }: StreamEvent): boolean {
  return data['published'] === true;
}

/** The one person who receives an event. Null for an event that is not one person's. */
export function personOf({ data }: StreamEvent): string | null {
  const { personId } = data;
  return typeof personId === 'string' ? personId : null;
}

/** The message about an event, without its cursor. Records are references; the plan reads them. */
export function eventEnvelope({ entity, record }: LiveDirective, event: StreamEvent): Record<string, unknown> {
  const { seq, at, actor, data } = event;
  const id = recordOf(event);
  return {
    kind: data['kind'],
    at: at.toISOString(),
    actor: actorReference(actor),
    changedFields: data['changedFields'],
    version: data['version'] ?? seq,
    commentId: data['messageId'] ?? null,
    [`${entity}Id`]: id,
    [record.field]: reference(record.type, id),
  };
}

/** The message with a fresh snapshot, without its cursor. */
export function snapshotEnvelope({ record, snapshot }: LiveDirective, at: Date): Record<string, unknown> {
  return { at: at.toISOString(), [record.field]: reference(record.type, snapshot) };
}

function actorReference({ id, kind, actingFor }: Actor): Record<string, unknown> {
  return {
    principalId: id,
    kind,
    person: kind === 'PERSON' && id !== null ? reference('Person', id) : null,
    actingFor: actingFor === null ? null : reference('Organization', actingFor),
  };
}

function reference(type: string, id: string | null): Record<string, unknown> {
  return { __typename: type, id };
}

/**
 * True when an event meets every condition of a filter. `<entity>Id` is compared with the event's record, `organizationId` and `kind` with
 * its own, and every other condition with the values before and after the change that the event names under `match`.
 */
export function meetsFilter({ entity }: LiveDirective, filter: LiveFilter, event: StreamEvent): boolean {
  return conditions(filter).every(([name, wanted]) =>
    valuesOf(name, entity, event).some((value) => wanted.includes(value)),
  );
}

function valuesOf(condition: string, entity: string, event: StreamEvent): unknown[] {
  if (condition === `${entity}Id`) return [recordOf(event)];
  if (condition === 'organizationId') return [event.organizationId];
  if (condition === 'kind') return [event.data['kind']];
  const match = event.data['match'] as Record<string, unknown> | undefined;
  return [match?.[condition]].flat();
}

function conditions(filter: LiveFilter): [name: string, wanted: unknown[]][] {
  const given = Object.entries(filter).filter(([, wanted]) => wanted !== null && wanted !== undefined);
  return given.map(([name, wanted]) => [name, [wanted].flat()]);
}

/** Refuses with BAD_USER_INPUT each value of a condition `<noun>Id` that is no id of that noun's records. */
export function checkFilter(filter: LiveFilter, nodes: SupergraphDirectives['nodes']): void {
  const prefixes = new Map([...nodes].map(([prefix, { name }]) => [`${nounOf(name)}Id`, prefix]));
  const check = new InputCheck();
  for (const [name, wanted] of conditions(filter)) {
    const prefix = prefixes.get(name);
    if (prefix) wanted.forEach((id, index) => check.id(`filter.${name}.${index}`, String(id), prefix));
  }
  check.done();
}

function nounOf(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}
