import type { Actor } from '../api/actor.ts';
import {
  describeEvent,
  type ActContext,
  type EventOf,
  type EventWords,
  type KindWith,
  type NounDraft,
} from '../write/describe-change.ts';
import type { Decision } from '../write/event.ts';
import type { Aggregate } from '../write/record.ts';
import type { Subject } from '../write/record-schema.ts';

/** Longest text of a message, in KiB. */
export const MESSAGE_KIB_MAX = 64;

/** A text about a record. It is a record of its own, so that the subject never grows with it. */
interface Message extends Aggregate {
  subject: Subject;
  text: string;
  author: Actor;
  createdAt: Date;
}

/** A public comment: everybody who sees the subject can read it. */
export interface Comment extends Message {
  /** True when the operator's staff wrote it. */
  fromStaff: boolean;
}

/** An internal note: only staff can read it. Another type in another collection, so that no flag can be forgotten. */
export type InternalNote = Message;

/** A new message. */
export interface MessageInput {
  id: string;
  text: string;
}

/** A new comment. */
export interface CommentInput extends MessageInput {
  fromStaff: boolean;
  /** True for a comment that an act carries: the act already had its effect on the subject. */
  carried: boolean;
}

/** A public comment that an act carries: it is written with the act or not at all. */
export type CarriedComment = MessageInput;

/** The data that only the events of messages hold. */
export interface MessageData {
  messageId: string;
  version: number;
  carried: boolean;
}

/** The rules by which messages about records of a noun are written. */
export interface MessageRules<Rec extends Aggregate, Events, Noun extends string> {
  /** Writes a public comment about a record. Refuses BAD_USER_INPUT. */
  writeComment(record: Rec, input: CommentInput, act: ActContext): Decision<Comment, NounDraft<Events, Noun>>;
  writeNote: WriteNote<Rec, Events, Noun>;
}

/** Writes an internal note about a record. Refuses BAD_USER_INPUT. */
export type WriteNote<Rec extends Aggregate, Events, Noun extends string> = (
  record: Rec,
  input: MessageInput,
  act: ActContext,
) => Decision<InternalNote, NounDraft<Events, Noun>>;

/** The kinds of a noun's events that tell of a message. */
type MessageKind<Events, Noun extends string> = KindWith<Events, Noun, MessageData>;

/** The rules for messages about records of a noun, with the kinds of its events for a comment and for a note. */
export function messageRules<Rec extends Aggregate, Events, Noun extends string>(
  words: EventWords<Rec, Events, Noun>,
  kinds: Record<'comment' | 'note', MessageKind<Events, Noun>>,
): MessageRules<Rec, Events, Noun> {
  return {
    writeComment(record, { fromStaff, carried, ...input }, act) {
      const comment = { ...newMessage({ noun: words.noun, record }, input, act), fromStaff };
      const told = { kind: kinds.comment, changedFields: ['comments'], carried, internal: false };
      return messageDecision(words, { record, message: comment }, told);
    },
    writeNote: noteRule(words, kinds.note),
  };
}

/** The rule for internal notes alone, with the kind of event for a note. */
export function noteRule<Rec extends Aggregate, Events, Noun extends string>(
  words: EventWords<Rec, Events, Noun>,
  kind: MessageKind<Events, Noun>,
): WriteNote<Rec, Events, Noun> {
  return (record, input, act) => {
    const note = newMessage({ noun: words.noun, record }, input, act);
    const told = { kind, changedFields: ['internalNotes'], carried: false, internal: true };
    return messageDecision(words, { record, message: note }, told);
  };
}

function messageDecision<Rec extends Aggregate, M extends Message, Events, Noun extends string>(
  words: EventWords<Rec, Events, Noun>,
  { record, message }: { record: Rec; message: M },
  { carried, ...event }: { kind: string; changedFields: string[]; carried: boolean; internal: boolean },
): Decision<M, NounDraft<Events, Noun>> {
  const data: MessageData = { messageId: message._id, version: record.version, carried };
  const about = { ...event, at: message.createdAt, by: message.author, data, personal: { text: message.text } };
  return {
    record: message,
    events: [describeEvent(words, [record], about as unknown as EventOf<Events, Noun, KindWith<Events, Noun>>)],
  };
}

function newMessage(
  { noun, record }: { noun: string; record: Aggregate },
  { id, text }: MessageInput,
  { at, by, check }: ActContext,
): Message {
  const body = check.body('input.text', text, MESSAGE_KIB_MAX);
  check.done();
  return {
    _id: id,
    organizationId: record.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    subject: { type: noun, id: record._id },
    text: body,
    author: by,
    createdAt: at,
  };
}
