import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** The fields of an object in the answer, in the order of the request. */
export interface ObjectShape {
  kind: 'OBJECT';
  fields: readonly FieldShape[];
}

interface FieldShape {
  /** The key in the answer. */
  name: string;
  /** The name of the type itself, for `__typename`. */
  typename: string | null;
  type: TypeShape;
}

type TypeShape =
  | { kind: 'NON_NULL'; of: TypeShape }
  | { kind: 'LIST'; of: TypeShape }
  | { kind: 'LEAF'; valid: ((value: unknown) => boolean) | null }
  | ObjectShape;

interface Selected {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  parent: GraphQLObjectType;
  selections: SelectionSetNode;
}

/**
 * The shape of an answer. Null where it depends on more than the request (conditions, abstract types, introspection), and where it
 * holds a name that every object has.
 */
export function compileShape({ selections, ...rest }: Selected): ObjectShape | null {
  return objectShape(rest, [selections]);
}

/** The data of an answer, and why it holds a null that no subgraph gave. */
export interface Completed {
  data: Record<string, unknown> | null;
  faults: GraphQLError[];
}

/**
 * Makes the answer's data of the subgraphs' answers: the selected fields only, checked, with each null risen to a place where it may
 * stand. Each value that does not fit is a fault, with its path.
 */
export function completeData(shape: ObjectShape, found: Record<string, unknown>): Completed {
  const faults: Fault[] = [];
  const data = completeObject(shape, found, faults) as Completed['data'];
  return { data, faults: faults.map(({ message, path }) => new GraphQLError(message, { path })) };
}

/** A value that does not fit. Each object and list around it puts its key in front of the path, so that only faults cost anything. */
interface Fault {
  message: string;
  path: (string | number)[];
}

function within(key: string | number, faults: readonly Fault[], from: number): void {
  for (let index = from; index < faults.length; index += 1) faults[index]?.path.unshift(key);
}

/** Stands for a null in a place where none may stand. */
const RISING = Symbol('a null that rises');
/** Names inherited from `Object.prototype`. A selection with one is not compiled, so that fields can be read without a `hasOwn` check. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

function complete(type: TypeShape, value: unknown, faults: Fault[]): unknown {
  switch (type.kind) {
    case 'NON_NULL': {
      const before = faults.length;
      const completed = complete(type.of, value, faults);
      if (completed !== null) return completed;
      // What rises from below is told there.
      if (faults.length === before) faults.push({ message: 'null where none may be', path: [] });
      return RISING;
    }
    case 'LIST':
      return value === null || value === undefined ? null : completeList(type.of, value, faults);
    case 'LEAF':
      if (value === null || value === undefined) return null;
      if (!type.valid || type.valid(value)) return value;
      faults.push({ message: 'a value of another type', path: [] });
      return null;
    case 'OBJECT':
      return value === null || value === undefined ? null : completeObject(type, value, faults);
  }
}

function completeList(of: TypeShape, value: unknown, faults: Fault[]): unknown[] | null {
  if (!Array.isArray(value)) throw new Error('a subgraph answered with something else than a list');
  let rises = false;
  const completed: unknown[] = [];
  value.forEach((element, index) => {
    const before = faults.length;
    const each = complete(of, element, faults);
    if (faults.length > before) within(index, faults, before);
    if (each === RISING) rises = true;
    completed.push(each);
  });
  return rises ? null : completed;
}

function completeObject({ fields }: ObjectShape, value: unknown, faults: Fault[]): unknown {
  if (typeof value !== 'object') throw new Error('a subgraph answered with something else than an object');
  const found = value as Record<string, unknown>;
  const completed: Record<string, unknown> = {};
  for (const { name, typename, type } of fields) {
    const before = faults.length;
    const each = typename ?? complete(type, found[name], faults);
    if (faults.length > before) within(name, faults, before);
    if (each === RISING) return null;
    completed[name] = each;
  }
  return completed;
}

function objectShape(context: Omit<Selected, 'selections'>, sets: readonly SelectionSetNode[]): ObjectShape | null {
  const nodes = new Map<string, FieldNode[]>();
  if (!sets.every((set) => collectFields(context, set, nodes))) return null;
  const fields: FieldShape[] = [];
  for (const [name, same] of nodes) {
    const field = INHERITED.has(name) ? null : fieldShape(context, name, same);
    if (!field) return null;
    fields.push(field);
  }
  return { kind: 'OBJECT', fields };
}

/** Gathers fields by their key in the answer. False where the key depends on more than the request. */
function collectFields(
  context: Omit<Selected, 'selections'>,
  { selections }: SelectionSetNode,
  nodes: Map<string, FieldNode[]>,
): boolean {
  return selections.every((selection) => {
    if (selection.directives?.length) return false;
    if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value;
      if (name !== selection.name.value && mayBeFetched(name, context.parent)) return false;
      nodes.set(name, [...(nodes.get(name) ?? []), selection]);
      return true;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments[selection.name.value];
    const on = fragment?.typeCondition?.name.value ?? context.parent.name;
    if (!fragment || fragment.directives?.length || on !== context.parent.name) return false;
    return collectFields(context, fragment.selectionSet, nodes);
  });
}

/**
 * True for an alias that is the name of another field: a plan fetches keys under their own names into the same object, so the answer
 * would hold one where the other is meant.
 */
function mayBeFetched(alias: string, parent: GraphQLObjectType): boolean {
  return alias.startsWith('__') || Object.hasOwn(parent.getFields(), alias);
}

function fieldShape(
  context: Omit<Selected, 'selections'>,
  name: string,
  nodes: readonly FieldNode[],
): FieldShape | null {
  const field = nodes[0]?.name.value ?? '';
  if (field === '__typename') return { name, typename: context.parent.name, type: { kind: 'LEAF', valid: null } };
  const definition = context.parent.getFields()[field];
  const type = definition && typeShape(context, definition.type, nodes);
  return type ? { name, typename: null, type } : null;
}

function typeShape(
  context: Omit<Selected, 'selections'>,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): TypeShape | null {
  if (isNonNullType(type)) return wrapped('NON_NULL', typeShape(context, type.ofType as GraphQLOutputType, nodes));
  if (isListType(type)) return wrapped('LIST', typeShape(context, type.ofType, nodes));
  if (isLeafType(type)) return { kind: 'LEAF', valid: validLeaf(type) };
  if (!isObjectType(type)) return null;
  return objectShape(
    { ...context, parent: type },
    nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
  );
}

function wrapped(kind: 'NON_NULL' | 'LIST', of: TypeShape | null): TypeShape | null {
  return of && { kind, of };
}

/** Whether a subgraph's value is one of the type, as far as JSON shows. Null for the desk's own scalars: the service checks them. */
function validLeaf(type: GraphQLLeafType): ((value: unknown) => boolean) | null {
  if (isEnumType(type)) {
    // Values that are hidden from clients are not in the API's schema.
    const values = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => values.has(value);
  }
  return BUILT_IN.get(type.name) ?? null;
}

const isWhole = (value: unknown) => typeof value === 'number' && Number.isInteger(value);
const isText = (value: unknown) => typeof value === 'string';

const BUILT_IN = new Map<string, (value: unknown) => boolean>([
  [GraphQLString.name, isText],
  ['ID', (value) => isText(value) || isWhole(value)],
  [GraphQLInt.name, isWhole],
  [GraphQLFloat.name, (value) => typeof value === 'number'],
  [GraphQLBoolean.name, (value) => typeof value === 'boolean'],
]);
