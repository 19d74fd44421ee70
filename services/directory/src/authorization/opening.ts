import { tooFew } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import type { Decision } from '@desk/kit/write/event';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { AuthorizationScope } from '../generated/api.ts';
import { requireOrganizationAction } from '../organization/actions.ts';
import type { ViewerActContext } from '../organization/acts.ts';
import type { Organization } from '../organization/organization.ts';
import type { AgentAuthorization } from './authorization.ts';
import { authorizationEvent, type AuthorizationEvent } from './event.ts';

/** The terms of an authorization, with both companies. `id` is the new record's. */
export interface AuthorizationInput {
  id: string;
  agent: Organization;
  organization: Organization;
  scopes: readonly AuthorizationScope[];
  validFrom: Date;
  validTo: Date;
}

/** The longest authorization, in months: a distributor renews its consent at least this often. */
export const VALID_MONTHS_MAX = 24;

/** The request that grants an authorization under a key of the granter. */
export function authorizationRequest(key: string) {
  return { principal: 'directory', operation: 'grantAuthorization', key };
}

/** The id of the authorization that was granted under a key. */
export function authorizationId(key: string): string {
  return derivedId('aut', authorizationRequest(key));
}

/** A new authorization. Refuses BAD_USER_INPUT. */
export function grantAuthorization(
  input: AuthorizationInput,
  act: ActContext,
): Decision<AgentAuthorization, AuthorizationEvent> {
  const { id, agent, organization, scopes, validFrom, validTo } = input;
  checkAuthorization(input, act);
  const record: AgentAuthorization = {
    _id: id,
    organizationId: organization._id,
    version: 0,
    number: null,
    nextFireAt: null,
    agentId: agent._id,
    scopes: [...new Set(scopes)].sort(),
    validFrom,
    validTo,
    revokedAt: null,
    createdAt: act.at,
    updatedAt: act.at,
  };
  const changedFields = ['scopes', 'validFrom', 'validTo', 'active'] as const;
  return { record, events: [authorizationEvent('authorization.granted', { record, changedFields }, act)] };
}

/** An authorization that a viewer gives. Refuses FORBIDDEN, ILLEGAL_TRANSITION for a distributor out of service, BAD_USER_INPUT. */
export function authorizeAgent(
  input: AuthorizationInput,
  act: ViewerActContext,
): Decision<AgentAuthorization, AuthorizationEvent> {
  requireOrganizationAction(input.organization, 'AUTHORIZE_AGENT', act);
  act.check.require('input.agentId', input.agent.status === 'ACTIVE', {
    code: 'INACTIVE',
    message: 'must be in service.',
  });
  act.check.require('input.validFrom', input.validFrom >= act.at, {
    code: 'NOT_IN_FUTURE',
    message: 'must be still to come; leave it out for now.',
  });
  return grantAuthorization(input, act);
}

function checkAuthorization(input: AuthorizationInput, { check }: ActContext): void {
  const { agent, organization, scopes, validFrom, validTo } = input;
  check.require('input.agentId', agent.type === 'AGENT' || agent.type === 'PARTNER', {
    code: 'WRONG_KIND',
    args: { expected: ['AGENT', 'PARTNER'] },
    message: 'must be an agent or a partner.',
  });
  check.require('input.organizationId', organization.type === 'LDC', {
    code: 'WRONG_KIND',
    args: { expected: ['LDC'] },
    message: 'must be a distributor.',
  });
  check.require('input.scopes', scopes.length > 0, tooFew(1));
  check.require('input.validTo', validFrom < validTo, {
    code: 'PERIOD_BACKWARDS',
    message: 'must be after validFrom.',
  });
  const max = latestEnd(validFrom);
  check.require('input.validTo', validTo <= max, {
    code: 'OUT_OF_RANGE',
    args: { min: validFrom.toISOString(), max: max.toISOString() },
    message: `must be within ${VALID_MONTHS_MAX} months of validFrom.`,
  });
  check.done();
}

function latestEnd(from: Date): Date {
  const end = new Date(from);
  end.setUTCMonth(end.getUTCMonth() + VALID_MONTHS_MAX);
  return end;
}
