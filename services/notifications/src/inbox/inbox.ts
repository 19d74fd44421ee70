import { derivedId } from '@desk/kit/process/ids';
import type { RecordNames } from '@desk/kit/api/reference';
import type { Aggregate } from '@desk/kit/write/record';

/** The inbox of one person, as it is stored once all was marked as read. The organization is the person's at that time. */
export interface Inbox extends Aggregate {
  personId: string;
  /** Every notification that was created up to then is read. */
  readUpTo: Date;
  /** When the person last marked all. */
  markedAt: Date;
}

/** How the log names inboxes. */
export const INBOX_NAMES = { noun: 'inbox', idPrefix: 'inb', numberPrefix: 'INB' } as const satisfies RecordNames;

/** The id of a person's inbox. */
export function inboxIdOf(personId: string): string {
  return derivedId(INBOX_NAMES.idPrefix, { principal: personId, operation: 'inbox', key: '1' });
}
