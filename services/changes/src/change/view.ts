import type { Connection } from '@desk/kit/api/page';
import type { Comment, InternalNote } from '@desk/kit/conversation/message';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import type { ChangeEventData } from '@desk/schema/changes/events';
import { ChangeEventKind } from '../generated/api.ts';
import type { Change } from './change.ts';

export type ChangeHistoryEntry = HistoryEntry<ChangeEventKind>;

export type ChangePage = Connection<Change>;
export type CommentPage = Connection<Comment>;
export type NotePage = Connection<InternalNote>;
export type HistoryPage = Connection<ChangeHistoryEntry>;

/** The viewer, as far as changes tell of it. */
export interface MeReference {
  id: string;
}

/** The answer of a mutation that changes a change. */
export interface ChangeAnswer {
  change: Change;
  version: number;
  replayed: boolean;
}

/** The answer of a mutation that writes a comment. The change is read when it is asked for. */
export interface CommentAnswer {
  comment: Comment;
  replayed: boolean;
}

/** The answer of a mutation that writes an internal note. The change is read when it is asked for. */
export interface NoteAnswer {
  internalNote: InternalNote;
  replayed: boolean;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(ChangeEventKind));

/** The kind and changes of an event, for a change's history. Null for an event that this version does not know. */
export function readHistoryEvent({ data }: HistoryEvent): Pick<ChangeHistoryEntry, 'kind' | 'changes'> | null {
  const { kind, changes } = data as unknown as ChangeEventData<ChangeEventKind>;
  return KINDS.has(kind) ? { kind, changes } : null;
}
