import { InputCheck } from '@desk/kit/api/input';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import { requestKey } from '@desk/kit/write/request';
import type { OrganizationStore } from '../organization/store.ts';
import { deactivatePrincipal } from '../principal/acts.ts';
import { membershipsNamed, requireFreeLogins, type Named } from '../principal/mutations.ts';
import type { PrincipalInput } from '../principal/opening.ts';
import type { PrincipalStore } from '../principal/store.ts';
import type { PartnerClient } from './client.ts';
import { clientRequest, createClient } from './opening.ts';
import type { ClientStore } from './store.ts';

/** Changes of partner clients: the rules applied through the store. The API's mutations will call them. */
export interface ClientMutations {
  /** Creates a partner client. The same input again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createClient(input: Named<PrincipalInput>, act: Act): Promise<Written<PartnerClient>>;
  deactivateClient(id: string, act: Act): Promise<Written<PartnerClient>>;
}

/** The changes over a store. */
export function clientMutations(store: OrganizationStore & PrincipalStore & ClientStore): ClientMutations {
  return {
    async createClient(input, act) {
      const [login = ''] = input.logins;
      const memberships = await membershipsNamed(store, input.memberships);
      const { record, events } = createClient({ ...input, memberships }, { ...act, check: new InputCheck() });
      await requireFreeLogins(store, record);
      return store.clients.create(record, events, { key: requestKey(clientRequest(login), input) });
    },
    deactivateClient: (id, act) =>
      store.clients.change(id, { reach: 'ALL' }, (current) => deactivatePrincipal(current, act)),
  };
}
