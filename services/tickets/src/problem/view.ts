import type { Connection } from '@desk/kit/api/page';
import type { InternalNote } from '@desk/kit/conversation/message';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import type { ProblemEventData } from '@desk/schema/tickets/events';
import { ProblemEventKind } from '../generated/api.ts';
import type { Problem } from './problem.ts';

export type ProblemHistoryEntry = HistoryEntry<ProblemEventKind>;

export type ProblemPage = Connection<Problem>;
export type ProblemNotePage = Connection<InternalNote>;
export type ProblemHistoryPage = Connection<ProblemHistoryEntry>;

/** The answer of a mutation that changes a problem. */
export interface ProblemAnswer {
  problem: Problem;
  version: number;
  replayed: boolean;
}

/** The answer of a mutation that writes an internal note. The problem is read when it is asked for. */
export interface ProblemNoteAnswer {
  internalNote: InternalNote;
  replayed: boolean;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(ProblemEventKind));

/** The kind and changes of an event, for a problem's history. Null for an event that this version does not know. */
export function readProblemEvent({ data }: HistoryEvent): Pick<ProblemHistoryEntry, 'kind' | 'changes'> | null {
  const { kind, changes } = data as unknown as ProblemEventData<ProblemEventKind>;
  return KINDS.has(kind) ? { kind, changes } : null;
}
