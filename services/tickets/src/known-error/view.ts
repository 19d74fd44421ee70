import type { Connection } from '@desk/kit/api/page';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import type { KnownErrorEventData } from '@desk/schema/tickets/events';
import { KnownErrorEventKind } from '../generated/api.ts';
import type { KnownError } from './known-error.ts';

export type KnownErrorHistoryEntry = HistoryEntry<KnownErrorEventKind>;

export type KnownErrorPage = Connection<KnownError>;
export type KnownErrorHistoryPage = Connection<KnownErrorHistoryEntry>;

/** The answer of a mutation that changes a known error. */
export interface KnownErrorAnswer {
  knownError: KnownError;
  version: number;
  replayed: boolean;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(KnownErrorEventKind));

/** The kind and changes of an event, for a known error's history. Null for an event that this version does not know. */
export function readKnownErrorEvent({ data }: HistoryEvent): Pick<KnownErrorHistoryEntry, 'kind' | 'changes'> | null {
  const { kind, changes } = data as unknown as KnownErrorEventData<KnownErrorEventKind>;
  return KINDS.has(kind) ? { kind, changes } : null;
}
