import { derivedId } from '@desk/kit/process/ids';
import type { Decision } from '@desk/kit/write/event';
import type { ActContext } from '@desk/kit/write/describe-change';
import { principalEvent, type PrincipalEvent } from '../principal/event.ts';
import { newPrincipal, type PrincipalInput } from '../principal/opening.ts';
import type { PartnerClient } from './client.ts';

/** The request that creates a client of a first login. The id follows from it: the same login again meets the first client. */
export function clientRequest(login: string) {
  return { principal: 'directory', operation: 'createClient', key: login };
}

/** The id of the client of a first login. */
export function clientId(login: string): string {
  return derivedId('cli', clientRequest(login));
}

/** A new partner client. It cannot belong to the SME, whose answers people give. Refuses BAD_USER_INPUT. */
export function createClient(input: PrincipalInput, act: ActContext): Decision<PartnerClient, PrincipalEvent> {
  const { check } = act;
  const [login = ''] = input.logins;
  const record = newPrincipal({ id: clientId(login), kind: 'CLIENT' }, input, act);
  check.require(
    'input.memberships',
    record.memberships.every(({ organizationType }) => organizationType !== 'SME'),
    {
      code: 'WRONG_KIND',
      args: { expected: ['PARTNER', 'AGENT', 'LDC'] },
      message: 'must not name the SME: it has people only.',
    },
  );
  check.done();
  const changedFields = ['name', 'active', 'memberships'] as const;
  return { record, events: [principalEvent('created', { record, changedFields }, act)] };
}
