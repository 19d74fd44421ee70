import type { Inbox } from './inbox.ts';

/** An inbox as the API shows it. One in which all was never marked is not stored. */
export type InboxView = Pick<Inbox, 'personId'> & { readUpTo: Date | null };

/** The answer of a mutation that changes an inbox. */
export interface InboxAnswer {
  inbox: InboxView;
  replayed: boolean;
}
