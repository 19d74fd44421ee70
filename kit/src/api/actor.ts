import type { Viewer } from './viewer.ts';

/** Who did something, as records and the log keep it. */
export interface Actor {
  /** Principal id; null for the desk itself. */
  id: string | null;
  kind: 'PERSON' | 'CLIENT' | 'SYSTEM';
  /** The organization that an agent acted for. */
  actingFor: string | null;
}

/** The desk itself, as an actor. */
export const SYSTEM_ACTOR: Actor = { id: null, kind: 'SYSTEM', actingFor: null };

/** The viewer as records and the log keep it. Names the organization acted for where the viewer is not its own member. */
export function actorOf(viewer: Viewer, organizationId: string): Actor {
  const delegated = viewer.delegations.some((delegation) => delegation.organizationId === organizationId);
  return { id: viewer.id, kind: viewer.kind, actingFor: delegated ? organizationId : null };
}

/** Resolvers of the API's `Actor`: the person and the organization are stubs that the directory resolves. */
export const actorResolvers = {
  principalId: ({ id }: Actor) => id,
  person: ({ id, kind }: Actor) => (id !== null && kind === 'PERSON' ? { __typename: 'Person' as const, id } : null),
  actingFor: ({ actingFor }: Actor) =>
    actingFor === null ? null : { __typename: 'Organization' as const, id: actingFor },
};
