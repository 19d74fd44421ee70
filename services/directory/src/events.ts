import type { AuthorizationScope, OrganizationStatus, OrganizationType, Role } from './generated/api.ts';

/** `data` of `organization.created` and `organization.changed`. */
export interface OrganizationEventData extends Record<string, unknown> {
  recordId: string;
  /** API names of the fields that changed. */
  changedFields: string[];
  code: string;
  type: OrganizationType;
  status: OrganizationStatus;
}

/**
 * `data` of `person.created`, `person.changed` and `person.deactivated`, and of the same three of `client`. It holds what
 * other services decide by, and no name, address or login.
 */
export interface PrincipalEventData extends Record<string, unknown> {
  recordId: string;
  /** API names of the fields that changed. */
  changedFields: string[];
  /** False: assign nothing, and let nobody in. */
  active: boolean;
  /** Roles in any organization, each once, sorted. */
  roles: Role[];
  /** Organizations that the principal is a member of, sorted. */
  organizationIds: string[];
}

/** `data` of `authorization.granted` and `authorization.revoked`. The event's organization is the distributor. */
export interface AuthorizationEventData extends Record<string, unknown> {
  recordId: string;
  /** API names of the fields that changed. */
  changedFields: string[];
  agentId: string;
  scopes: AuthorizationScope[];
  /** ISO 8601, UTC: [validFrom, validTo). */
  validFrom: string;
  validTo: string;
  revoked: boolean;
}
