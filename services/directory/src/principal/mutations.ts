import { badInput } from '@desk/kit/api/errors';
import type { Role } from '../generated/api.ts';
import { organizationNamed } from '../organization/mutations.ts';
import type { OrganizationStore } from '../organization/store.ts';
import type { MembershipInput } from './membership.ts';
import type { PrincipalInput } from './opening.ts';
import type { PrincipalStore } from './store.ts';

/** A membership by the organization's id or code. */
export interface NamedMembership {
  organization: string;
  roles: readonly Role[];
}

/** A principal's input with organizations by id or code. */
export type Named<Input extends PrincipalInput> = Omit<Input, 'memberships'> & {
  memberships: readonly NamedMembership[];
};

/** The memberships that an input names, with their organizations. Refuses BAD_USER_INPUT. */
export function membershipsNamed(
  store: Pick<OrganizationStore, 'findOrganization'>,
  named: readonly NamedMembership[],
): Promise<MembershipInput[]> {
  return Promise.all(
    named.map(async ({ organization, roles }, index) => ({
      organization: await organizationNamed(store, `input.memberships.${index}.organization`, organization),
      roles,
    })),
  );
}

/** Refuses a login that another person or client has. Unique indexes hold it among people and among clients; this says it in words, and across both. */
export async function requireFreeLogins(
  store: PrincipalStore,
  { _id, logins }: { _id: string; logins: readonly string[] },
): Promise<void> {
  for (const login of logins) {
    const owner = await store.findLogin(login);
    if (!owner || owner._id === _id) continue;
    const message = `must be free: ${login} is another's login.`;
    throw badInput([{ path: 'input.logins', code: 'ALREADY_TAKEN', message }]);
  }
}
