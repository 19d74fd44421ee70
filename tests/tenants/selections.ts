import {
  getNamedType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLUnionType,
} from 'graphql';
import { API, fieldsOf, isRecord, rootFields, rowsOf, type Field } from './api-shape.ts';

/** Selections made from the schema. Each object says its type, so that an answer can be walked without its question. */

/** Levels of fields that every caller may ask for, the root field included. */
const LEVELS_MAX = 8;
/** Members of a union in one fragment. */
const MEMBERS_MAX = 4;
const TYPENAME = '__typename';

/** How large an answer may become: the rows of the outermost page, those of each page in it, and the levels of fields. */
export interface Extent {
  rows: number;
  rowsWithin: number;
  levels: number;
}

/** Extents from the widest to the narrowest. A caller takes the first that the desk does not refuse as too costly. */
export const EXTENTS: readonly Extent[] = [
  { rows: 10, rowsWithin: 2, levels: LEVELS_MAX },
  { rows: 4, rowsWithin: 2, levels: LEVELS_MAX },
  { rows: 2, rowsWithin: 1, levels: LEVELS_MAX },
  { rows: 1, rowsWithin: 1, levels: 3 },
];

/** A place in a selection: how far it may go from there, and the types that it stands in, outermost first. */
interface Place extends Extent {
  within: readonly string[];
}

/** A root field with all that its answer can hold. `given` are arguments by name, as GraphQL writes them. */
export function wholeField(field: Field, given: Record<string, string>, extent: Extent): string {
  return fieldText(field, { given, place: { ...extent, within: [] } });
}

/** An operation, with the fragments that it spreads. */
export function operation(head: string, selection: string): string {
  const spread = FRAGMENTS.filter(({ name }) => selection.includes(`...${name}`));
  return [`${head} { ${selection} }`, ...spread.map(({ text }) => text)].join('\n');
}

/** All of a record: every field, its values whole, a page of each of its lists, and of other records what they hold themselves. */
export function wholeRecord(type: GraphQLObjectType, extent: Extent): string {
  return wholeOf(type, { ...extent, levels: extent.levels - 1, within: [] });
}

/** What a record holds itself, without anything that it leads to. */
export function briefRecord(type: GraphQLNamedType): string {
  if (isUnionType(type)) return [TYPENAME, ...fragmentsOf(type).map(({ name }) => `...${name}`)].join(' ');
  return [TYPENAME, ...leavesOf(type).map(({ name }) => name)].join(' ');
}

function wholeOf(type: GraphQLObjectType, place: Place): string {
  const inside = { ...place, within: [...place.within, type.name] };
  return [TYPENAME, ...fieldsOf(type).map((field) => fieldText(field, { given: {}, place: inside }))]
    .filter(Boolean)
    .join(' ');
}

function fieldText(field: Field, { given, place }: { given: Record<string, string>; place: Place }): string {
  const type = getNamedType(field.type);
  const rows = place.within.length === 0 ? place.rows : place.rowsWithin;
  const call = `${field.name}${argumentsText(field, given, rows)}`;
  if (isLeafType(type)) return call;
  const levels = place.levels - 1;
  const below = levels < 1 ? '' : objectText(type, { ...place, levels });
  return below && `${call} { ${below} }`;
}

/**
 * Below another type stand in brief the records, which all have a way by their ids, what has a root field of its own, and what would stand
 * in itself. A page in the rows of a page would multiply rows.
 */
function objectText(type: GraphQLNamedType, place: Place): string {
  const rows = rowsOf(type);
  if (rows) return place.within.length > 1 ? '' : pageText(rows, place);
  const below = place.within.length > 0;
  if (!isObjectType(type)) return briefRecord(type);
  if (place.within.includes(type.name) || (below && (isRecord(type) || ROOTED.has(type.name))))
    return briefRecord(type);
  return wholeOf(type, place);
}

function pageText(rows: GraphQLObjectType, place: Place): string {
  const row = objectText(rows, { ...place, levels: place.levels - 1 });
  const page = `pageInfo { ${TYPENAME} hasNextPage hasPreviousPage startCursor endCursor }`;
  return `${TYPENAME} totalCount ${page} edges { ${TYPENAME} cursor node { ${TYPENAME} } } nodes { ${row} }`;
}

function leavesOf(type: GraphQLNamedType): Field[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).filter(
    (field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument),
  );
}

/** The types that a root field answers, alone or in a list. */
const ROOTED = new Set(
  rootFields('Query').map(({ type }) => {
    const answered = getNamedType(type);
    return (rowsOf(answered) ?? answered).name;
  }),
);

function argumentsText(field: Field, given: Record<string, string>, rows: number): string {
  const texts = field.args.flatMap((argument) => {
    const value = given[argument.name] ?? usualValue(argument, rows);
    return value === null ? [] : [`${argument.name}: ${value}`];
  });
  return texts.length ? `(${texts.join(', ')})` : '';
}

function usualValue(argument: GraphQLArgument, rows: number): string | null {
  if (argument.name === 'first') return String(rows);
  const type = getNamedType(argument.type);
  return isRequiredArgument(argument) && isEnumType(type) ? (type.getValues()[0]?.name ?? null) : null;
}

/** Fields whose types differ among the members cannot stand beside each other. Few members share a fragment: the gateway bounds the uses of a field in one place. */
function fragmentsOf(union: GraphQLUnionType): { name: string; text: string }[] {
  const members = union.getTypes();
  const types = new Map<string, Set<string>>();
  for (const { name, type } of members.flatMap(leavesOf))
    types.set(name, (types.get(name) ?? new Set()).add(String(type)));
  const brief = (type: GraphQLObjectType) => {
    const alike = leavesOf(type).filter(({ name }) => types.get(name)?.size === 1);
    return `... on ${type.name} { ${alike.map(({ name }) => name).join(' ')} }`;
  };
  return Array.from({ length: Math.ceil(members.length / MEMBERS_MAX) }, (_, part) => {
    const name = `${union.name}${part}`;
    const of = members.slice(part * MEMBERS_MAX, (part + 1) * MEMBERS_MAX);
    return { name, text: `fragment ${name} on ${union.name} { ${of.map(brief).join(' ')} }` };
  });
}

const FRAGMENTS = Object.values(API.getTypeMap()).filter(isUnionType).flatMap(fragmentsOf);
