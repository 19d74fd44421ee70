import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Aggregate } from '@desk/kit/stored-record';
import type { Act } from './act.ts';
import type { AuthorizationEventData } from './events.ts';
import type { AuthorizationScope } from './generated/api.ts';
import type { Organization } from './organization.ts';

/** A distributor's consent that an agent or partner company acts for it. The distributor is its `organizationId`. */
export interface AgentAuthorization extends Aggregate {
  /** The agent or partner company. */
  agentId: string;
  /** Sorted, each once, at least one. */
  scopes: AuthorizationScope[];
  /** The first instant at which it holds. */
  validFrom: Date;
  /** The first instant at which it no longer holds. */
  validTo: Date;
  /** When the distributor took it back; null while it did not. */
  revokedAt: Date | null;
}

/** What is granted: both companies have been found. */
export interface AuthorizationInput {
  agent: Organization;
  organization: Organization;
  scopes: readonly AuthorizationScope[];
  validFrom: Date;
  validTo: Date;
}

/** Consent is given anew at least this often, in months. */
export const VALID_MONTHS_MAX = 24;

/** True while the agent may act: from `validFrom` on, before `validTo`, and not revoked. */
export function authorizationHolds({ validFrom, validTo, revokedAt }: AgentAuthorization, at: Date): boolean {
  return revokedAt === null && at >= validFrom && at < validTo;
}

/** A new authorization. Refuses BAD_USER_INPUT. */
export function grantAuthorization(id: string, input: AuthorizationInput, act: Act): Decision<AgentAuthorization> {
  const { agent, organization, scopes, validFrom, validTo } = input;
  const check = new InputCheck();
  check.require('input.agentId', agent.type === 'AGENT' || agent.type === 'PARTNER', 'must be an agent or a partner.');
  check.require('input.organizationId', organization.type === 'LDC', 'must be a distributor.');
  check.require('input.scopes', scopes.length > 0, 'must name at least one scope.');
  check.require('input.validTo', validFrom < validTo, 'must be after validFrom.');
  check.require(
    'input.validTo',
    validTo <= latestEnd(validFrom),
    `must be within ${VALID_MONTHS_MAX} months of validFrom.`,
  );
  check.done();
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
  };
  return { record, events: [event('granted', record, ['scopes', 'validFrom', 'validTo', 'active'], act)] };
}

/** Takes an authorization back, at once. Null when that was done before. */
export function revokeAuthorization(authorization: AgentAuthorization, act: Act): Decision<AgentAuthorization> | null {
  if (authorization.revokedAt) return null;
  const record = { ...authorization, revokedAt: act.at };
  return { record, events: [event('revoked', record, ['active'], act)] };
}

function latestEnd(from: Date): Date {
  const end = new Date(from);
  end.setUTCMonth(end.getUTCMonth() + VALID_MONTHS_MAX);
  return end;
}

function event(verb: 'granted' | 'revoked', record: AgentAuthorization, changedFields: string[], act: Act) {
  const { _id, agentId, scopes, validFrom, validTo, revokedAt } = record;
  return {
    type: `authorization.${verb}`,
    at: act.at,
    actor: act.actor,
    data: {
      recordId: _id,
      changedFields,
      agentId,
      scopes,
      validFrom: validFrom.toISOString(),
      validTo: validTo.toISOString(),
      revoked: revokedAt !== null,
    } satisfies AuthorizationEventData,
  };
}
