import type {
  ArgumentNode,
  DirectiveNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { FieldProblem } from '@desk/kit/errors';
import { plus } from './bounded-count.ts';
import type { FieldPrice, PriceList } from './field-price.ts';
import { NO_PRICE, priceOf } from './field-price.ts';

/** What reading a document has found so far. */
export interface Survey extends PriceList {
  asked: Map<StaticLimit, Asked>;
  unsafeName: FieldProblem | null;
  directives: number;
  visited: number;
  merges: number;
}

/** The limits that no variable changes, in the order in which they are checked: first what bounds the work of all others. */
export const STATIC_LIMITS = [
  'tokens',
  'fragments',
  'directives',
  'inputNesting',
  'inputList',
  'selections',
  'depth',
  'aliases',
  'introspections',
  'rootQueryFields',
  'rootMutationFields',
  'repeatedFields',
] as const;

/** A limit that no variable changes. */
export type StaticLimit = (typeof STATIC_LIMITS)[number];

/** How much a document asks for under one limit, and where. */
export interface Asked {
  asked: number;
  /** Given what is allowed, so that the path to a field that is too deep ends where it becomes so. */
  path?: (allowed: number) => string;
}

/** An operation or a fragment. */
export interface Block {
  node: OperationDefinitionNode | FragmentDefinitionNode;
  /** Parents before children; the first is the top. */
  levels: Level[];
  /** How to price the operation: made on first use. */
  program: Program | null;
}

/** All that is selected under one field, or at the top of a block, with inline fragments flattened. */
export interface Level {
  block: Block;
  parent: Level | null;
  key: string;
  selectionSet: SelectionSetNode | undefined;
  type: GraphQLNamedType | undefined;
  spreads: string[];
  selections: number;
  aliases: number;
  depth: number;
  /** The first step towards the innermost field. */
  deepest: { key: string | null; below: Level | null } | null;
  /** Uses of each field as written here. */
  written: Map<string, number>;
  /** The field behind each different response key, fragments expanded. */
  keys: Map<string, string>;
  price: FieldPrice;
  /** Points of the fields below that have no level of their own: for the whole, and for each row where this is a page. */
  once: number;
  each: number;
}

/** What pricing one operation walks: its levels and those of the fragments that it reaches, each behind all it needs. */
export interface Program {
  levels: Level[];
  /** A place where each fragment is spread, which leads back to the operation. */
  usedAt: Map<string, Level>;
}

/** A survey in which nothing was read yet. */
export function openSurvey({ schema, weights }: PriceList): Survey {
  return { schema, weights, asked: new Map(), unsafeName: null, directives: 0, visited: 0, merges: 0 };
}

/** Keeps what is asked under a limit, where it is more than was found before. */
export function note(survey: Survey, limit: StaticLimit, asked: Asked): void {
  if (asked.asked > (survey.asked.get(limit)?.asked ?? 0)) survey.asked.set(limit, asked);
}

/** Reads a block from the top down. The lists that grow while they are walked are bounded by the document's length. */
export function readBlock(node: OperationDefinitionNode | FragmentDefinitionNode, survey: Survey): Block {
  const block: Block = { node, levels: [], program: null };
  const { schema } = survey;
  const type =
    node.kind === Kind.FRAGMENT_DEFINITION
      ? schema.getType(node.typeCondition.name.value)
      : (schema.getRootType(node.operation) ?? undefined);
  checkName(survey, node.name?.value);
  readDirectives(node.directives, survey);
  for (const { variable, defaultValue, directives } of node.variableDefinitions ?? []) {
    checkName(survey, variable.name.value);
    if (defaultValue) readValue(defaultValue, `$${variable.name.value}`, survey);
    readDirectives(directives, survey);
  }
  openLevel({ block, parent: null, key: '', selectionSet: node.selectionSet, type, price: NO_PRICE });
  for (const level of block.levels) readLevel(level, survey);
  return block;
}

/** Written out field by field: this runs for each selection set, and spreading objects here more than doubled `prepare`. */
function openLevel(of: Pick<Level, 'block' | 'parent' | 'key' | 'selectionSet' | 'type' | 'price'>): void {
  of.block.levels.push({
    block: of.block,
    parent: of.parent,
    key: of.key,
    selectionSet: of.selectionSet,
    type: of.type,
    price: of.price,
    spreads: [],
    selections: 0,
    aliases: 0,
    depth: 0,
    deepest: null,
    written: new Map(),
    keys: new Map(),
    once: 0,
    each: 0,
  });
}

function readLevel(level: Level, survey: Survey): void {
  const open = level.selectionSet ? [{ set: level.selectionSet, type: level.type }] : [];
  for (const { set, type } of open) {
    for (const selection of set.selections) {
      survey.visited += 1;
      level.selections += 1;
      readDirectives(selection.directives, survey);
      if (selection.kind === Kind.FIELD) {
        readField({ field: selection, type, level }, survey);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        checkName(survey, selection.name.value);
        level.spreads.push(selection.name.value);
      } else {
        const condition = selection.typeCondition?.name.value;
        open.push({ set: selection.selectionSet, type: condition ? survey.schema.getType(condition) : type });
      }
    }
  }
}

function readField(at: { field: FieldNode; type: GraphQLNamedType | undefined; level: Level }, survey: Survey): void {
  const { field, type, level } = at;
  const name = field.name.value;
  const key = field.alias?.value ?? name;
  checkName(survey, name);
  checkName(survey, field.alias?.value);
  readArguments(field.arguments, survey);
  if (field.alias) level.aliases += 1;
  level.written.set(name, (level.written.get(name) ?? 0) + 1);
  level.keys.set(`${key}:${name}`, name);
  const definition = fieldOf(survey.schema, type, name);
  const price = priceOf({ field, type, definition }, survey);
  if (field.selectionSet || price.page || price.filter) {
    const below = definition && getNamedType(definition.type);
    openLevel({ block: level.block, parent: level, key, selectionSet: field.selectionSet, type: below, price });
    return;
  }
  deepen(level, 1, { key, below: null });
  if (price.listed) level.each = plus(level.each, price.weight);
  else level.once = plus(level.once, price.weight);
}

/** Makes a level as deep as the step `deepest` reaches, where it was not as deep before. */
export function deepen(level: Level, depth: number, deepest: Level['deepest']): void {
  if (depth <= level.depth) return;
  level.depth = depth;
  level.deepest = deepest;
}

/** Also for documents that are not valid: a field that the schema lacks has no definition. */
function fieldOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (type && type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function readDirectives(directives: readonly DirectiveNode[] | undefined, survey: Survey): void {
  for (const directive of directives ?? []) {
    survey.directives += 1;
    checkName(survey, directive.name.value);
    readArguments(directive.arguments, survey);
  }
}

function readArguments(given: readonly ArgumentNode[] | undefined, survey: Survey): void {
  for (const { name, value } of given ?? []) {
    checkName(survey, name.value);
    readValue(value, name.value, survey);
  }
}

function readValue(root: ValueNode, path: string, survey: Survey): void {
  const open = [{ value: root, nesting: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, nesting } = next;
    survey.visited += 1;
    if (value.kind === Kind.VARIABLE) checkName(survey, value.name.value);
    if (value.kind !== Kind.LIST && value.kind !== Kind.OBJECT) continue;
    note(survey, 'inputNesting', { asked: nesting, path: () => path });
    if (value.kind === Kind.LIST) {
      note(survey, 'inputList', { asked: value.values.length, path: () => path });
      for (const entry of value.values) open.push({ value: entry, nesting: nesting + 1 });
    } else {
      for (const field of value.fields) {
        checkName(survey, field.name.value);
        open.push({ value: field.value, nesting: nesting + 1 });
      }
    }
  }
}

function checkName(survey: Survey, name: string | undefined): void {
  if (name !== undefined && UNSAFE_NAMES.has(name)) survey.unsafeName ??= unsafe(name);
}

/** Names that could reach an object's prototype: refused in documents and variables alike. */
export const UNSAFE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** The problem of an unsafe name. */
export function unsafe(path: string): FieldProblem {
  return { path, message: 'This name is not allowed anywhere. Use another.' };
}
