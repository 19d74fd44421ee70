import type { Address } from '../app/noun.ts';
import type { Language, RecordType } from '../generated/api.ts';
import { ownName } from '../text/named.ts';
import type { Text } from '../text/text.ts';
import type { NotificationRow } from './queries.ts';

/** The words for what happened, by the noun with which a code begins. */
const WORDS: Readonly<Record<string, string>> = {
  incident: 'incident.event',
  service_request: 'serviceRequest.event',
  problem: 'problem.event',
  known_error: 'knownError.event',
  change: 'change.event',
  continuity_event: 'continuity.event',
  enrolment: 'notification.enrolment',
  notice: 'notification.notice',
};

/** Where the page of a record is. */
const PAGES: Readonly<Record<RecordType, (id: string) => Address>> = {
  INCIDENT: (id) => ({ to: '/incidents/$id', params: { id } }),
  SERVICE_REQUEST: (id) => ({ to: '/requests/$id', params: { id } }),
  PROBLEM: (id) => ({ to: '/problems/$id', params: { id } }),
  KNOWN_ERROR: (id) => ({ to: '/known-errors/$id', params: { id } }),
  CHANGE: (id) => ({ to: '/changes/$id', params: { id } }),
  CONTINUITY_EVENT: (id) => ({ to: '/continuity/$id', params: { id } }),
  ENROLMENT: (id) => ({ to: '/academy/$id', params: { id } }),
};

/** What happened, in the reader's language. */
export function deedOf({ code }: Pick<NotificationRow, 'code'>, text: Text): string {
  const [noun = '', deed = ''] = code.split('.');
  return text.word(WORDS[noun] ?? 'notification.code', deed.toUpperCase());
}

/** What the record is called, and where its page is; null where the reader can see it no longer. */
export function recordOf(
  { record, recordType, recordId }: Pick<NotificationRow, 'record' | 'recordType' | 'recordId'>,
  language: Language,
): { number: string | null; title: string; address: Address } | null {
  if (!record) return null;
  if ('course' in record) {
    const { course } = record;
    return course && { number: null, title: ownName(course, language), address: PAGES.ENROLMENT(course.id) };
  }
  if (!('number' in record)) return null;
  const title = 'title' in record ? record.title : ownName(record, language);
  return { number: record.number, title, address: PAGES[recordType](record.number || recordId) };
}
