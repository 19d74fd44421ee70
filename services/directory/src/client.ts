import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Act } from './act.ts';
import { principalEvent, principalFields, type PrincipalInput, type PrincipalRecord } from './principal.ts';

/** A partner's computer system as stored. */
export interface PartnerClient extends PrincipalRecord {
  kind: 'CLIENT';
}

/** A new partner client. It belongs to no staff: what the SME answers is said by people. Refuses BAD_USER_INPUT. */
export function registerClient(id: string, input: PrincipalInput, act: Act): Decision<PartnerClient> {
  const check = new InputCheck();
  const record = principalFields(id, 'CLIENT', input, check);
  check.require(
    'input.memberships',
    record.memberships.every(({ organizationType }) => organizationType !== 'SME'),
    'the SME has people only.',
  );
  check.done();
  return { record, events: [principalEvent('created', record, ['name', 'active', 'memberships'], act)] };
}
