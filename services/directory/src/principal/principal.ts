import type { Aggregate } from '@desk/kit/write/record';
import type { AuthorizationScope, Language, OrganizationType, Role } from '../generated/api.ts';
import type { Membership } from './membership.ts';

/** A principal as the gateway knows it: everything by which the gateway decides what a request may do. */
export interface Principal {
  id: string;
  kind: 'PERSON' | 'CLIENT';
  name: string;
  /** False: the principal may not sign in. */
  active: boolean;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** Counts the changes of the person's or client's record. */
  version: number;
  memberships: { organizationId: string; organizationType: OrganizationType; roles: Role[] }[];
  /** Of every agent or partner organization that the principal belongs to, unless revoked or ended. ISO 8601, UTC. */
  authorizations: {
    id: string;
    organizationId: string;
    scopes: AuthorizationScope[];
    validFrom: string;
    validTo: string;
  }[];
}

/** The fields that the records of people and of partner clients share. */
export interface PrincipalRecord extends Aggregate {
  kind: 'PERSON' | 'CLIENT';
  name: string;
  /** Subjects of identity tokens, or ids of OAuth clients. Each belongs to one principal. */
  logins: string[];
  active: boolean;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** The first one is home: its organization is the record's `organizationId`. */
  memberships: Membership[];
  createdAt: Date;
  updatedAt: Date;
}

/** The organizations through which a principal can act for others. */
export function agentsOf({ memberships }: Pick<PrincipalRecord, 'memberships'>): string[] {
  return memberships
    .filter(({ organizationType }) => organizationType === 'AGENT' || organizationType === 'PARTNER')
    .map(({ organizationId }) => organizationId);
}
