import type { Actor, LogEntry, OutboxEvent } from '@desk/kit/event';
import type { IncidentEventKind } from './generated/api.ts';
import type { IncidentEventData } from './incident-event.ts';
import { parseIncidentNumber } from './incident.ts';

/** An event as history reads it: from the log, with its position, or from an outbox, without. */
export type HistoryEvent = (OutboxEvent | LogEntry) & { aggregate: string; _id?: number };

/** One entry of an incident's history, as the API shows it. */
export interface HistoryEntry {
  kind: IncidentEventKind;
  at: Date;
  actor: Actor;
  changes: { field: string; from: string | null; to: string | null }[];
  remark: string | null;
  version: number | null;
  position: number | null;
}

/** The entry that an event makes in the history of its incident. */
export function historyEntry(incidentId: string, event: HistoryEvent): HistoryEntry {
  const data = event.data as IncidentEventData;
  const said = event.personal?.value ?? {};
  const announced = data.clock ? [{ field: data.clock, from: null, to: clockChange(data) }] : [];
  return {
    kind: data.kind,
    at: event.at,
    actor: event.actor,
    changes: [...data.changes, ...announced],
    remark: textOf(said['remark']) ?? textOf(said['comment']) ?? textOf(said['text']),
    version: event.aggregate === incidentId ? event.seq : null,
    position: event._id ?? null,
  };
}

/** The numbers of other incidents that entries tell, at most one for each change. */
export function numbersTold(entries: readonly HistoryEntry[]): number[] {
  const told = entries.flatMap(({ changes }) => changes.flatMap(({ from, to }) => [from, to]));
  return [...new Set(told.flatMap((value) => (value === null ? [] : (parseIncidentNumber(value) ?? []))))];
}

/** The entry without the numbers of incidents that are not among those that the reader may see. */
export function withoutForeignNumbers(entry: HistoryEntry, seen: ReadonlySet<number>): HistoryEntry {
  const shown = (value: string | null) => {
    const number = value === null ? null : parseIncidentNumber(value);
    return number === null || seen.has(number) ? value : null;
  };
  return {
    ...entry,
    changes: entry.changes.map(({ field, from, to }) => ({ field, from: shown(from), to: shown(to) })),
  };
}

function clockChange(data: IncidentEventData): string {
  return data.percent === undefined ? (data.cause ?? 'TIME') : `${data.percent} %`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
