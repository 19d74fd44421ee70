import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { analystsQuery } from '../person/queries.ts';
import type { HistoryEntry } from '../record/noun.ts';
import { useText } from '../text/text.ts';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useReferences } from './references.ts';

/** The words for codes in changes, by the name of the changed field. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  state: 'state',
  priority: 'priority',
  impact: 'impact',
  urgency: 'urgency',
  environment: 'environment',
  holdReason: 'holdReason',
  hold: 'holdReason',
  resolutionCode: 'resolutionCode',
  resolution: 'resolutionCode',
  cause: 'cause',
  RESPONSE: 'breachCause',
  RESOLUTION: 'breachCause',
  UPDATE: 'breachCause',
};

/** Gives the words for the values of changes. Who is named in one usually acts in another entry; staff look up the rest. */
export function useFieldWord(entries: readonly HistoryEntry[]): (field: string, value: string) => string {
  const text = useText();
  const { staff, customer, language, format, api } = useSession();
  const references = useReferences();
  const services = useServices();
  const names = new Map(entries.map(({ actor }) => [actor?.person?.id, actor?.person?.name]));
  const unknown = entries.some(({ changes }) =>
    changes.some(({ field, from, to }) => isPerson(field) && [from, to].some((id) => id !== null && !names.has(id))),
  );
  const analysts = useQuery({ ...analystsQuery(api), enabled: staff && unknown }).data ?? [];
  for (const { id, name } of analysts) names.set(id, name);
  return (field, value) => {
    if (isPerson(field)) return names.get(value) ?? text('actor.person');
    const words = FIELD_WORDS[field.split('.')[0] ?? ''];
    const group = words === 'state' && customer ? 'customerState' : words;
    if (group && text.has(`${group}.${value}`)) return text.word(group, value);
    if (field.startsWith('service')) return nameOf(services, value, language);
    if (field.startsWith('category')) return nameOf(references.incidentCategories, value, language);
    if (field.startsWith('assignmentGroup')) return nameOf(references.assignmentGroups, value, language);
    return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? format.instant(value) : value;
  };
}

function isPerson(field: string): boolean {
  return field.startsWith('assignee');
}
