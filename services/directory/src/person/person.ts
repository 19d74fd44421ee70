import type { PersonStatus } from '../generated/api.ts';
import type { PrincipalRecord } from '../principal/principal.ts';

/** A person as stored. */
export interface Person extends PrincipalRecord {
  kind: 'PERSON';
  /** Business e-mail address. */
  email: string;
  /** Business telephone number, E.164. */
  phone: string | null;
  /** The invitation that the person has not accepted yet. */
  invitation: Invitation | null;
  /** The name as lists are sorted by it. */
  nameKey: string;
  /** The words by which lists find the person: those of the name. */
  words: string[];
}

/** An invitation that waits for its first sign-in. */
export interface Invitation {
  /** The e-mail address as sign-ins are compared with it. */
  address: string;
  /** The first instant at which it no longer holds. */
  endsAt: Date;
}

/** Whether a person takes part. It follows from the record. */
export function personStatus({ active, suspendedAt, invitation }: Person): PersonStatus {
  if (suspendedAt) return 'SUSPENDED';
  if (active) return 'ACTIVE';
  return invitation ? 'INVITED' : 'LEFT';
}

/** An e-mail address as two are compared: in whatever case and form of accents it was typed. */
export function addressKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** The place of a login in the record of somebody who has none yet. It has not the form of a login, so nobody signs in by it. */
export function noLogin(id: string): string {
  return `no login: ${id}`;
}
