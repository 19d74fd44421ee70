import type { Schema } from '@apollo/federation-internals';
import type { FieldCost } from './field-price.ts';

/** What `@live` says of a subscription field. */
export interface LiveDirective {
  /** The service whose log feeds the field. */
  stream: string;
  /** The kind of record its events speak of. */
  entity: string;
  /** True where a first message is sent at once, before any event. */
  snapshot: boolean;
}

/** The desk's own directives, as the supergraph holds them; the API schema has none of them. Fields are `Type.field`. */
export interface SupergraphDirectives {
  /** What single fields cost, from `@cost`. */
  costs: ReadonlyMap<string, FieldCost>;
  /** Fields whose answer depends on the person who asks, from `@personal`; also under the interfaces of their types. */
  personal: ReadonlySet<string>;
  /** Subscription fields, by name, from `@live`. */
  live: ReadonlyMap<string, LiveDirective>;
}

/** Reads the directives' uses out of a supergraph's schema. */
export function readDirectives(schema: Schema): SupergraphDirectives {
  const costs = new Map<string, FieldCost>();
  const personal = new Set<string>();
  const live = new Map<string, LiveDirective>();
  for (const type of [...schema.objectTypes(), ...schema.interfaceTypes()]) {
    const interfaces = type.interfaceImplementations().map(({ interface: { name } }) => name);
    for (const field of type.fields()) {
      const cost = field.appliedDirectivesOf('cost')[0]?.arguments() as Partial<FieldCost> | undefined;
      if (cost) costs.set(`${type.name}.${field.name}`, { weight: cost.weight ?? null, size: cost.size ?? null });
      if (field.appliedDirectivesOf('personal').length > 0) {
        for (const name of [type.name, ...interfaces]) personal.add(`${name}.${field.name}`);
      }
      const fed = field.appliedDirectivesOf('live')[0]?.arguments(true) as LiveDirective | undefined;
      if (fed) live.set(field.name, { stream: fed.stream, entity: fed.entity, snapshot: fed.snapshot });
    }
  }
  return { costs, personal, live };
}
