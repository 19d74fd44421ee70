import type { Connection } from '@desk/kit/api/page';
import type { Comment, InternalNote } from '@desk/kit/conversation/message';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import { readTicketsEvent, type TicketsEvent } from '@desk/schema/tickets/events';
import type { IncidentEventKind } from '../generated/api.ts';
import type { Incident } from './incident.ts';

export type IncidentHistoryEntry = HistoryEntry<IncidentEventKind>;

export type IncidentPage = Connection<Incident>;
export type CommentPage = Connection<Comment>;
export type NotePage = Connection<InternalNote>;
export type HistoryPage = Connection<IncidentHistoryEntry>;

/** The viewer, as far as tickets tell of it. */
export interface MeReference {
  id: string;
}

/** The answer of a mutation that changes an incident. */
export interface IncidentAnswer {
  incident: Incident;
  version: number;
  replayed: boolean;
}

/** The answer of a mutation that writes a comment. The incident is read when it is asked for. */
export interface CommentAnswer {
  comment: Comment;
  replayed: boolean;
}

/** The answer of a mutation that writes an internal note. The incident is read when it is asked for. */
export interface NoteAnswer {
  internalNote: InternalNote;
  replayed: boolean;
}

/** The kind and changes of an event, for an incident's history. Null for an event that this version does not know. */
export function readHistoryEvent({
  type,
  eventVersion = 1,
  data,
}: HistoryEvent): Pick<IncidentHistoryEntry, 'kind' | 'changes'> | null {
  const told = readTicketsEvent({ type, eventVersion, data });
  if (!told) return null;
  const { kind, changes } = told.data;
  return { kind, changes: [...changes, ...clockChange(told)] };
}

function clockChange({ type, data }: TicketsEvent): IncidentHistoryEntry['changes'] {
  if (type === 'incident.clock_warned') return [{ field: data.clock, from: null, to: `${data.percent} %` }];
  if (type === 'incident.clock_breached') return [{ field: data.clock, from: null, to: data.cause }];
  return [];
}
