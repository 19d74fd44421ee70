import type { Connection } from '@desk/kit/api/page';
import type { Comment, InternalNote } from '@desk/kit/conversation/message';
import type { HistoryEntry, HistoryEvent } from '@desk/kit/log/history';
import type { ServiceRequestEventData } from '@desk/schema/tickets/events';
import { ServiceRequestEventKind } from '../generated/api.ts';
import type { Bilingual } from '../catalogue-item/catalogue-item.ts';
import type { ServiceRequest } from './service-request.ts';

export type RequestHistoryEntry = HistoryEntry<ServiceRequestEventKind>;

export type RequestPage = Connection<ServiceRequest>;
export type RequestCommentPage = Connection<Comment>;
export type RequestNotePage = Connection<InternalNote>;
export type RequestHistoryPage = Connection<RequestHistoryEntry>;

/** A task of a request, with its words. */
export interface TaskView extends Bilingual {
  id: string;
  dependsOn: readonly string[];
  completedAt: Date | null;
}

/** The answer of a mutation that changes a service request. */
export interface RequestAnswer {
  serviceRequest: ServiceRequest;
  version: number;
  replayed: boolean;
}

/** The answer of a mutation that writes a comment. The request is read when it is asked for. */
export interface RequestCommentAnswer {
  comment: Comment;
  replayed: boolean;
}

/** The answer of a mutation that writes an internal note. The request is read when it is asked for. */
export interface RequestNoteAnswer {
  internalNote: InternalNote;
  replayed: boolean;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(ServiceRequestEventKind));

/** The kind and changes of an event, for a request's history. Null for an event that this version does not know. */
export function readHistoryEvent({ data }: HistoryEvent): Pick<RequestHistoryEntry, 'kind' | 'changes'> | null {
  const { kind, changes, ...own } = data as unknown as ServiceRequestEventData<ServiceRequestEventKind> & {
    clock?: string;
    percent?: number;
    cause?: string;
  };
  if (!KINDS.has(kind)) return null;
  const { clock, percent, cause } = own;
  const fired = clock
    ? [{ field: clock, from: null, to: percent === undefined ? (cause ?? null) : `${percent} %` }]
    : [];
  return { kind, changes: [...changes, ...fired] };
}
