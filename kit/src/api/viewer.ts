/** A person's or system's part in one organization. */
export interface ViewerMembership {
  organizationId: string;
  roles: string[];
}

/** An agent's authority to act for an organization, which holds at the instant of the request. */
export interface Delegation {
  organizationId: string;
  scopes: string[];
}

/**
 * The caller of a request, as the gateway vouches in the internal token. A live re-read names rights and no person (`id` is null), so
 * that nothing personal reaches the subscribers who share its result.
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

/** The organizations whose records a viewer may read: all, or a list. */
export type Reach = 'ALL' | readonly string[];

/** The viewer's reach. An agent reaches the organizations that granted `scope` and for which the request acts. */
export function reachOf(viewer: Viewer, scope: string): Reach {
  if (viewer.staff || viewer.auditor) return 'ALL';
  const own = viewer.memberships.map((membership) => membership.organizationId);
  const acting = viewer.delegations.filter((d) => d.scopes.includes(scope)).map((d) => d.organizationId);
  return [...new Set([...own, ...acting])].sort();
}

/**
 * The organizations that a viewer may know, with their people: its own and those for which the request acts, whatever they granted.
 * Everybody may know the operator and its staff.
 */
export function knownOrganizations({ staff, auditor, memberships, delegations }: Viewer): Reach {
  if (staff || auditor) return 'ALL';
  return [...new Set([...memberships, ...delegations].map(({ organizationId }) => organizationId))];
}

/**
 * May learn who did something: of the organizations that the viewer may know everybody, of agents who acted for them, and of the operator's
 * staff everybody. `found` is null for a system, and where the directory has not told of the person.
 */
export function mayKnowActor(
  viewer: Viewer,
  { id, actingFor }: { id: string | null; actingFor: string | null },
  found: { staff: boolean; organizationIds: readonly string[] } | null,
): boolean {
  const known = knownOrganizations(viewer);
  if (known === 'ALL' || id === null || id === viewer.id) return true;
  if (actingFor !== null && known.includes(actingFor)) return true;
  return found !== null && (found.staff || found.organizationIds.some((each) => known.includes(each)));
}

/** The part of a database's filter that keeps a query within a reach. */
export function withinReach(reach: Reach): { organizationId?: { $in: string[] } } {
  return reach === 'ALL' ? {} : { organizationId: { $in: [...reach] } };
}

/** The same for records that are shown to every organization once they have a `publishedAt`. An empty reach sees none of them. */
export function withinReachOrPublished(reach: Reach): object {
  if (reach === 'ALL' || reach.length === 0) return withinReach(reach);
  return { $or: [withinReach(reach), { publishedAt: { $gt: new Date(0) } }] };
}

/** True when the viewer has one of the roles in any organization. */
export function hasRole(viewer: Viewer, ...roles: string[]): boolean {
  return viewer.memberships.some((membership) => membership.roles.some((role) => roles.includes(role)));
}

/** True when the viewer has one of the roles in an organization, or acts for it with a scope that it granted. */
export function mayActFor(
  { memberships, delegations }: Viewer,
  organizationId: string,
  { roles, scope }: { roles: readonly string[]; scope: string },
): boolean {
  const holds = (own: { organizationId: string }, words: readonly string[], wanted: readonly string[]) =>
    own.organizationId === organizationId && words.some((word) => wanted.includes(word));
  return (
    memberships.some((membership) => holds(membership, membership.roles, roles)) ||
    delegations.some((delegation) => holds(delegation, delegation.scopes, [scope]))
  );
}

/** The only organization that a viewer can write for. Null for the staff, and for agents and partners, who always name one. */
export function ownOrganization({ staff, memberships }: Viewer): string | null {
  const [own, ...more] = staff ? [] : memberships;
  const isAgent = own?.roles.some((role) => role === 'AGENT_USER' || role === 'PARTNER_CLIENT');
  return !own || more.length > 0 || isAgent ? null : own.organizationId;
}

/**
 * The viewer of a live re-read: the same rights without the person. Equal rights make equal viewers, in whatever order they are listed;
 * all staff are alike, because they see everything.
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

/** The words held in each organization, each once and in order. */
function gathered(holdings: readonly Holding[]): Holding[] {
  const organizations = [...new Set(holdings.map(({ organizationId }) => organizationId))].sort();
  return organizations.map((organizationId) => {
    const words = holdings.flatMap((holding) => (holding.organizationId === organizationId ? holding.words : []));
    return { organizationId, words: [...new Set(words)].sort() };
  });
}
