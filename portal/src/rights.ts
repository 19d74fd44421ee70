import type { MeQuery } from './generated/api.ts';

export type Me = NonNullable<MeQuery['me']>;

export interface Organization {
  id: string;
  code: string;
  name: string;
}

/** A distributor that an agent or a partner may act for. */
export interface ClientOrganization extends Organization {
  /** False where its incidents may only be read. */
  writes: boolean;
}

/** Roles that may report: `services/tickets/src/policy.ts` decides, and refuses everybody else. */
const REPORTING: ReadonlySet<string> = new Set(['SME_ANALYST', 'SME_ADMIN', 'LDC_USER', 'LDC_ADMIN']);

/** The distributors that somebody may act for now, by code; empty for people of distributors and of the SME. */
export function clientsOf({ authorizations }: Me): ClientOrganization[] {
  const found = new Map<string, ClientOrganization>();
  for (const { active, organization, scopes } of authorizations) {
    if (!active || !organization) continue;
    const writes = (found.get(organization.id)?.writes ?? false) || scopes.includes('TICKETS_WRITE');
    found.set(organization.id, { ...organization, writes });
  }
  return [...found.values()].sort((first, second) => (first.code < second.code ? -1 : 1));
}

/** The one distributor that an agent chose to act for; all of theirs, where none of them was chosen. */
export function chosenClients(clients: ClientOrganization[], actingFor: string | null): ClientOrganization[] {
  const chosen = clients.filter(({ id }) => id === actingFor);
  return chosen.length > 0 ? chosen : clients;
}

/** True when somebody may report, in their own right or for one of those whom they act for. */
export function mayReport({ memberships }: Me, chosen: ClientOrganization[]): boolean {
  return (
    memberships.some(({ roles }) => roles.some((role) => REPORTING.has(role))) || chosen.some(({ writes }) => writes)
  );
}
