import { baseType, isObjectType, type Supergraph, type Type } from '@apollo/federation-internals';
import { IN_PROCESS_URL } from '@desk/schema/sdl';
import type { CostDirective } from '../limits/field-cost.ts';

/** What `@live` says of a subscription field. */
export interface LiveDirective {
  /** The service whose log feeds the field. */
  stream: string;
  /** The noun whose events feed it. */
  entity: string;
  /** What an agent must have been granted by an organization to receive its events; null: nothing lets an agent receive them. */
  scope: string | null;
  /** The id of the record that a field of fresh snapshots shows; null for a field that sends each event. */
  snapshot: string | null;
  /** The field of a message that refers to the record, and the record's type. */
  record: { field: string; type: string };
}

/** A type whose records `node` and `nodes` find. */
export interface NodeType {
  name: string;
  /** The service that owns its records. */
  service: string;
}

/** The desk's own directives, as the supergraph holds them; the API schema has none of them. Fields are `Type.field`. */
export interface SupergraphDirectives {
  /** What single fields cost, from `@cost`. */
  costs: ReadonlyMap<string, CostDirective>;
  /** Fields whose answer depends on the caller as a person, from `@personal`; also under the interfaces of their types. */
  personal: ReadonlySet<string>;
  /** Subscription fields, by name, from `@live`. */
  live: ReadonlyMap<string, LiveDirective>;
  /** Types by the prefix of their ids, from `@node`. */
  nodes: ReadonlyMap<string, NodeType>;
}

/** Reads the directives' uses out of a supergraph. Throws where one says something that the gateway cannot follow. */
export function readDirectives(supergraph: Supergraph): SupergraphDirectives {
  const costs = new Map<string, CostDirective>();
  const personal = new Set<string>();
  const live = new Map<string, LiveDirective>();
  const nodes = new Map<string, NodeType>();
  for (const type of [...supergraph.schema.objectTypes(), ...supergraph.schema.interfaceTypes()]) {
    for (const field of type.fields()) {
      const cost = field.appliedDirectivesOf('cost')[0]?.arguments() as Partial<CostDirective> | undefined;
      if (cost) costs.set(`${type.name}.${field.name}`, { weight: null, size: null, sizedBy: null, ...cost });
      if (field.appliedDirectivesOf('personal').length > 0) {
        const interfaces = type.interfaceImplementations().map((implemented) => implemented.interface);
        for (const { name } of [type, ...interfaces.filter((each) => each.field(field.name))]) {
          personal.add(`${name}.${field.name}`);
        }
      }
      const fed = field.appliedDirectivesOf('live')[0]?.arguments() as FedBy | undefined;
      if (fed && field.type) live.set(field.name, readLive(fed, baseType(field.type)));
    }
    const node = type.appliedDirectivesOf('node')[0]?.arguments() as { prefix: string } | undefined;
    if (node) nodes.set(node.prefix, { name: type.name, service: ownerOf(type.name, supergraph) });
  }
  return { costs, personal, live, nodes };
}

type FedBy = Pick<LiveDirective, 'stream' | 'entity'> & Partial<Pick<LiveDirective, 'scope' | 'snapshot'>>;

/** A message refers to its record by the noun's own field; a snapshot shows one record, under any name. */
function readLive({ stream, entity, scope = null, snapshot = null }: FedBy, message: Type): LiveDirective {
  const fields = isObjectType(message) ? message.fields() : [];
  const [record] = fields.flatMap(({ name, type }) =>
    type && isObjectType(type) && (snapshot !== null || name === entity) ? [{ field: name, type: type.name }] : [],
  );
  if (!record) throw new Error(`The messages of a live field of ${entity} refer to no record.`);
  return { stream, entity, scope, snapshot, record };
}

/** The one service that calls the type a Node: another that extends the type knows nothing of which records exist. */
function ownerOf(type: string, supergraph: Supergraph): string {
  const owners = supergraph
    .subgraphs()
    .values()
    .filter(({ url, schema }) => {
      const known = url === IN_PROCESS_URL ? undefined : schema.type(type);
      return known !== undefined && isObjectType(known) && known.implementsInterface('Node');
    });
  const [owner] = owners;
  if (!owner || owners.length > 1) throw new Error(`${type} has @node, and ${owners.length} services call it a Node.`);
  return owner.name;
}
