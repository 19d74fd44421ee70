import { isId } from '@desk/kit/api/input';
import type { Aggregate } from '@desk/kit/write/record';
import type { ContactRank, OrganizationStatus, OrganizationType } from '../generated/api.ts';

/** An organization as it is stored. Its own id is also its `organizationId`. */
export interface Organization extends Aggregate {
  /** Short public code, `LDC-001`. Never changes: the id is derived from it, which keeps codes unique. */
  code: string;
  name: string;
  /** Never changes: memberships hold a copy. */
  type: OrganizationType;
  status: OrganizationStatus;
  address: PostalAddress | null;
  /** At most one of each rank, the main one first. */
  contacts: OrganizationContact[];
  /** The words by which lists find it: those of code and name. */
  words: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** Where an organization's letters go. */
export interface PostalAddress {
  street: string;
  city: string;
  province: string;
  postalCode: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** Somebody, or a team, to call. */
export interface OrganizationContact {
  rank: ContactRank;
  name: string;
  email: string;
  phone: string | null;
}

const CODE = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/;
export const CODE_CHARACTERS_MAX = 20;

/** True for the form of a code. It does not look for the organization. */
export function isOrganizationCode(text: string): boolean {
  return text.length <= CODE_CHARACTERS_MAX && CODE.test(text);
}

/** The stored field that an id or a code names, a code in any case. Null for a text that is neither. */
export function organizationKey(idOrCode: string): { _id: string } | { code: string } | null {
  if (isId(idOrCode, ['org'])) return { _id: idOrCode };
  const code = idOrCode.toUpperCase();
  return isOrganizationCode(code) ? { code } : null;
}
