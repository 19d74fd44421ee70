import type { Language, RecordType, SignUpRowFragment } from '../generated/api.ts';
import { nameOf, type Named } from '../text/named.ts';
import type { Text } from '../text/text.ts';

/** The words for the states of each kind of record. */
const STATES: Readonly<Partial<Record<RecordType, string>>> = {
  INCIDENT: 'state',
  SERVICE_REQUEST: 'serviceRequest.state',
  PROBLEM: 'problem.state',
  KNOWN_ERROR: 'knownError.state',
  CHANGE: 'change.state',
  CONTINUITY_EVENT: 'continuity.stage',
};

/** What a sign-up is for, in the reader's words: the kinds of record first, then what narrows them. */
export function wordsOf(
  { recordType, serviceId, state, risk, priority }: SignUpRowFragment['filter'],
  { text, services, language }: { text: Text; services: readonly Named[]; language: Language },
): string[] {
  const stateWord = (code: string) => {
    const groups = recordType.flatMap((type) => STATES[type] ?? []);
    return text.word(groups.find((group) => text.has(`${group}.${code}`)) ?? '', code);
  };
  const states = state.map((code) => stateWord(code)).join(', ');
  const names = serviceId.map((id) => nameOf(services, id, language)).join(', ');
  return [
    recordType.map((type) => text.word('notification.kind', type)).join(', '),
    names && text('following.services', { names }),
    states && text('following.states', { states }),
    risk.map((code) => text.word('change.risk', code)).join(', '),
    priority.map((code) => text.word('priority', code)).join(', '),
  ].filter(Boolean);
}
