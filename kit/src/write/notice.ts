import type { AnyDraft, Decision, EventDraft } from './event.ts';
import type { Act } from './describe-change.ts';
import type { Aggregate } from './record.ts';
import type { Subject } from './record-schema.ts';

/** The type of the event by which any service asks for a notice. Only notifications decide who is told, when and how. */
export const NOTICE_DUE = 'notice.due';

/** The version of the data below. */
export const NOTICE_EVENT_VERSION = 1;

/**
 * Who must be told: one person, the people of some organizations, or those of every distributor. With `roles`, of these people only those who
 * have one of them.
 */
export type NoticeAudience =
  | { kind: 'PERSON'; id: string }
  | { kind: 'ORGANIZATIONS'; ids: readonly string[]; roles?: readonly string[] }
  | { kind: 'ALL_LDCS'; roles?: readonly string[] };

/** A notice as a rule asks for it. */
export interface Notice {
  /** What it tells, as a code: `continuity_declared`. */
  topic: string;
  audience: NoticeAudience;
  severity: 'INFO' | 'WARNING' | 'CRITICAL';
  /** True where nobody may mute it. */
  mandatory: boolean;
  /** Names the step within the life of the record: each step is told once. */
  stepKey: string;
}

/** The data of a notice that is due. */
export interface NoticeData extends Notice {
  /** The record that it is about. */
  subject: Subject;
  /** The version of the record's event that it tells of: who follows the record too is told once. Absent where there is none. */
  announces?: number;
  /** True where every organization may learn of it. */
  published?: true;
}

/** The draft of a notice. */
export type NoticeDraft = EventDraft<typeof NOTICE_DUE, NoticeData>;

/** A decision that also asks for a notice of its first event, in the same write. The notice comes first: the record's version stays that of its own event. */
export function withNotice<Rec extends Aggregate, Draft extends AnyDraft>(
  { record, events }: Decision<Rec, Draft>,
  notice: Notice & Pick<NoticeData, 'subject' | 'published'>,
  { at, by }: Act,
): Decision<Rec, Draft | NoticeDraft> {
  const due: NoticeDraft = {
    type: NOTICE_DUE,
    eventVersion: NOTICE_EVENT_VERSION,
    at,
    actor: by,
    background: true,
    data: { ...notice, announces: record.version + 2 },
  };
  return { record, events: [due, ...events] };
}
