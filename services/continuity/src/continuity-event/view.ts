import type { Connection } from '@desk/kit/api/page';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import type { ContinuityEventData } from '@desk/schema/continuity/events';
import { ContinuityUpdateKind } from '../generated/api.ts';
import type { ContinuityEvent } from './continuity-event.ts';

export type TimelineEntry = HistoryEntry<ContinuityUpdateKind>;

export type EventPage = Connection<ContinuityEvent>;
export type TimelinePage = Connection<TimelineEntry>;

/** The viewer, as far as continuity tells of it. */
export interface MeReference {
  id: string;
}

/** The answer of a mutation that changes a continuity event. */
export interface EventAnswer {
  continuityEvent: ContinuityEvent;
  version: number;
  replayed: boolean;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(ContinuityUpdateKind));

/** The kind and changes of an event, for the timeline. Null for an event that this version does not know. */
export function readTimelineEvent({ data }: HistoryEvent) {
  const { kind, changes, ...own } = data as unknown as ContinuityEventData<ContinuityUpdateKind> & {
    occurredAt?: string;
  };
  if (!KINDS.has(kind)) return null;
  return { kind, changes, ...(own.occurredAt ? { occurredAt: new Date(own.occurredAt) } : {}) };
}
