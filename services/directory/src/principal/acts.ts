import type { Decision } from '@desk/kit/write/event';
import type { Act, ActContext } from '@desk/kit/write/describe-change';
import { principalEvent, type PrincipalEvent } from './event.ts';
import { membershipsOf, type MembershipInput } from './membership.ts';
import type { PrincipalRecord } from './principal.ts';

/** Gives a principal other memberships, in place of all that it has. Refuses BAD_USER_INPUT. */
export function changeMemberships<T extends PrincipalRecord>(
  principal: T,
  inputs: readonly MembershipInput[],
  act: ActContext,
): Decision<T, PrincipalEvent> {
  const memberships = membershipsOf(inputs, act.check);
  act.check.done();
  const organizationId = memberships[0]?.organizationId ?? principal.organizationId;
  const record = { ...principal, memberships, organizationId, updatedAt: act.at };
  return { record, events: [principalEvent('changed', { record, changedFields: ['memberships'] }, act)] };
}

/** Ends a principal's use of the desk; what it did stays. Null when its use had ended before. */
export function deactivatePrincipal<T extends PrincipalRecord>(
  principal: T,
  act: Act,
): Decision<T, PrincipalEvent> | null {
  if (!principal.active) return null;
  const record = { ...principal, active: false, updatedAt: act.at };
  return { record, events: [principalEvent('deactivated', { record, changedFields: ['active'] }, act)] };
}
