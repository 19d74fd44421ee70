import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import type { Choice } from '../forms/field.tsx';
import type { IncidentState, Language } from '../generated/api.ts';
import { analystsQuery } from '../person/queries.ts';
import type { Text } from '../text/text.ts';
import { useServiceChoices } from '../service/queries.ts';
import { ownName, type Named } from '../text/named.ts';
import { useReferences } from './references.ts';

/** Lists that a choice can come from. */
export type ChoiceSource = 'groups' | 'analysts' | 'categories' | 'services';

/** The choices of a list, in the reader's language. `analysts` is empty until it is loaded, and unless it is among the sources. */
export function useChoices(sources: readonly ChoiceSource[]): (source: ChoiceSource) => Choice[] {
  const { language, me, api } = useSession();
  const references = useReferences();
  const services = useServiceChoices();
  const analysts = useQuery({ ...analystsQuery(api), enabled: sources.includes('analysts') });
  return (source) => {
    if (source === 'groups') return named(references.assignmentGroups, language);
    if (source === 'categories') return named(references.incidentCategories, language);
    if (source === 'services') return services;
    const people = (analysts.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
    return people.sort((first, second) => Number(second.value === me.id) - Number(first.value === me.id));
  };
}

/**
 * The choices among states, in the reader's words. States that read alike are one choice, and its value names them all: to a
 * customer `ASSIGNED,IN_PROGRESS` is in progress.
 */
export function stateChoices(states: readonly IncidentState[], customer: boolean, text: Text): Choice[] {
  const values = new Map<string, string>();
  for (const state of states) {
    const label = text.word(customer ? 'customerState' : 'state', state);
    const before = values.get(label);
    values.set(label, before ? `${before},${state}` : state);
  }
  return [...values].map(([label, value]) => ({ value, label }));
}

function named(entries: readonly Named[], language: Language): Choice[] {
  return entries.map((entry) => ({ value: entry.id, label: ownName(entry, language) }));
}
