/** A person's or system's part in one organization. */
export interface ViewerMembership {
  organizationId: string;
  roles: string[];
}

/** An agent's authority to act for an organization, valid at the instant of the request. */
export interface Delegation {
  organizationId: string;
  scopes: string[];
}

/**
 * Who is asking, as the gateway vouches for it in the internal token. A live re-read has no person: `id` is null and
 * only the rights are told, so that nothing personal can reach those who share the result.
 */
export interface Viewer {
  id: string | null;
  kind: 'PERSON' | 'CLIENT' | 'SYSTEM';
  memberships: ViewerMembership[];
  /** The organizations that this request acts for; empty unless the request names them. */
  delegations: Delegation[];
  /** Staff of the operator: sees every organization's records, and what is internal. */
  staff: boolean;
  /** Sees every organization's records but nothing internal, and changes nothing. */
  auditor: boolean;
}

/** Organizations whose records may be read: all, or a list. */
export type Reach = 'ALL' | readonly string[];

/** The organizations whose records the viewer may read. `scope` is what an agent must have been granted for it. */
export function reachOf(viewer: Viewer, scope: string): Reach {
  if (viewer.staff || viewer.auditor) return 'ALL';
  const own = viewer.memberships.map((membership) => membership.organizationId);
  const acting = viewer.delegations.filter((d) => d.scopes.includes(scope)).map((d) => d.organizationId);
  return [...new Set([...own, ...acting])].sort();
}

/** True when the viewer has one of the roles in any organization. */
export function hasRole(viewer: Viewer, ...roles: string[]): boolean {
  return viewer.memberships.some((membership) => membership.roles.some((role) => roles.includes(role)));
}

/**
 * The viewer of a live re-read: the same rights, and no person. Equal rights give equal viewers, in whatever order they
 * are told. Staff see everything, whatever they are members of, so they are all alike.
 */
export function scopeViewer({ memberships, delegations, staff, auditor }: Viewer): Viewer {
  const held = staff ? [] : memberships.map(({ organizationId, roles }) => ({ organizationId, words: roles }));
  const granted = staff ? [] : delegations.map(({ organizationId, scopes }) => ({ organizationId, words: scopes }));
  return {
    id: null,
    kind: 'SYSTEM',
    memberships: gathered(held).map(({ organizationId, words }) => ({ organizationId, roles: words })),
    delegations: gathered(granted).map(({ organizationId, words }) => ({ organizationId, scopes: words })),
    staff,
    auditor: auditor && !staff,
  };
}

interface Holding {
  organizationId: string;
  words: string[];
}

/** What is held in each organization, each word once and in order. */
function gathered(holdings: readonly Holding[]): Holding[] {
  const organizations = [...new Set(holdings.map(({ organizationId }) => organizationId))].sort();
  return organizations.map((organizationId) => {
    const words = holdings.flatMap((holding) => (holding.organizationId === organizationId ? holding.words : []));
    return { organizationId, words: [...new Set(words)].sort() };
  });
}
