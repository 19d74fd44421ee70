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
import type { FieldProblem } from '@desk/kit/api/errors';
import { costOf, NO_COST, type CostSource, type FieldCost } from './field-cost.ts';
import type { Demand } from './limits.ts';
import { sum } from './saturating.ts';

/** What reading a document has found so far. */
export interface Reading extends CostSource {
  demands: Map<StaticLimit, Demand>;
  unsafeName: FieldProblem | null;
  directives: number;
  /** Steps that reading and counting took. */
  steps: number;
  merges: number;
}

/** The limits that no variable changes, in the order in which they are checked: those that bound the work of the others stand first. */
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

/** An operation or a fragment. */
export interface Part {
  node: OperationDefinitionNode | FragmentDefinitionNode;
  /** Parents before children; the first is the top. */
  levels: Level[];
}

/** All that is selected under one field, or at the top of a part, with inline fragments flattened. */
export interface Level {
  part: Part;
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
  cost: FieldCost;
  /** Points of the fields below that have no level of their own: for the whole, and for each row where this is a page. */
  once: number;
  each: number;
}

/** A reading that has found nothing yet. */
export function openReading({ schema, costs }: CostSource): Reading {
  return { schema, costs, demands: new Map(), unsafeName: null, directives: 0, steps: 0, merges: 0 };
}

/** Keeps how much is asked for under a limit, where that is more than was found before. */
export function note(reading: Reading, limit: StaticLimit, demand: Demand): void {
  if (demand.asked > (reading.demands.get(limit)?.asked ?? 0)) reading.demands.set(limit, demand);
}

/** Reads an operation or a fragment from the top down. The lists that grow while they are walked are bounded by the document's length. */
export function readPart(node: OperationDefinitionNode | FragmentDefinitionNode, reading: Reading): Part {
  const part: Part = { node, levels: [] };
  const { schema } = reading;
  const type =
    node.kind === Kind.FRAGMENT_DEFINITION
      ? schema.getType(node.typeCondition.name.value)
      : (schema.getRootType(node.operation) ?? undefined);
  checkName(reading, node.name?.value);
  readDirectives(node.directives, reading);
  for (const { variable, defaultValue, directives } of node.variableDefinitions ?? []) {
    checkName(reading, variable.name.value);
    if (defaultValue) readValue(defaultValue, `$${variable.name.value}`, reading);
    readDirectives(directives, reading);
  }
  openLevel({ part, parent: null, key: '', selectionSet: node.selectionSet, type, cost: NO_COST });
  for (const level of part.levels) readLevel(level, reading);
  return part;
}

/** Written out field by field: this runs for each selection set, and spreading objects here more than doubled the time of a reading. */
function openLevel(of: Pick<Level, 'part' | 'parent' | 'key' | 'selectionSet' | 'type' | 'cost'>): void {
  of.part.levels.push({
    part: of.part,
    parent: of.parent,
    key: of.key,
    selectionSet: of.selectionSet,
    type: of.type,
    cost: of.cost,
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

function readLevel(level: Level, reading: Reading): void {
  const open = level.selectionSet ? [{ set: level.selectionSet, type: level.type }] : [];
  for (const { set, type } of open) {
    for (const selection of set.selections) {
      reading.steps += 1;
      level.selections += 1;
      readDirectives(selection.directives, reading);
      if (selection.kind === Kind.FIELD) {
        readField({ field: selection, type, level }, reading);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        checkName(reading, selection.name.value);
        level.spreads.push(selection.name.value);
      } else {
        const condition = selection.typeCondition?.name.value;
        open.push({ set: selection.selectionSet, type: condition ? reading.schema.getType(condition) : type });
      }
    }
  }
}

function readField(at: { field: FieldNode; type: GraphQLNamedType | undefined; level: Level }, reading: Reading): void {
  const { field, type, level } = at;
  const name = field.name.value;
  const key = field.alias?.value ?? name;
  checkName(reading, name);
  checkName(reading, field.alias?.value);
  readArguments(field.arguments, reading);
  if (field.alias) level.aliases += 1;
  level.written.set(name, (level.written.get(name) ?? 0) + 1);
  level.keys.set(`${key}:${name}`, name);
  const definition = fieldOf(reading.schema, type, name);
  const cost = costOf({ field, type, definition }, reading);
  if (field.selectionSet || cost.page || cost.filter) {
    const below = definition && getNamedType(definition.type);
    openLevel({ part: level.part, parent: level, key, selectionSet: field.selectionSet, type: below, cost });
    return;
  }
  deepen(level, 1, { key, below: null });
  if (cost.listed) level.each = sum(level.each, cost.weight);
  else level.once = sum(level.once, cost.weight);
}

/** Makes a level as deep as the step `deepest` reaches, where it was not as deep before. */
export function deepen(level: Level, depth: number, deepest: Level['deepest']): void {
  if (depth <= level.depth) return;
  level.depth = depth;
  level.deepest = deepest;
}

/** The definition of a field; undefined where the schema lacks it, since the document need not be valid. */
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

function readDirectives(directives: readonly DirectiveNode[] | undefined, reading: Reading): void {
  for (const directive of directives ?? []) {
    reading.directives += 1;
    checkName(reading, directive.name.value);
    readArguments(directive.arguments, reading);
  }
}

function readArguments(given: readonly ArgumentNode[] | undefined, reading: Reading): void {
  for (const { name, value } of given ?? []) {
    checkName(reading, name.value);
    readValue(value, name.value, reading);
  }
}

function readValue(root: ValueNode, path: string, reading: Reading): void {
  const open = [{ value: root, nesting: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, nesting } = next;
    reading.steps += 1;
    if (value.kind === Kind.VARIABLE) checkName(reading, value.name.value);
    if (value.kind !== Kind.LIST && value.kind !== Kind.OBJECT) continue;
    note(reading, 'inputNesting', { asked: nesting, path: () => path });
    if (value.kind === Kind.LIST) {
      note(reading, 'inputList', { asked: value.values.length, path: () => path });
      for (const entry of value.values) open.push({ value: entry, nesting: nesting + 1 });
    } else {
      for (const field of value.fields) {
        checkName(reading, field.name.value);
        open.push({ value: field.value, nesting: nesting + 1 });
      }
    }
  }
}

function checkName(reading: Reading, name: string | undefined): void {
  if (name !== undefined && UNSAFE_NAMES.has(name)) reading.unsafeName ??= unsafeName(name);
}

/** Names that could reach an object's prototype: refused in documents and variables alike. */
export const UNSAFE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The problem of an unsafe name. */
export function unsafeName(path: string): FieldProblem {
  return { path, code: 'NOT_ALLOWED', message: 'must have another name: this one is not allowed anywhere.' };
}
