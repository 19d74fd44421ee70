import type { Principal } from '@desk/directory/principal';
import type { Delegation, Viewer } from '@desk/kit/viewer';
import type { CallerClass } from './limits.ts';

/** Whom a request or a socket belongs to, once that is proved. */
export interface Authenticated {
  /** What the principal signed in as: the subject of its token, or the id of its client. */
  login: string;
  /** The browser's session by which that was proved; null for a bearer token. */
  sessionId: string | null;
  principal: Principal;
  viewer: Viewer;
  callerClass: CallerClass;
  /** When this must be proved anew: the token ends, or an authorization that the viewer uses begins or ends. */
  expiresAt: Date;
}

/** Whom the desk treats as staff: people of the operator with one of its roles. */
const STAFF = { organizationType: 'SME', role: /^SME_/ };
const AUDITOR = 'AUDITOR';

/**
 * What a principal may do at an instant, as the internal token tells it. Delegations are those of the organizations in
 * `actingFor` that an authorization valid at `now` covers: [validFrom, validTo). `changesAt` is the next instant at which
 * the answer would differ without anybody changing anything; null when there is none.
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
