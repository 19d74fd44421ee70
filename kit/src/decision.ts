import type { EventDraft } from './event.ts';

/** The events of one act, in order; at least one. */
export type Drafts = readonly [EventDraft, ...EventDraft[]];

/** What becomes of a record, and what is to be told of it. */
export interface Decision<T> {
  record: T;
  events: Drafts;
}
