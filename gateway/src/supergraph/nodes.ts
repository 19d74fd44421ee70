import { GraphQLError } from 'graphql';
import { badInput } from '@desk/kit/api/errors';
import { InputCheck, isId, notAnId, tooMany } from '@desk/kit/api/input';
import type { NodeType } from './directives.ts';
import type { RootFields } from './in-process-source.ts';
import type { SubgraphAnswer, SubgraphRequest } from './subgraph-client.ts';

/** Ids that one `nodes` field takes. */
const IDS_MAX = 100;

/** Where `node` and `nodes` find records. */
export interface NodeLookup {
  /** Types by the prefix of their ids. */
  types: ReadonlyMap<string, NodeType>;
  /** Asks one service. Equal texts in one turn of the event loop become one request. */
  ask(service: string, request: SubgraphRequest): Promise<SubgraphAnswer>;
}

/** A reference by which the rest of a plan reads the record. */
interface NodeReference {
  __typename: string;
  id: string;
}

/** The one text for all types and services, so that ids of one service go in one request. */
const CONFIRM = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';

/**
 * The root of the virtual subgraph `nodes`. A reference counts only after the service that owns the record confirmed it within the
 * viewer's reach: a record that does not exist and one that the viewer may not see are null alike.
 */
export function nodesRoot(lookup: NodeLookup): RootFields {
  const prefixes = [...lookup.types.keys()];
  return {
    node: ({ id }: { id: string }) => {
      if (!isId(id, prefixes)) throw badInput([{ path: 'id', ...notAnId(prefixes) }]);
      return confirmNode(id, lookup);
    },
    nodes: ({ ids }: { ids: readonly string[] }) => {
      const check = new InputCheck();
      check.require('ids', ids.length <= IDS_MAX, tooMany(IDS_MAX));
      check.require('ids', ids.length > 0, {
        code: 'TOO_FEW',
        args: { min: 1 },
        message: 'must have at least 1 value.',
      });
      ids.slice(0, IDS_MAX).forEach((id, index) => check.id(`ids.${index}`, id, ...prefixes));
      check.done();
      return ids.map((id) => confirmNode(id, lookup));
    },
  };
}

/** The record of an id, as far as the viewer may see it. Rejects where the service does not answer: that is an error of this one id. */
export async function confirmNode(id: string, { types, ask }: NodeLookup): Promise<NodeReference | null> {
  const [prefix = ''] = id.split('_', 1);
  const type = types.get(prefix);
  if (!type) throw new Error(`no type has the prefix ${prefix}`);
  const reference = { __typename: type.name, id };
  const { data, errors } = await ask(type.service, { query: CONFIRM, variables: { representations: [reference] } });
  const [error] = errors ?? [];
  if (error) throw new GraphQLError(error.message, { extensions: error.extensions ?? null });
  const [found] = (data?.['_entities'] ?? []) as unknown[];
  return found ? reference : null;
}
