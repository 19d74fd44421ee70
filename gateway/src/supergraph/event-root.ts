import { knownOrganizations, type Viewer } from '@desk/kit/api/viewer';
import type { GatewayContext } from './gateway-context.ts';
import type { RootFields } from './in-process-source.ts';
import { confirmNode, type NodeLookup } from './nodes.ts';

/** The root of an event subgraph: the event that the context carries. Of a published one it names the actor only to those who may know it. */
export function eventRoot({ live, viewer }: GatewayContext, lookup: NodeLookup): RootFields {
  if (!live) throw new Error('an event subgraph was asked without an event');
  const { field, envelope, published } = live;
  if (!published) return { [field]: envelope };
  const actor = envelope['actor'] as ActorReference;
  return { [field]: { ...envelope, actor: async () => ((await mayKnowActor(actor, viewer, lookup)) ? actor : null) } };
}

interface ActorReference {
  principalId: string | null;
  kind: string;
  actingFor: { id: string } | null;
}

/** People are known to those who see them in the directory, and who acted for an organization to that organization. */
async function mayKnowActor(
  { principalId, kind, actingFor }: ActorReference,
  viewer: Viewer,
  lookup: NodeLookup,
): Promise<boolean> {
  const known = knownOrganizations(viewer);
  if (known === 'ALL' || principalId === null) return true;
  if (actingFor && known.includes(actingFor.id)) return true;
  return kind === 'PERSON' && (await confirmNode(principalId, lookup)) !== null;
}
