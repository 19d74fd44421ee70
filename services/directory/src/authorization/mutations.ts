import { InputCheck } from '@desk/kit/api/input';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import { requestKey } from '@desk/kit/write/request';
import { organizationNamed } from '../organization/mutations.ts';
import type { OrganizationStore } from '../organization/store.ts';
import { revokeAuthorization } from './acts.ts';
import type { AgentAuthorization } from './authorization.ts';
import { authorizationId, authorizationRequest, grantAuthorization, type AuthorizationInput } from './opening.ts';
import type { AuthorizationStore } from './store.ts';

/** An authorization's input with both companies by id or code. */
export type NamedAuthorization = Omit<AuthorizationInput, 'id' | 'agent' | 'organization'> & {
  agent: string;
  organization: string;
};

/** Changes of authorizations: the rules applied through the store. The API's mutations will call them. */
export interface AuthorizationMutations {
  /** Grants an authorization under a key. The same key again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  grantAuthorization(key: string, input: NamedAuthorization, act: Act): Promise<Written<AgentAuthorization>>;
  revokeAuthorization(id: string, act: Act): Promise<Written<AgentAuthorization>>;
}

/** The changes over a store. */
export function authorizationMutations(store: OrganizationStore & AuthorizationStore): AuthorizationMutations {
  return {
    async grantAuthorization(key, input, act) {
      const agent = await organizationNamed(store, 'input.agentId', input.agent);
      const organization = await organizationNamed(store, 'input.organizationId', input.organization);
      const { record, events } = grantAuthorization(
        { ...input, id: authorizationId(key), agent, organization },
        { ...act, check: new InputCheck() },
      );
      return store.authorizations.create(record, events, { key: requestKey(authorizationRequest(key), input) });
    },
    revokeAuthorization: (id, act) =>
      store.authorizations.change(id, { reach: 'ALL' }, (current) => revokeAuthorization(current, act)),
  };
}
