import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getDirectiveValues,
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
} from 'graphql';

/** The public API as clients read it. All that the matrix asks is made from it. */
export const API = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));

const ROOTS = ['Query', 'Mutation', 'Subscription'];

export type Field = GraphQLField<unknown, unknown>;

export function fieldsOf(type: GraphQLObjectType): Field[] {
  return Object.values(type.getFields());
}

/** The fields of a root. */
export function rootFields(root: 'Query' | 'Mutation' | 'Subscription'): Field[] {
  return fieldsOf(objectType(root));
}

export function objectType(name: string): GraphQLObjectType {
  const type = API.getType(name);
  if (!isObjectType(type)) throw new Error(`The API has no object type ${name}.`);
  return type;
}

/** The types whose values are found by an id of their own. */
export function recordTypes(): GraphQLObjectType[] {
  return objectTypes().filter(isRecord);
}

/** Whether values of the type are found by an id of their own. */
export function isRecord(type: unknown): boolean {
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
}

/** The type of the rows of a page; null for every other type. */
export function rowsOf(type: unknown): GraphQLObjectType | null {
  if (!isObjectType(type) || !type.name.endsWith('Connection')) return null;
  const rows = getNamedType(type.getFields()['nodes']?.type);
  return isObjectType(rows) ? rows : null;
}

/** Every field of every object type, as `Type.field`: what an answer can hold. */
export function coordinates(): string[] {
  return objectTypes().flatMap((type) => fieldsOf(type).map(({ name }) => `${type.name}.${name}`));
}

/** The rule that guards a field of queries, by `@access`; null where none does. */
export function ruleOf(coordinate: string): string | null {
  return RULES.get(coordinate) ?? null;
}

/** The arguments of a filter, or the input of a mutation: the fields of an argument's type. */
export function inputFields({ args }: Field, argument: string): GraphQLInputField[] {
  const type = getNamedType(args.find(({ name }) => name === argument)?.type);
  return isInputObjectType(type) ? Object.values(type.getFields()) : [];
}

function objectTypes(): GraphQLObjectType[] {
  return Object.values(API.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !ROOTS.includes(name));
}

const RULES = new Map(
  [objectType('Query'), ...objectTypes()].flatMap((type) =>
    fieldsOf(type).flatMap(({ name, astNode }): [string, string][] => {
      const access = API.getDirective('access');
      const rule = access && astNode ? getDirectiveValues(access, astNode)?.['rule'] : undefined;
      return typeof rule === 'string' ? [[`${type.name}.${name}`, rule]] : [];
    }),
  ),
);
