import { badInput } from '@desk/kit/errors';
import { derivedId } from '@desk/kit/ids';
import { requestKey } from '@desk/kit/request-key';
import { EVERYBODY } from '@desk/kit/write-scope';
import type { Act } from './act.ts';
import {
  grantAuthorization,
  revokeAuthorization,
  type AgentAuthorization,
  type AuthorizationInput,
} from './authorization.ts';
import { registerClient, type PartnerClient } from './client.ts';
import type { OrganizationStatus, Role } from './generated/api.ts';
import { foundOrganization, setOrganizationStatus, type Organization, type OrganizationInput } from './organization.ts';
import type { MembershipInput } from './membership.ts';
import { registerPerson, type Person, type PersonInput } from './person.ts';
import { changeMemberships, deactivatePrincipal, type PrincipalInput } from './principal.ts';
import type { Store } from './store.ts';

/** Changes of the directory: the pure rules applied through the store. The API's mutations will call these. */
export interface DirectoryActs {
  /** Creates an organization. The same one again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createOrganization(input: OrganizationInput, act: Act): Promise<Organization>;
  setOrganizationStatus(id: string, status: OrganizationStatus, act: Act): Promise<Organization>;
  /** Creates a person. The same one again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createPerson(input: Named<PersonInput>, act: Act): Promise<Person>;
  /** Creates a partner client. The same one again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createClient(input: Named<PrincipalInput>, act: Act): Promise<PartnerClient>;
  changePersonMemberships(id: string, memberships: NamedMembership[], act: Act): Promise<Person>;
  deactivatePerson(id: string, act: Act): Promise<Person>;
  deactivateClient(id: string, act: Act): Promise<PartnerClient>;
  /** Grants an authorization under a key. The same key again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  grantAuthorization(key: string, input: NamedAuthorization, act: Act): Promise<AgentAuthorization>;
  revokeAuthorization(id: string, act: Act): Promise<AgentAuthorization>;
}

/** A membership by the organization's id or code. */
export interface NamedMembership {
  organization: string;
  roles: readonly Role[];
}

/** A principal's input with organizations by id or code. */
export type Named<Input extends PrincipalInput> = Omit<Input, 'memberships'> & {
  memberships: readonly NamedMembership[];
};

/** An authorization's input with both companies by id or code. */
export type NamedAuthorization = Omit<AuthorizationInput, 'agent' | 'organization'> & {
  agent: string;
  organization: string;
};

/** Ids are derived, so that who creates the same thing again meets the first one. */
export const organizationId = (code: string) => derivedId('org', OPERATOR, 'createOrganization', code);
export const personId = (login: string) => derivedId('per', OPERATOR, 'createPerson', login);
export const clientId = (login: string) => derivedId('cli', OPERATOR, 'createClient', login);
export const authorizationId = (key: string) => derivedId('aut', OPERATOR, 'grantAuthorization', key);

const OPERATOR = 'directory';

/** The acts over a store. */
export function actsOver(store: Store): DirectoryActs {
  const organizationOf = async (path: string, idOrCode: string): Promise<Organization> => {
    const found = await store.findOrganization('ALL', idOrCode);
    if (!found) throw badInput([{ path, message: `${idOrCode} is no organization.` }]);
    return found;
  };
  const membershipsOf = (named: readonly NamedMembership[]): Promise<MembershipInput[]> =>
    Promise.all(
      named.map(async ({ organization, roles }, index) => ({
        organization: await organizationOf(`input.memberships.${index}.organization`, organization),
        roles,
      })),
    );
  /** Unique indexes refuse a login twice among people or among clients; this tells it in words, and across both. */
  const requireFree = async (id: string, logins: readonly string[]): Promise<void> => {
    for (const login of logins) {
      const owner = await store.findLogin(login);
      if (owner && owner._id !== id) throw badInput([{ path: 'input.logins', message: `${login} is taken.` }]);
    }
  };

  return {
    async createOrganization(input, act) {
      const { record, events } = foundOrganization(organizationId(input.code), input, act);
      return store.organizations.create(record, events, keyed('createOrganization', input.code, input));
    },
    setOrganizationStatus: (id, status, act) =>
      store.organizations.change(id, EVERYBODY, {}, (current) => setOrganizationStatus(current, status, act)),
    async createPerson(input, act) {
      const [login = ''] = input.logins;
      const id = personId(login);
      const memberships = await membershipsOf(input.memberships);
      const { record, events } = registerPerson(id, { ...input, memberships }, act);
      await requireFree(id, record.logins);
      return store.people.create(record, events, keyed('createPerson', login, input));
    },
    async createClient(input, act) {
      const [login = ''] = input.logins;
      const id = clientId(login);
      const memberships = await membershipsOf(input.memberships);
      const { record, events } = registerClient(id, { ...input, memberships }, act);
      await requireFree(id, record.logins);
      return store.clients.create(record, events, keyed('createClient', login, input));
    },
    async changePersonMemberships(id, named, act) {
      const memberships = await membershipsOf(named);
      return store.people.change(id, EVERYBODY, {}, (current) => changeMemberships(current, memberships, act));
    },
    deactivatePerson: (id, act) =>
      store.people.change(id, EVERYBODY, {}, (current) => deactivatePrincipal(current, act)),
    deactivateClient: (id, act) =>
      store.clients.change(id, EVERYBODY, {}, (current) => deactivatePrincipal(current, act)),
    async grantAuthorization(key, named, act) {
      const agent = await organizationOf('input.agentId', named.agent);
      const organization = await organizationOf('input.organizationId', named.organization);
      const { record, events } = grantAuthorization(authorizationId(key), { ...named, agent, organization }, act);
      return store.authorizations.create(record, events, keyed('grantAuthorization', key, named));
    },
    revokeAuthorization: (id, act) =>
      store.authorizations.change(id, EVERYBODY, {}, (current) => revokeAuthorization(current, act)),
  };
}

function keyed(operation: string, key: string, input: unknown) {
  return { key: requestKey(OPERATOR, operation, key, input) };
}
