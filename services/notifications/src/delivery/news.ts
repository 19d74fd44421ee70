import type { StreamEvent } from '@desk/kit/log/entry';
import { NOTICE_DUE, type NoticeAudience, type NoticeData } from '@desk/kit/write/notice';
import type { NotificationSeverity } from '../generated/api.ts';
import type { Argument, Message } from '../notification/notification.ts';
import { RECORD_TYPES } from '../record/record-types.ts';
import { subjectOf, visibilityOf, type Visibility } from '../record/visibility.ts';

/** An event that people may be told of. */
export interface News {
  message: Message;
  visibility: Visibility;
  /** What the event names for filters: values before and after, by the name of the condition. */
  match: Readonly<Record<string, unknown>>;
  /** Who must be told. Null where those are told who follow the record or signed up. */
  audience: NoticeAudience | null;
}

/** Events of the desk itself, and those that only accompany another one of the same act. */
const NO_NEWS = new Set([
  'incident.answered',
  'incident.clock_warned',
  'service_request.clock_warned',
  'enrolment.progressed',
  'enrolment.answered',
]);
/** The changed fields whose new code the sentence may name. */
const NAMED_FIELDS = new Set(['state', 'stage', 'priority', 'risk', 'classification']);
const URGENT: Readonly<Record<string, string>> = {
  priority: 'P1',
  type: 'EMERGENCY',
  classification: 'BUSINESS_INTERRUPTION_EVENT',
};

/** What people may be told of an event. Null for one that is no news: imported history, or an event that accompanies another. */
export function readNews(event: StreamEvent): News | null {
  const { type, aggregate, seq, at, actor, data } = event;
  const record = subjectOf(event);
  if (!record || data['imported'] === true || data['carried'] === true || NO_NEWS.has(type)) return null;
  const { topic } = RECORD_TYPES[record.type];
  const common = { topic, record, actor, at };
  const visibility = visibilityOf(event);
  if (type === NOTICE_DUE) {
    const notice = data as unknown as NoticeData;
    const key =
      notice.announces === undefined ? `${record.id} ${notice.stepKey}` : eventKey(aggregate, notice.announces, at);
    const { severity, audience } = notice;
    return {
      message: { ...common, key, severity, code: `notice.${notice.topic}`, arguments: [] },
      visibility,
      match: {},
      audience,
    };
  }
  const match = (data['match'] ?? {}) as News['match'];
  return {
    message: {
      ...common,
      key: eventKey(aggregate, seq, at),
      severity: severityOf(type, match),
      code: type,
      arguments: argumentsOf(data),
    },
    visibility,
    match,
    audience: null,
  };
}

/** Names an event for ever, also once its log was restored and another event has its place. */
function eventKey(aggregate: string, seq: number, at: Date): string {
  return `${aggregate} ${seq} ${at.getTime()}`;
}

function severityOf(type: string, match: News['match']): NotificationSeverity {
  const isUrgent = Object.entries(URGENT).some(([name, value]) => valuesOf(match, name).at(-1) === value);
  if (isUrgent) return 'CRITICAL';
  return type.endsWith('.clock_breached') ? 'WARNING' : 'INFO';
}

function argumentsOf(data: Record<string, unknown>): Argument[] {
  const changes = (data['changes'] ?? []) as { field: string; to: string | null }[];
  return changes.flatMap(({ field, to }) =>
    NAMED_FIELDS.has(field) && to !== null ? [{ name: field, value: to }] : [],
  );
}

/** The values that an event names for a condition: before, then after. */
export function valuesOf(match: News['match'], condition: string): unknown[] {
  return [match[condition] ?? []].flat();
}
