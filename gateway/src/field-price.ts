import type { FieldNode, GraphQLField, GraphQLNamedType, GraphQLSchema, ValueNode } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';

/** What pricing must know of a field before it knows the request's variables. */
export interface FieldPrice {
  weight: number;
  listed: boolean;
  /** Arguments `first` and `last`; null where the field is not paged. */
  page: { value: ValueNode | undefined; fallback: unknown }[] | null;
  /** Rows that a list without pages counts for; null for every other field, also for the rows of a page. */
  size: number | null;
  filter: ValueNode | null;
  /** Of a paged field: its rows stand in list fields below it (`nodes`, `edges`), and the rest counts once. */
  rowsBelow: boolean;
}

/** Points of a field without a weight of its own. An object field in a page counts once for each row. */
export const COSTS = { scalar: 0, object: 1, textSearch: 20, mutation: 10, subscription: 5, introspection: 50 };

/** What the schema says that one field costs. */
export interface FieldCost {
  /** Points in place of `COSTS`; null where those hold. */
  weight: number | null;
  /** Of a list of objects without pages: rows that it counts for. What it typically holds, so that no honest request pays for the worst. */
  size: number | null;
}

/** Where fields are looked up, and what single fields weigh: `Type.field` to its cost. */
export interface PriceList {
  schema: GraphQLSchema;
  weights: ReadonlyMap<string, FieldCost>;
}

/** The price of what is no field: the top of an operation or a fragment. */
export const NO_PRICE: FieldPrice = {
  weight: 0,
  listed: false,
  page: null,
  size: null,
  filter: null,
  rowsBelow: false,
};

/** Reads the price of one field from the schema. A field without a definition weighs what one of its kind does. */
export function priceOf(
  at: { field: FieldNode; type: GraphQLNamedType | undefined; definition: GraphQLField<unknown, unknown> | undefined },
  { schema, weights }: PriceList,
): FieldPrice {
  const { field, type, definition } = at;
  if (!type || !definition) return { ...NO_PRICE, weight: field.selectionSet ? COSTS.object : COSTS.scalar };
  const argument = (name: string) => field.arguments?.find((given) => given.name.value === name)?.value;
  const result = getNamedType(definition.type);
  const listed = isListType(getNullableType(definition.type));
  const sizes = definition.args.filter(({ name }) => name === 'first' || name === 'last');
  const page = sizes.map(({ name, defaultValue }) => ({ value: argument(name), fallback: defaultValue }));
  const fields = isObjectType(result) || isInterfaceType(result) ? Object.values(result.getFields()) : [];
  let weight = isCompositeType(result) ? COSTS.object : COSTS.scalar;
  if (definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef) weight = COSTS.introspection;
  if (type === schema.getMutationType()) weight = COSTS.mutation;
  if (type === schema.getSubscriptionType()) weight = COSTS.subscription;
  const own = weights.get(`${type.name}.${field.name.value}`);
  return {
    weight: Math.max(0, own?.weight ?? weight),
    listed,
    page: page.length > 0 ? page : null,
    size: listed && page.length === 0 ? (own?.size ?? null) : null,
    filter: argument(SEARCH.argument) ?? null,
    rowsBelow: page.length > 0 && !listed && fields.some((below) => isListType(getNullableType(below.type))),
  };
}

/** The argument and the key in it that make a list a text search. */
const SEARCH = { argument: 'filter', key: 'text' };

/** The larger of `first` and `last`; NaN, which is no page, where both are missing or one is not a number. */
export function rowsAsked(page: NonNullable<FieldPrice['page']>, given: Record<string, unknown>): number {
  const sizes = page
    .map(({ value, fallback }) => (value ? valueFromASTUntyped(value, given) : undefined) ?? fallback)
    .filter((size) => size !== undefined && size !== null);
  if (sizes.length === 0 || sizes.some((size) => typeof size !== 'number')) return Number.NaN;
  // The smallest is returned where it is below 1, so that `first: 10, last: -1` does not pass.
  const numbers = sizes.map(Number);
  return Math.min(...numbers) < 1 ? Math.min(...numbers) : Math.max(...numbers);
}

/** Whether the filter, given the variables, makes the field a text search. */
export function searches(filter: ValueNode | null, given: Record<string, unknown>): boolean {
  const value: unknown = filter ? valueFromASTUntyped(filter, given) : null;
  if (typeof value !== 'object' || value === null) return false;
  return ((value as Record<string, unknown>)[SEARCH.key] ?? null) !== null;
}
