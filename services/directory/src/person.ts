import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Connection } from '@desk/kit/page';
import type { Act } from './act.ts';
import { principalEvent, principalFields, type PrincipalInput, type PrincipalRecord } from './principal.ts';
import { searchWords, sortKey } from './search-words.ts';

/** A person as stored. */
export interface Person extends PrincipalRecord {
  kind: 'PERSON';
  /** Business e-mail address. */
  email: string;
  /** The name as lists are sorted by it. */
  nameKey: string;
  /** What lists find the person by: the words of the name. */
  words: string[];
}

/** A page of people, as the API shows it. */
export type PersonPage = Connection<Person>;

/** What a person starts with. */
export interface PersonInput extends PrincipalInput {
  email: string;
}

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const EMAIL_CHARACTERS_MAX = 254;

/** A new person. Refuses BAD_USER_INPUT. */
export function registerPerson(id: string, input: PersonInput, act: Act): Decision<Person> {
  const check = new InputCheck();
  const fields = principalFields(id, 'PERSON', input, check);
  const email = check.line('input.email', input.email, EMAIL_CHARACTERS_MAX);
  check.require('input.email', !email || EMAIL.test(email), 'must be an e-mail address.');
  check.done();
  const { name } = fields;
  const record: Person = { ...fields, email, nameKey: sortKey(name), words: searchWords(name) };
  const changed = ['name', 'email', 'active', 'memberships'];
  return { record, events: [principalEvent('created', record, changed, act, { name, email })] };
}
