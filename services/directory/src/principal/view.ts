import type { AgentAuthorization } from '../authorization/authorization.ts';
import type { Principal, PrincipalRecord } from './principal.ts';

/** The principal that a record and its organizations' authorizations make. `suspended` holds the organizations that are suspended now. */
export function principalOf(
  record: PrincipalRecord,
  authorizations: readonly AgentAuthorization[],
  suspended: ReadonlySet<string>,
): Principal {
  const { _id: id, kind, name, language, timeZone, version } = record;
  const memberships = record.memberships.filter(({ organizationId }) => !suspended.has(organizationId));
  const holds = ({ agentId, organizationId }: AgentAuthorization) =>
    !suspended.has(agentId) && !suspended.has(organizationId);
  const refused = record.suspendedAt ? 'PRINCIPAL' : record.active && !memberships.length ? 'ORGANIZATION' : null;
  return {
    id,
    kind,
    name,
    active: record.active && memberships.length > 0,
    suspended: refused,
    language,
    timeZone,
    version,
    memberships,
    authorizations: authorizations.filter(holds).map(({ _id, organizationId, scopes, validFrom, validTo }) => ({
      id: _id,
      organizationId,
      scopes,
      validFrom: validFrom.toISOString(),
      validTo: validTo.toISOString(),
    })),
  };
}
