import { badInput } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import { requestKey } from '@desk/kit/write/request';
import type { OrganizationStatus } from '../generated/api.ts';
import { setOrganizationStatus } from './acts.ts';
import { createOrganization, organizationRequest, type OrganizationInput } from './opening.ts';
import type { Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';

/** Changes of organizations: the rules applied through the store. The API's mutations will call them. */
export interface OrganizationMutations {
  /** Creates an organization. The same input again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createOrganization(input: OrganizationInput, act: Act): Promise<Written<Organization>>;
  setOrganizationStatus(id: string, status: OrganizationStatus, act: Act): Promise<Written<Organization>>;
}

/** The changes over a store. */
export function organizationMutations({ organizations }: OrganizationStore): OrganizationMutations {
  return {
    async createOrganization(input, act) {
      const { record, events } = createOrganization(input, { ...act, check: new InputCheck() });
      return organizations.create(record, events, { key: requestKey(organizationRequest(record.code), input) });
    },
    setOrganizationStatus: (id, status, act) =>
      organizations.change(id, { reach: 'ALL' }, (current) => setOrganizationStatus(current, status, act)),
  };
}

/** The organization that an input names by id or code. Refuses BAD_USER_INPUT when there is none. */
export async function organizationNamed(
  store: Pick<OrganizationStore, 'findOrganization'>,
  path: string,
  idOrCode: string,
): Promise<Organization> {
  const found = await store.findOrganization('ALL', idOrCode);
  if (found) return found;
  const message = `must be the id or code of an organization: there is no ${idOrCode}.`;
  throw badInput([{ path, code: 'NO_SUCH_RECORD', message }]);
}
