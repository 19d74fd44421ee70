import type { PrincipalRecord } from '../principal/principal.ts';

/** A partner's computer system as stored. */
export interface PartnerClient extends PrincipalRecord {
  kind: 'CLIENT';
}
