import type { Aggregate } from '@desk/kit/write/record';
import type { AuthorizationScope } from '../generated/api.ts';

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
  createdAt: Date;
  updatedAt: Date;
}

/** True while the agent may act: from `validFrom` on, before `validTo`, and not revoked. */
export function authorizationHolds({ validFrom, validTo, revokedAt }: AgentAuthorization, at: Date): boolean {
  return revokedAt === null && at >= validFrom && at < validTo;
}

/** Whether an authorization can still be used, now or later. */
export function authorizationState({ validTo, revokedAt }: AgentAuthorization, at: Date): 'CURRENT' | 'OVER' {
  return revokedAt === null && at < validTo ? 'CURRENT' : 'OVER';
}
