import type { Reach } from '@desk/kit/api/viewer';
import type { StreamEvent } from '@desk/kit/log/entry';
import { readTicketsEvent } from '@desk/schema/tickets/events';
import type { RecordType } from '../generated/api.ts';
import { isRecordType } from './record-types.ts';

/** What decides who may learn of an event or see a record, as the gateway's live engine decides. */
export interface Visibility {
  organizationId: string;
  /** True where every organization may learn of it. */
  published: boolean;
  /** True where only staff may learn of it. */
  internal: boolean;
  /** The one person who may. Null where it is not one person's. */
  personId: string | null;
}

/** What somebody may see. */
export interface Reader {
  id: string;
  staff: boolean;
  reach: Reach;
}

/** True when a reader may learn of an event, or see a record. */
export function maySee({ organizationId, published, internal, personId }: Visibility, reader: Reader): boolean {
  const { id, staff, reach } = reader;
  if (internal && !staff) return false;
  if (personId !== null) return personId === id;
  if (reach === 'ALL' || reach.includes(organizationId)) return true;
  return published && reach.length > 0;
}

/** Who may learn of an event. */
export function visibilityOf({ organizationId, internal, data }: StreamEvent): Visibility {
  const { personId } = data;
  return {
    organizationId,
    internal,
    published: data['published'] === true,
    personId: typeof personId === 'string' ? personId : null,
  };
}

/** The record that an event is about. Null for a record that nobody is told of. */
export function subjectOf({ type, eventVersion, data }: StreamEvent): { type: RecordType; id: string } | null {
  const told = type.startsWith('incident.') ? (readTicketsEvent({ type, eventVersion, data })?.data ?? data) : data;
  const { type: noun, id } = ((told as { subject?: unknown }).subject ?? {}) as { type?: unknown; id?: unknown };
  return isRecordType(noun) && typeof id === 'string' ? { type: noun, id } : null;
}

/** A record of another service, as far as notifications know it. */
export interface KnownRecord extends Omit<Visibility, 'internal'> {
  type: RecordType;
}

/** What an event tells of the record itself. Null for the events of others about it, as its comments. */
export function readKnownRecord(event: StreamEvent): KnownRecord | null {
  const subject = subjectOf(event);
  if (!subject || subject.id !== event.aggregate) return null;
  const { internal: _ofTheEvent, ...visibility } = visibilityOf(event);
  return { type: subject.type, ...visibility };
}
