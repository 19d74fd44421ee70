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
  /** Why an inactive principal may not sign in, where it may again one day. */
  suspended: 'PRINCIPAL' | 'ORGANIZATION' | null;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** Counts the changes of the person's or client's record. */
  version: number;
  /** In organizations that are not suspended. */
  memberships: { organizationId: string; organizationType: OrganizationType; roles: Role[] }[];
  /** Of every agent or partner organization that the principal belongs to, unless revoked, ended or of a suspended side. ISO 8601, UTC. */
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
  /** When the principal was suspended; null while it is not. */
  suspendedAt: Date | null;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** The first one is home: its organization is the record's `organizationId`. */
  memberships: Membership[];
  createdAt: Date;
  updatedAt: Date;
}

const LOGIN = /^[\x21-\x7e]{1,200}$/;

/** True for the form of a login. What has another form is nobody's login. */
export function isLogin(text: string): boolean {
  return LOGIN.test(text);
}

/** The organizations through which a principal can act for others. */
export function agentsOf({ memberships }: Pick<PrincipalRecord, 'memberships'>): string[] {
  return memberships
    .filter(({ organizationType }) => organizationType === 'AGENT' || organizationType === 'PARTNER')
    .map(({ organizationId }) => organizationId);
}
