import type { Actor } from '@desk/kit/event';
import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Aggregate } from '@desk/kit/stored-record';
import type { IncidentEventData } from './incident-event.ts';
import { TEXT_KIB_MAX, type Incident } from './incident.ts';

/** What people write under an incident. A record of its own, so that an incident never grows with it. */
interface Writing extends Aggregate {
  incidentId: string;
  text: string;
  author: Actor;
  at: Date;
}

/** A public comment: everybody who sees the incident can read it. */
export interface Comment extends Writing {
  fromSme: boolean;
}

/** An internal note: only staff can read it. Another type in another collection, so that no flag can be forgotten. */
export type InternalNote = Writing;

/** Who writes, and when. */
export interface Author {
  id: string;
  at: Date;
  actor: Actor;
}

/** Writes a public comment. `carried`: an act carried it, and did already what it does to the clocks. Refuses BAD_USER_INPUT. */
export function writeComment(
  incident: Incident,
  text: string,
  made: Author,
  { fromSme, carried }: { fromSme: boolean; carried: boolean },
): Decision<Comment> {
  const writing = write(incident, text, made);
  return { record: { ...writing, fromSme }, events: [writingEvent(incident, writing, 'COMMENTED', carried)] };
}

/** Writes an internal note. Refuses BAD_USER_INPUT. */
export function writeNote(incident: Incident, text: string, made: Author): Decision<InternalNote> {
  const writing = write(incident, text, made);
  return { record: writing, events: [{ ...writingEvent(incident, writing, 'NOTED', true), internal: true }] };
}

function write(incident: Incident, text: string, made: Author): Writing {
  const check = new InputCheck();
  const body = check.body('input.text', text, TEXT_KIB_MAX);
  check.done();
  return {
    _id: made.id,
    organizationId: incident.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    incidentId: incident._id,
    text: body,
    author: made.actor,
    at: made.at,
  };
}

function writingEvent(incident: Incident, writing: Writing, kind: 'COMMENTED' | 'NOTED', carried: boolean) {
  return {
    type: `incident.${kind.toLowerCase()}`,
    at: writing.at,
    actor: writing.author,
    data: {
      recordId: incident._id,
      kind,
      changedFields: [kind === 'COMMENTED' ? 'comments' : 'internalNotes'],
      match: { priority: [incident.priority] },
      changes: [],
      version: incident.version,
      commentId: writing._id,
      carried,
    } satisfies IncidentEventData,
    personal: { text: writing.text },
  };
}
