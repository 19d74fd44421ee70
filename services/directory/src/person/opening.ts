import { EMAIL_CHARACTERS_MAX, isEmailAddress } from '@desk/kit/api/scalars';
import { derivedId } from '@desk/kit/process/ids';
import type { Decision } from '@desk/kit/write/event';
import type { ActContext } from '@desk/kit/write/describe-change';
import { searchWords, sortKey } from '../name/name.ts';
import { principalEvent, type PrincipalEvent } from '../principal/event.ts';
import { newPrincipal, type PrincipalInput } from '../principal/opening.ts';
import type { Person } from './person.ts';

/** What a person starts with. */
export interface PersonInput extends PrincipalInput {
  email: string;
}

/** The request that creates a person of a first login. The id follows from it: the same login again meets the first person. */
export function personRequest(login: string) {
  return { principal: 'directory', operation: 'createPerson', key: login };
}

/** The id of the person of a first login. */
export function personId(login: string): string {
  return derivedId('per', personRequest(login));
}

/** A new person. Refuses BAD_USER_INPUT. */
export function createPerson(input: PersonInput, act: ActContext): Decision<Person, PrincipalEvent> {
  const { check } = act;
  const [login = ''] = input.logins;
  const principal = newPrincipal({ id: personId(login), kind: 'PERSON' }, input, act);
  const email = check.line('input.email', input.email, EMAIL_CHARACTERS_MAX);
  check.require('input.email', !email || isEmailAddress(email), {
    code: 'MALFORMED',
    args: { type: 'EmailAddress' },
    message: 'must be an e-mail address such as lena@example.ca.',
  });
  check.done();
  const { name } = principal;
  const record: Person = { ...principal, email, nameKey: sortKey(name), words: searchWords(name) };
  const changedFields = ['name', 'email', 'active', 'memberships'] as const;
  return { record, events: [principalEvent('created', { record, changedFields, personal: { name, email } }, act)] };
}
