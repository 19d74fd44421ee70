import { InputCheck } from '@desk/kit/api/input';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import { requestKey } from '@desk/kit/write/request';
import type { OrganizationStore } from '../organization/store.ts';
import { changeMemberships, deactivatePrincipal } from '../principal/acts.ts';
import { membershipsNamed, requireFreeLogins, type Named, type NamedMembership } from '../principal/mutations.ts';
import type { PrincipalStore } from '../principal/store.ts';
import { createPerson, personRequest, type PersonInput } from './opening.ts';
import type { Person } from './person.ts';
import type { PersonStore } from './store.ts';

/** Changes of people: the rules applied through the store. The API's mutations will call them. */
export interface PersonMutations {
  /** Creates a person. The same input again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createPerson(input: Named<PersonInput>, act: Act): Promise<Written<Person>>;
  changePersonMemberships(id: string, memberships: readonly NamedMembership[], act: Act): Promise<Written<Person>>;
  deactivatePerson(id: string, act: Act): Promise<Written<Person>>;
}

/** The changes over a store. */
export function personMutations(store: OrganizationStore & PrincipalStore & PersonStore): PersonMutations {
  return {
    async createPerson(input, act) {
      const [login = ''] = input.logins;
      const memberships = await membershipsNamed(store, input.memberships);
      const { record, events } = createPerson({ ...input, memberships }, { ...act, check: new InputCheck() });
      await requireFreeLogins(store, record);
      return store.people.create(record, events, { key: requestKey(personRequest(login), input) });
    },
    async changePersonMemberships(id, named, act) {
      const memberships = await membershipsNamed(store, named);
      return store.people.change(id, { reach: 'ALL' }, (current) =>
        changeMemberships(current, memberships, { ...act, check: new InputCheck() }),
      );
    },
    deactivatePerson: (id, act) =>
      store.people.change(id, { reach: 'ALL' }, (current) => deactivatePrincipal(current, act)),
  };
}
