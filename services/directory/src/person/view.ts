import type { Connection } from '@desk/kit/api/page';
import type { HistoryEntry } from '@desk/kit/log/history';
import type { PersonEventKind } from '../generated/api.ts';
import { historyView } from '../history/view.ts';
import type { Person } from './person.ts';

/** A page of people, as the API shows it. */
export type PersonPage = Connection<Person>;

export type PersonHistoryEntry = HistoryEntry<PersonEventKind>;
export type PersonHistoryPage = Connection<PersonHistoryEntry>;

/** The answer of a mutation that changes a person. */
export interface PersonAnswer {
  person: Person;
  version: number;
  replayed: boolean;
}

/** How a person's events are shown in the person's history. */
export const PERSON_HISTORY = historyView<PersonEventKind>({
  'person.created': 'CREATED',
  'person.changed': 'CHANGED',
  'person.activated': 'ACTIVATED',
  'person.suspended': 'SUSPENDED',
  'person.reinstated': 'REINSTATED',
  'person.deactivated': 'DEACTIVATED',
});
