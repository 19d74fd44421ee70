import type { PrincipalRecord } from '../principal/principal.ts';

/** A person as stored. */
export interface Person extends PrincipalRecord {
  kind: 'PERSON';
  /** Business e-mail address. */
  email: string;
  /** The name as lists are sorted by it. */
  nameKey: string;
  /** The words by which lists find the person: those of the name. */
  words: string[];
}
