import { useQuery } from '@tanstack/react-query';
import type { ChoiceSource } from './actions.ts';
import { useDesk } from './desk.tsx';
import type { Choice } from './forms/field.tsx';
import type { IncidentState, Language } from './generated/api.ts';
import { HOLD_REASONS, PRIORITIES } from './incident-filter.ts';
import { useText, wordFor, type Text } from './text.ts';

/** The codes of the choices that are enums of the API, by the group of their words. */
const ENUM_CHOICES = {
  impacts: { group: 'impact', codes: ['HIGH', 'MEDIUM', 'LOW'] },
  urgencies: { group: 'urgency', codes: ['HIGH', 'MEDIUM', 'LOW'] },
  priorities: { group: 'priority', codes: PRIORITIES },
  holdReasons: { group: 'holdReason', codes: HOLD_REASONS },
  resolutionCodes: {
    group: 'resolutionCode',
    codes: ['FIXED', 'WORKAROUND', 'KNOWN_ERROR', 'NOT_REPRODUCIBLE', 'DUPLICATE', 'CUSTOMER_SIDE', 'BY_CHANGE'],
  },
  causes: {
    group: 'cause',
    codes: ['SOFTWARE', 'CONFIGURATION', 'DATA', 'INFRASTRUCTURE', 'HUMAN', 'SUPPLIER', 'CUSTOMER_SYSTEM', 'UNKNOWN'],
  },
  linkKinds: {
    group: 'linkKind',
    // That of a duplicate comes with resolving it, and that of a follow-up with reporting it.
    codes: ['CHILD_OF', 'CAUSED_BY_CHANGE', 'CAUSED_BY_PROBLEM', 'FIXED_BY_CHANGE', 'WORKAROUND_BY', 'RELATED_TO'],
  },
} as const;

/** The choices of a list, in the reader's language. `analysts` is empty until it is loaded, and unless `wanted`. */
export function useChoices(wanted: boolean): (source: ChoiceSource) => Choice[] {
  const { references, language, me, queries } = useDesk();
  const text = useText();
  const analysts = useQuery({ ...queries.analysts, enabled: wanted });
  return (source) => {
    if (source === 'groups') return named(references.assignmentGroups, language);
    if (source === 'categories') return named(references.incidentCategories, language);
    if (source === 'services') return named(references.services, language);
    if (source === 'analysts') {
      const people = (analysts.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
      return people.sort((first, second) => Number(second.value === me.id) - Number(first.value === me.id));
    }
    const { group, codes } = ENUM_CHOICES[source];
    return codes.map((code) => ({ value: code, label: wordFor(text, group, code) }));
  };
}

/**
 * The choices among states, in the reader's words. States that read alike are one choice, and its value names them all: to a
 * customer `ASSIGNED,IN_PROGRESS` is in progress.
 */
export function stateChoices(states: readonly IncidentState[], customer: boolean, text: Text): Choice[] {
  const values = new Map<string, string>();
  for (const state of states) {
    const label = wordFor(text, customer ? 'customerState' : 'state', state);
    const before = values.get(label);
    values.set(label, before ? `${before},${state}` : state);
  }
  return [...values].map(([label, value]) => ({ value, label }));
}

/** The distributors whose incidents the reader can tell apart; none where there is nothing to choose. */
export function useOrganizations(): Choice[] {
  const { customer, clients, queries } = useDesk();
  const distributors = useQuery({ ...queries.distributors, enabled: !customer }).data ?? [];
  return (customer ? clients : distributors).map(({ id, name }) => ({ value: id, label: name }));
}

/** A service's, category's or group's name in the reader's language; its code when it is not known. */
export function nameOf(entries: readonly Named[], id: string, language: Language): string {
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) return id;
  return language === 'FR' ? entry.fr : entry.en;
}

interface Named {
  id: string;
  en: string;
  fr: string;
}

function named(entries: readonly Named[], language: Language): Choice[] {
  return entries.map(({ id, en, fr }) => ({ value: id, label: language === 'FR' ? fr : en }));
}
