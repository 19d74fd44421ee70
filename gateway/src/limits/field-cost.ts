import type { FieldNode, GraphQLField, GraphQLNamedType, GraphQLSchema, ValueNode } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';

/** Points of a field without a weight of its own. An object field in a page counts once for each row. */
export const COSTS = { scalar: 0, object: 1, textSearch: 20, mutation: 10, subscription: 5, introspection: 50 };

/** What `@cost` says of a field. */
export interface CostDirective {
  /** Points in place of `COSTS`; null where those hold. */
  weight: number | null;
  /** Rows that a list of objects without pages counts for: as many as it typically holds. */
  size: number | null;
  /** The list argument whose length is the number of rows. */
  sizedBy: string | null;
}

/** Where fields are looked up, and what `@cost` says of them: `Type.field` to its directive. */
export interface CostSource {
  schema: GraphQLSchema;
  costs: ReadonlyMap<string, CostDirective>;
}

/** An argument as a document gives it, and its value where the document does not. */
interface Argument {
  value: ValueNode | undefined;
  fallback: unknown;
}

/** All that the cost of a field depends on besides the request's variables. */
export interface FieldCost {
  weight: number;
  listed: boolean;
  /** Arguments `first` and `last`; null where the field is not paged. */
  page: Argument[] | null;
  /** Rows of a list without pages: a number, or the list argument that gives it. Null for every other field, also for the rows of a page. */
  size: number | Argument | null;
  filter: ValueNode | null;
  /** Of a paged field: its rows stand in list fields below it (`nodes`, `edges`), and the rest counts once. */
  rowsBelow: boolean;
  /** Levels that the field counts for: a chain of `ofType` spells one type, and cannot multiply anything. */
  levels: number;
}

/** The cost of the top of an operation or a fragment, which is no field. */
export const NO_COST: FieldCost = {
  weight: 0,
  listed: false,
  page: null,
  size: null,
  filter: null,
  rowsBelow: false,
  levels: 1,
};

/** Reads the cost of one field from the schema. A field without a definition costs as much as one of its kind. */
export function costOf(
  at: { field: FieldNode; type: GraphQLNamedType | undefined; definition: GraphQLField<unknown, unknown> | undefined },
  { schema, costs }: CostSource,
): FieldCost {
  const { field, type, definition } = at;
  if (!type || !definition) return { ...NO_COST, weight: field.selectionSet ? COSTS.object : COSTS.scalar };
  const given = (name: string) => field.arguments?.find((argument) => argument.name.value === name)?.value;
  const argumentsNamed = (...names: string[]): Argument[] =>
    definition.args
      .filter(({ name }) => names.includes(name))
      .map(({ name, defaultValue }) => ({ value: given(name), fallback: defaultValue }));
  const result = getNamedType(definition.type);
  const listed = isListType(getNullableType(definition.type));
  const page = argumentsNamed('first', 'last');
  const fields = isObjectType(result) || isInterfaceType(result) ? Object.values(result.getFields()) : [];
  const own = costs.get(`${type.name}.${field.name.value}`);
  const [sizedBy] = own?.sizedBy ? argumentsNamed(own.sizedBy) : [];
  return {
    weight: Math.max(0, own?.weight ?? usualWeight(type, definition, schema)),
    listed,
    page: page.length > 0 ? page : null,
    size: listed && page.length === 0 ? (sizedBy ?? own?.size ?? null) : null,
    filter: given(SEARCH.argument) ?? null,
    levels: type.name === '__Type' && field.name.value === 'ofType' ? 0 : 1,
    rowsBelow: page.length > 0 && !listed && fields.some((below) => isListType(getNullableType(below.type))),
  };
}

function usualWeight(
  type: GraphQLNamedType,
  definition: GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
): number {
  // A question about the schema has one price.
  if (isIntrospectionType(type)) return 0;
  if (type === schema.getSubscriptionType()) return COSTS.subscription;
  if (type === schema.getMutationType()) return COSTS.mutation;
  if (definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef) return COSTS.introspection;
  return isCompositeType(getNamedType(definition.type)) ? COSTS.object : COSTS.scalar;
}

/** The argument and the key in it that make a list a text search. */
const SEARCH = { argument: 'filter', key: 'text' };

/** Rows that a page asks for: the larger of `first` and `last`. NaN, which is no page, where both are missing or one is not a number. */
export function pageRows(page: readonly Argument[], variables: Record<string, unknown>): number {
  const sizes = page
    .map((argument) => valueOf(argument, variables))
    .filter((size) => size !== undefined && size !== null);
  if (sizes.length === 0 || sizes.some((size) => typeof size !== 'number')) return Number.NaN;
  // The smallest is returned where it is below 1, so that `first: 10, last: -1` does not pass.
  const numbers = sizes.map(Number);
  return Math.min(...numbers) < 1 ? Math.min(...numbers) : Math.max(...numbers);
}

/** Rows that a list without pages counts for, 1 at least. */
export function sizedRows(size: number | Argument, variables: Record<string, unknown>): number {
  if (typeof size === 'number') return size;
  const value = valueOf(size, variables);
  return Array.isArray(value) ? Math.max(1, value.length) : 1;
}

function valueOf({ value, fallback }: Argument, variables: Record<string, unknown>): unknown {
  return (value ? valueFromASTUntyped(value, variables) : undefined) ?? fallback;
}

/** Whether the filter, given the variables, makes the field a text search. */
export function searches(filter: ValueNode | null, variables: Record<string, unknown>): boolean {
  const value: unknown = filter ? valueFromASTUntyped(filter, variables) : null;
  if (typeof value !== 'object' || value === null) return false;
  return ((value as Record<string, unknown>)[SEARCH.key] ?? null) !== null;
}
