import type { Foundation } from '@desk/kit/service/service';
import type { Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import { AGGREGATE, RECORD_OPTIONS, instant, text } from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { INBOX_NAMES, inboxIdOf, type Inbox } from './inbox.ts';

/** The inboxes in which all was marked as read. */
export interface InboxStore extends RecordStore<Inbox> {
  /** Null where the person never marked all as read. */
  findOf(personId: string): Promise<Inbox | null>;
}

/** Opens the store of inboxes: model, indexes, aggregate. */
export async function openInboxStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<InboxStore> {
  const inboxes = await openRecords<Inbox>(parts, INBOX_NAMES, { collection: 'inboxes', schema });
  return { ...inboxes, findOf: async (personId) => inboxes.find('ALL', inboxIdOf(personId)) };
}

const schema = new Schema<Inbox>(
  { ...AGGREGATE, personId: text, readUpTo: instant, markedAt: instant } satisfies Paths<Inbox>,
  RECORD_OPTIONS,
);
