import { Schema, type Connection, type Model } from 'mongoose';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '../api/page.ts';
import type { Reach } from '../api/viewer.ts';
import type { OutboxSource } from '../log/history.ts';
import type { Aggregates } from '../write/aggregates.ts';
import type { Journal } from '../write/journal.ts';
import { RECORD_ONLY, type Paths } from '../write/record.ts';
import { findByIds } from '../write/record-store.ts';
import { AGGREGATE, RECORD_OPTIONS, actor, flag, instant, subject, text } from '../write/record-schema.ts';
import type { Comment, InternalNote } from './message.ts';

/** The messages of one kind about records of one noun. */
export interface MessageStore<M extends InternalNote> {
  records: Aggregates<M>;
  model: Model<M>;
  /** The prefix of the messages' ids. */
  prefix: string;
  /** A page of the messages about a record, oldest first. */
  list(subjectId: string, page: PageRequest): Promise<Page<M>>;
  count(subjectId: string): Promise<number | null>;
  /** Messages by id, in one query, within reach; in no order. */
  byIds(reach: Reach, ids: readonly string[]): Promise<M[]>;
  /** Where the events of a record's messages wait before they are in the log. */
  outboxes(subjectId: string): OutboxSource;
}

/** The comments and internal notes about records of one noun. */
export interface Conversation {
  comments: MessageStore<Comment>;
  notes: MessageStore<InternalNote>;
}

/** The names under which a noun keeps its messages. */
export interface ConversationNames {
  /** The noun as the type of the subject: `INCIDENT`. */
  noun: string;
  comments: MessageNames;
  notes: MessageNames;
}

/** The collection of messages of one kind, and the prefix of their ids. */
export interface MessageNames {
  collection: string;
  prefix: string;
}

/** Opens the messages of a noun: models, indexes, aggregates. */
export async function openConversation(
  { connection, journal }: { connection: Connection; journal: Journal },
  { noun, comments, notes }: ConversationNames,
): Promise<Conversation> {
  const paths = { ...messagePaths(noun), fromStaff: flag } satisfies Paths<Comment>;
  return {
    comments: await openMessages({ connection, journal }, comments, new Schema<Comment>(paths, RECORD_OPTIONS)),
    notes: await openNotes({ connection, journal }, { noun, notes }),
  };
}

/** Opens the internal notes of a noun about which nobody writes publicly. */
export function openNotes(
  { connection, journal }: { connection: Connection; journal: Journal },
  { noun, notes }: Pick<ConversationNames, 'noun' | 'notes'>,
): Promise<MessageStore<InternalNote>> {
  const schema = new Schema<InternalNote>(messagePaths(noun), RECORD_OPTIONS);
  return openMessages({ connection, journal }, notes, schema);
}

/** Messages have ids that grow with time, except those whose id comes from a retry key: time decides, then the id. */
const OLDEST_FIRST: SortField[] = [
  { field: 'createdAt', direction: 1 },
  { field: '_id', direction: 1 },
];

function messagePaths(noun: string) {
  return {
    ...AGGREGATE,
    subject: subject(noun),
    text,
    author: actor,
    createdAt: instant,
  } satisfies Paths<InternalNote>;
}

async function openMessages<M extends InternalNote>(
  { connection, journal }: { connection: Connection; journal: Journal },
  { collection, prefix }: MessageNames,
  schema: Schema<M>,
): Promise<MessageStore<M>> {
  schema.index({ 'subject.id': 1, createdAt: 1, _id: 1 });
  const model = connection.model<M>(collection, schema, collection);
  const of = (subjectId: string) => ({ 'subject.id': subjectId }) as object;
  return {
    model,
    prefix,
    records: await journal.aggregates<M>(model, prefix),
    list: (subjectId, page) =>
      findPage(model, { of: subjectId, filter: of(subjectId), sort: OLDEST_FIRST, projection: RECORD_ONLY }, page),
    count: (subjectId) => countUpTo(model, of(subjectId)),
    byIds: (reach, ids) => findByIds(model, reach, ids),
    outboxes: (subjectId) => ({ collection, filter: of(subjectId), oldestBy: 'createdAt' }),
  };
}
