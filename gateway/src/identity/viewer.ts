import type { Principal } from '@desk/directory/principal/principal';
import type { Delegation, Viewer } from '@desk/kit/api/viewer';
import type { CallerClass } from '../limits/limits.ts';
import type { RatedCaller } from '../limits/rate-limit.ts';

/** The caller to whom a request or a socket belongs, once that is proved. */
export interface Authenticated {
  /** The name by which the principal signed in: the subject of its token, or the id of its client. */
  login: string;
  /** The browser's session by which that was proved; null for a bearer token. */
  sessionId: string | null;
  principal: Principal;
  viewer: Viewer;
  callerClass: CallerClass;
  /** When this must be proved anew: the token ends, or an authorization that the viewer uses begins or ends. */
  expiresAt: Date;
}

/** The principal and the organization to which the requests and sockets of a caller are charged. */
export function ratedCaller({ principal, callerClass }: Authenticated): RatedCaller {
  return { callerClass, principalId: principal.id, organizationId: principal.memberships[0]?.organizationId ?? null };
}

/** The limits that hold for a principal: systems and people of partners, people of the operator and of agents, everybody else. */
export function callerClassOf({ kind, memberships }: Principal): CallerClass {
  const types = new Set(memberships.map(({ organizationType }) => organizationType));
  if (kind === 'CLIENT' || types.has('PARTNER')) return 'PARTNER';
  return types.has('SME') || types.has('AGENT') ? 'AGENT' : 'LDC_USER';
}

/** The desk's staff: people of the operator with one of its roles. */
const STAFF = { organizationType: 'SME', role: /^SME_/ };
const AUDITOR = 'AUDITOR';

/**
 * The rights of a principal at an instant, as the internal token tells them. Delegations are those of the organizations in `actingFor`
 * that an authorization covers at `now`, in [validFrom, validTo); `changesAt` is the next instant at which one begins or ends, or null.
 */
export function viewerOf(
  principal: Principal,
  actingFor: readonly string[],
  now: Date,
): { viewer: Viewer; changesAt: Date | null } {
  const named = principal.authorizations.filter(({ organizationId }) => actingFor.includes(organizationId));
  const delegations = new Map<string, Delegation>();
  let changesAt: number | null = null;
  for (const { organizationId, scopes, validFrom, validTo } of named) {
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    const edge = [from, to].find((instant) => instant > now.getTime());
    if (edge !== undefined) changesAt = Math.min(edge, changesAt ?? edge);
    if (now.getTime() < from || now.getTime() >= to) continue;
    const known = delegations.get(organizationId)?.scopes ?? [];
    delegations.set(organizationId, { organizationId, scopes: [...new Set([...known, ...scopes])].sort() });
  }
  const viewer: Viewer = {
    id: principal.id,
    kind: principal.kind,
    memberships: principal.memberships.map(({ organizationId, roles }) => ({ organizationId, roles })),
    delegations: [...delegations.values()].sort((a, b) => (a.organizationId < b.organizationId ? -1 : 1)),
    staff: principal.memberships.some(
      ({ organizationType, roles }) =>
        organizationType === STAFF.organizationType && roles.some((role) => STAFF.role.test(role)),
    ),
    auditor: principal.memberships.some(({ roles }) => roles.includes(AUDITOR)),
  };
  return { viewer, changesAt: changesAt === null ? null : new Date(changesAt) };
}
