import type { ComponentType } from 'react';
import type { Api, Write } from '../api/client.ts';
import type { Address } from '../app/noun.ts';
import type { ActionRecord } from '../forms/action-form.tsx';
import type { ActorRefFragment, CommentTextFragment, Language, NoteTextFragment } from '../generated/api.ts';
import type { MessageId } from '../text/text.ts';

/** A record as the parts of its page see it, of whatever noun. */
export interface PageRecord extends ActionRecord {
  title: string;
  state: string;
}

/** Some messages about a record, the latest ones; null where there is no such record. */
export type MessagePage<Message> = {
  nodes: Message[];
  totalCount: number | null;
  pageInfo: { hasPreviousPage: boolean };
} | null;

/** One entry of a record's history. */
export interface HistoryEntry {
  kind: string;
  at: string;
  actor: ActorRefFragment | null;
  changes: { field: string; from: string | null; to: string | null }[];
  remark: string | null;
  version: number | null;
}

/** A page of a history, the latest one first, each in the order of time; null where there is no such record. */
export type HistoryPage = {
  nodes: HistoryEntry[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
} | null;

/** What is sent with a message about a record. */
export interface MessageInput {
  id: string;
  text: string;
  idempotencyKey: string;
}

/** A message that was written, and its record; each is null where it could not be read. */
export interface WrittenMessage<Rec, Message> {
  message: Message | null;
  record: Rec | null;
}

/**
 * What a noun says once of its records, for the parts of their pages. Its words for codes are in groups that begin with its name:
 * `change.action.PUBLISH`, `change.event.PUBLISHED`, `change.changed.state`, `change.error.CONFLICT`.
 */
export interface RecordNoun<Rec extends PageRecord> {
  /** Begins the keys of its queries too. */
  name: string;
  /** The list of all, and one record there, by number. */
  list: Address;
  address(number: string): Address;
  /** Its title in the reader's language; left out: `title` is the only one. */
  titleOf?(record: Rec, language: Language): string;
  /** What the open record is called, for a screen reader. */
  label: MessageId;
  /** One record by id or number. Null when there is none that the reader may see. */
  find(api: Api, id: string): Promise<Rec | null>;
  /** How often the record is read again by itself, in milliseconds, because its answer ages without a change. */
  agesMs?(record: Rec): number | null;
  /** A page of its history, before a cursor. */
  history(api: Api, id: string, before: string | null): Promise<HistoryPage>;
  /** Gives the words for the values of changes. */
  useFieldWord(entries: readonly HistoryEntry[]): (field: string, value: string) => string;
  /** Left out: people do not write about its records. */
  comments?: Messages<Rec, CommentTextFragment>;
  notes?: Messages<Rec, NoteTextFragment>;
}

/** How messages of one kind are read, the last ones, and written. */
export interface Messages<Rec extends PageRecord, Message> {
  read(api: Api, id: string, last: number): Promise<MessagePage<Message>>;
  write(write: Write, input: MessageInput): Promise<WrittenMessage<Rec, Message>>;
  /** Who will read what a customer writes. Left out: the own organization and the service desk. */
  readers?(record: Rec): MessageId;
}

/** A part of a page that shows one record. */
export type RecordPart<Rec extends PageRecord> = ComponentType<{ record: Rec }>;
