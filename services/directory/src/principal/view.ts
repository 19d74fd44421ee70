import type { AgentAuthorization } from '../authorization/authorization.ts';
import type { Principal, PrincipalRecord } from './principal.ts';

/** The principal that a record and its organizations' authorizations make. */
export function principalOf(record: PrincipalRecord, authorizations: readonly AgentAuthorization[]): Principal {
  const { _id: id, kind, name, active, language, timeZone, version, memberships } = record;
  return {
    id,
    kind,
    name,
    active,
    language,
    timeZone,
    version,
    memberships,
    authorizations: authorizations.map(({ _id, organizationId, scopes, validFrom, validTo }) => ({
      id: _id,
      organizationId,
      scopes,
      validFrom: validFrom.toISOString(),
      validTo: validTo.toISOString(),
    })),
  };
}
