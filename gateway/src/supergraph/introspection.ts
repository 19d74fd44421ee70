import {
  getNamedType,
  Kind,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';

/** A document whose questions about the schema are apart from those about data. */
export interface SplitDocument {
  /** Only the questions about the schema: for graphql-js. */
  schema: DocumentNode;
  /** The rest, with a stand-in for each question about the schema: for the planner. */
  data: DocumentNode;
}

/**
 * Takes a document's introspection apart: the gateway library knows fewer of its fields than graphql-js, which validated the document.
 * Null for a document without introspection.
 */
export function splitIntrospection(
  document: DocumentNode,
  operationName: string | null,
  schema: GraphQLSchema,
): SplitDocument | null {
  let found = false;
  const asksForSchema = (field: FieldNode) => field.name.value === '__schema' || field.name.value === '__type';
  const data = visit(document, {
    Field(field) {
      if (!asksForSchema(field)) return undefined;
      found = true;
      return standIn(field);
    },
  });
  if (!found) return null;
  const types = new TypeInfo(schema);
  const onlySchema = visit(
    document,
    visitWithTypeInfo(types, {
      Field(field) {
        const parent = types.getParentType();
        if (!parent || getNamedType(parent) !== schema.getQueryType()) return undefined;
        return asksForSchema(field) ? false : standIn(field);
      },
    }),
  );
  // Without the fragments about the schema, which nothing spreads any more.
  const separate = separateOperations(data);
  const operation = operationName === null ? Object.values(separate)[0] : separate[operationName];
  return { schema: onlySchema, data: operation ?? data };
}

/** `key: __typename`, under the same conditions, so that no selection becomes empty. */
function standIn({ alias, name, directives = [] }: FieldNode): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: alias ?? name,
    name: { kind: Kind.NAME, value: '__typename' },
    directives,
  };
}

/** An answer's data with what graphql-js found in place of the stand-ins. */
export function joinIntrospection(
  data: Record<string, unknown>,
  schema: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, isStandInFor(value, schema[key]) ? schema[key] : value]),
  );
}

function isStandInFor(value: unknown, found: unknown): boolean {
  return typeof value === 'string' && found !== undefined && typeof found !== 'string';
}
