import type { AuthorizationScope, MeQuery, MyAuthorizationsQuery, Role } from '../generated/api.ts';

type Own = NonNullable<MeQuery['me']>;
export type Me = Own & Pick<NonNullable<MyAuthorizationsQuery['me']>, 'authorizations'>;

/** A distributor that an agent or a partner may act for. */
export interface ClientOrganization {
  id: string;
  code: string;
  name: string;
  /** What its authorizations allow together. */
  scopes: readonly AuthorizationScope[];
}

/** For a query whose answer does not depend on for whom an agent acts. Every other one is read anew when that changes. */
export const SAME_FOR_ALL = { meta: { sameForAll: true } } as const;

/** The roles of those who act for distributors. */
const ACTING: readonly Role[] = ['AGENT_USER', 'PARTNER_CLIENT'];

/** True of people who may act for distributors: for everybody else, there are no authorizations to ask for. */
export function mayAct({ memberships }: Pick<Own, 'memberships'>): boolean {
  return memberships.some(({ roles }) => roles.some((role) => ACTING.includes(role)));
}

/** The distributors that somebody may act for now, by code; empty for people of distributors and of the SME. */
export function clientsOf({ authorizations }: Me): ClientOrganization[] {
  const found = new Map<string, ClientOrganization>();
  for (const { active, organization, scopes } of authorizations) {
    if (!active || !organization) continue;
    const before = found.get(organization.id)?.scopes ?? [];
    found.set(organization.id, { ...organization, scopes: [...before, ...scopes] });
  }
  return [...found.values()].sort((first, second) => (first.code < second.code ? -1 : 1));
}

/** The one distributor that an agent chose to act for; all of theirs, where none of them was chosen. */
export function chosenClients(clients: ClientOrganization[], actingFor: string | null): ClientOrganization[] {
  const chosen = clients.filter(({ id }) => id === actingFor);
  return chosen.length > 0 ? chosen : clients;
}

/** True for somebody who has one of these roles in an organization of their own. */
export function hasRole({ memberships }: Pick<Me, 'memberships'>, ...roles: readonly Role[]): boolean {
  return memberships.some((own) => own.roles.some((role) => roles.includes(role)));
}
