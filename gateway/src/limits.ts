import type {
  ArgumentNode,
  DirectiveNode,
  DocumentNode,
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
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  Lexer,
  parse,
  SchemaMetaFieldDef,
  Source,
  TokenKind,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import type { FieldProblem } from '@desk/kit/errors';
import { badInput, Refusal } from '@desk/kit/errors';

/** What one operation may ask for. Every number is the largest that passes. */
export interface Limits {
  /** Length of the document's text in bytes of UTF-8. */
  documentBytes: number;
  /** Length of the variables as JSON, in bytes of UTF-8. */
  variablesBytes: number;
  /** How deep lists and objects may stand in one another in an argument or a variable. */
  inputNesting: number;
  /** Length of one list in an argument or a variable. */
  inputList: number;
  tokens: number;
  /** Uses of directives in the document. */
  directives: number;
  /** Fragment definitions in the document. */
  fragments: number;
  /** Fields in one another, the innermost included. Fragments add no level; introspection counts like any field. */
  depth: number;
  /** Aliases of an operation, fragments expanded. */
  aliases: number;
  /** Uses of one field in one parent: as written in one selection set, or under different keys with fragments expanded. */
  repeatedFields: number;
  rootQueryFields: number;
  rootMutationFields: number;
  /** Fields, spreads and inline fragments of an operation, fragments expanded: what the planner would walk. */
  selections: number;
  /** Largest `first` or `last`. */
  page: number;
  /** Rows of all pages together: the sum, over the paged fields, of the product of the pages on the way to each. */
  nodes: number;
  /** Points of cost of one operation. */
  cost: number;
}

/** Kinds of caller that the limits tell apart. Staff of the SME count as AGENT. */
export type CallerClass = 'LDC_USER' | 'AGENT' | 'PARTNER';

const FOR_ALL = {
  documentBytes: 16 * 1024,
  variablesBytes: 200 * 1024,
  inputNesting: 32,
  inputList: 100,
  tokens: 2_000,
  directives: 20,
  fragments: 30,
  repeatedFields: 5,
  page: 100,
};

/** The published limits. The gateway's configuration may change single numbers: see `limitsFor`. */
export const LIMITS: Readonly<Record<CallerClass, Readonly<Limits>>> = {
  // prettier-ignore
  LDC_USER: { ...FOR_ALL, depth: 8, aliases: 20, rootQueryFields: 10, rootMutationFields: 1, selections: 2_000, nodes: 5_000, cost: 500 },
  // prettier-ignore
  AGENT: { ...FOR_ALL, depth: 10, aliases: 30, rootQueryFields: 20, rootMutationFields: 5, selections: 5_000, nodes: 10_000, cost: 1_000 },
  // prettier-ignore
  PARTNER: { ...FOR_ALL, depth: 10, aliases: 20, rootQueryFields: 10, rootMutationFields: 1, selections: 5_000, nodes: 50_000, cost: 1_000 },
};

/** Points of a field without a weight of its own. An object field in a page counts once for each row. */
export const COSTS = { scalar: 0, object: 1, textSearch: 20, mutation: 10, subscription: 5 };

/** The limits of a caller, with what the configuration says instead. */
export function limitsFor(caller: CallerClass, config: Partial<Record<CallerClass, Partial<Limits>>> = {}): Limits {
  return { ...LIMITS[caller], ...config[caller] };
}

/**
 * Parses a document that is within the limits of its text. Refuses with PAYLOAD_TOO_LARGE what is too long and with
 * QUERY_TOO_COMPLEX what has too many tokens; what is not GraphQL throws graphql-js's own syntax error.
 */
export function checkDocument(source: string, { limits }: { limits: Limits }): DocumentNode {
  const bytes = Buffer.byteLength(source);
  if (bytes > limits.documentBytes) throw tooMuch('documentBytes', { asked: bytes }, limits);
  try {
    return parse(source, { maxLexicalTokens: limits.tokens });
  } catch (error) {
    // graphql-js reports too many tokens as a syntax error like any other, so they are counted again to tell the two apart.
    const { tokens, nesting } = measureText(source);
    if (tokens > limits.tokens) throw tooMuch('tokens', { asked: tokens }, limits);
    // The parser calls itself for each bracket, and the stack ends before 2,000 of them.
    if (error instanceof RangeError) throw tooMuch('inputNesting', { asked: nesting }, limits);
    throw error;
  }
}

/** What `checkOperation` and `checkPrepared` need to know of a request. */
export interface OperationRequest {
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  limits: Limits;
}

/** What an operation within the limits asks for: points of cost, and rows of all its pages. */
export interface OperationCost {
  cost: number;
  nodes: number;
}

/**
 * Checks one request against the limits, before validation and planning. Refuses with QUERY_TOO_COMPLEX, naming the limit,
 * what was asked and what is allowed; with PAYLOAD_TOO_LARGE for the variables' size; with BAD_USER_INPUT for pages, long
 * lists, unsafe names and an operation that is not there. The document need not be valid.
 */
export function checkOperation(request: OperationRequest & DocumentSource): OperationCost {
  return checkPrepared(prepare(request), request);
}

/** Where a document's fields are looked up, and what they weigh. */
export interface DocumentSource {
  schema: GraphQLSchema;
  document: DocumentNode;
  /** Points of single fields, `Type.field`, from `@cost(weight:)`; they take the place of `COSTS`. */
  weights?: ReadonlyMap<string, number> | undefined;
}

/** A measured document. It holds no caller and no variables, so one serves every request with the same text and schema. */
export interface PreparedDocument {
  readonly asked: ReadonlyMap<StaticLimit, Asked>;
  readonly unsafeName: FieldProblem | null;
  readonly operations: readonly Block[];
  readonly fragments: ReadonlyMap<string, Block>;
  /** The fragments that end, each behind those it spreads. */
  readonly order: readonly Block[];
  /** Steps that measuring took: the tests hold it to the document's length. */
  readonly visited: number;
}

/**
 * Measures everything in a document that no variable changes, in time linear to its length: each fragment is measured
 * once, however often it is spread. Never refuses: `checkPrepared` does.
 */
export function prepare({ schema, document, weights = new Map() }: DocumentSource): PreparedDocument {
  const survey: Survey = { schema, weights, asked: new Map(), unsafeName: null, directives: 0, visited: 0, merges: 0 };
  const operations: Block[] = [];
  const fragments = new Map<string, Block>();
  let fragmentCount = 0;
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) operations.push(readBlock(node, survey));
    if (node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragmentCount += 1;
    // Of two fragments with one name the last stands, as in graphql-js; validation refuses both anyway.
    fragments.set(node.name.value, readBlock(node, survey));
  }
  const order = fragmentOrder(fragments);
  for (const block of [...order, ...operations]) totalBlock(block, fragments, survey);
  if (order.length < fragments.size) note(survey, 'selections', { asked: ENDLESS });
  note(survey, 'tokens', { asked: document.tokenCount ?? 0 });
  note(survey, 'directives', { asked: survey.directives });
  note(survey, 'fragments', { asked: fragmentCount });
  const { asked, unsafeName, visited } = survey;
  return { asked, unsafeName, operations, fragments, order, visited };
}

/** The part of `checkOperation` that depends on the caller, the variables and the operation's name. */
export function checkPrepared(prepared: PreparedDocument, request: OperationRequest): OperationCost {
  const { limits } = request;
  const variables = request.variables ?? {};
  if (prepared.unsafeName) throw badInput([prepared.unsafeName]);
  for (const limit of STATIC_LIMITS) {
    const asked = prepared.asked.get(limit);
    if (asked && asked.asked > limits[limit]) throw tooMuch(limit, asked, limits);
  }
  checkVariables(variables, limits);
  const operation = chosenOperation(prepared.operations, request.operationName);
  const total = price({ prepared, operation, variables, limits });
  if (total.nodes > limits.nodes) throw tooMuch('nodes', { asked: total.nodes }, limits);
  if (total.cost > limits.cost) throw tooMuch('cost', { asked: total.cost }, limits);
  return total;
}

/** In the order in which they are checked: first what bounds the work of all others. */
const STATIC_LIMITS = [
  'tokens',
  'fragments',
  'directives',
  'inputNesting',
  'inputList',
  'selections',
  'depth',
  'aliases',
  'rootQueryFields',
  'rootMutationFields',
  'repeatedFields',
] as const;
type StaticLimit = (typeof STATIC_LIMITS)[number];

/** How much a document asks for under one limit, and where. */
interface Asked {
  asked: number;
  /** Given what is allowed, so that the path to a field that is too deep ends where it becomes so. */
  path?: (allowed: number) => string;
}

const SMALLER = 'Ask for less in one request.';
const SENTENCES: Record<Exclude<keyof Limits, 'page'>, { what: string; advice: string }> = {
  documentBytes: { what: 'bytes of document', advice: 'Send a shorter document.' },
  variablesBytes: { what: 'bytes of variables', advice: 'Send less in one request.' },
  inputNesting: { what: 'levels of nested input', advice: 'Send flatter input.' },
  inputList: { what: 'entries in one list', advice: 'Send the list in parts.' },
  tokens: { what: 'tokens', advice: SMALLER },
  directives: { what: 'directives', advice: 'Use fewer.' },
  fragments: { what: 'fragments', advice: 'Join some of them.' },
  depth: { what: 'levels of fields', advice: 'Ask for the inner records in a request of their own.' },
  aliases: { what: 'aliases', advice: SMALLER },
  repeatedFields: { what: 'uses of one field in one place', advice: 'Ask for the others in another request.' },
  rootQueryFields: { what: 'root fields in a query', advice: SMALLER },
  rootMutationFields: { what: 'root fields in a mutation', advice: 'Send the others in requests of their own.' },
  selections: { what: 'selections with fragments expanded', advice: SMALLER },
  nodes: { what: 'rows in all pages', advice: 'Ask for smaller pages.' },
  cost: { what: 'points of cost', advice: 'Ask for fewer fields or smaller pages.' },
};

/** Larger counts all read like this one: no count overflows, and sums and products of counts stay exact below it. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

function tooMuch(limit: keyof typeof SENTENCES, { asked, path }: Asked, limits: Limits): Refusal {
  const { what, advice } = SENTENCES[limit];
  const allowed = limits[limit];
  const field = path?.(allowed);
  const amount = asked >= ENDLESS ? 'endlessly many' : String(asked);
  const place = field ? ` at ${field}` : '';
  const sentence = `The request has ${amount} ${what}${place}; ${allowed} are allowed. ${advice}`;
  if (limit === 'inputList') return badInput([{ path: field ?? '', message: sentence }]);
  const code = limit === 'documentBytes' || limit === 'variablesBytes' ? 'PAYLOAD_TOO_LARGE' : 'QUERY_TOO_COMPLEX';
  return new Refusal(code, sentence, { limit, asked, allowed, ...(field ? { field } : {}) });
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Counts tokens and the deepest nesting of brackets, up to where the text stops being GraphQL. Its length bounds the loop. */
function measureText(source: string): { tokens: number; nesting: number } {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  let open = 0;
  let nesting = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      tokens += 1;
      if (OPENING.has(kind)) open += 1;
      if (CLOSING.has(kind)) open -= 1;
      nesting = Math.max(nesting, open);
    }
  } catch {
    // From here on it is not GraphQL: the parser's own error says so.
  }
  return { tokens, nesting };
}

/** An operation or a fragment. */
interface Block {
  node: OperationDefinitionNode | FragmentDefinitionNode;
  /** Parents before children; the first is the top. */
  levels: Level[];
  /** How to price the operation: made on first use. */
  program: Program | null;
}

/** All that is selected under one field, or at the top of a block, with inline fragments flattened. */
interface Level {
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

/** What pricing must know of a level's own field. */
interface FieldPrice {
  weight: number;
  listed: boolean;
  /** Arguments `first` and `last`; null where the field is not paged. */
  page: { value: ValueNode | undefined; fallback: unknown }[] | null;
  filter: ValueNode | null;
  /** Of a paged field: its rows stand in list fields below it (`nodes`, `edges`), and the rest counts once. */
  rowsBelow: boolean;
}

interface Survey {
  schema: GraphQLSchema;
  weights: ReadonlyMap<string, number>;
  asked: Map<StaticLimit, Asked>;
  unsafeName: FieldProblem | null;
  directives: number;
  visited: number;
  merges: number;
}

function note(survey: Survey, limit: StaticLimit, asked: Asked): void {
  if (asked.asked > (survey.asked.get(limit)?.asked ?? 0)) survey.asked.set(limit, asked);
}

const NO_PRICE: FieldPrice = { weight: 0, listed: false, page: null, filter: null, rowsBelow: false };

/** Reads a block from the top down. The lists that grow while they are walked are bounded by the document's length. */
function readBlock(node: OperationDefinitionNode | FragmentDefinitionNode, survey: Survey): Block {
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

function deepen(level: Level, depth: number, deepest: Level['deepest']): void {
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

function priceOf(
  at: { field: FieldNode; type: GraphQLNamedType | undefined; definition: GraphQLField<unknown, unknown> | undefined },
  survey: Survey,
): FieldPrice {
  const { field, type, definition } = at;
  if (!type || !definition) return { ...NO_PRICE, weight: field.selectionSet ? COSTS.object : COSTS.scalar };
  const { schema, weights } = survey;
  const argument = (name: string) => field.arguments?.find((given) => given.name.value === name)?.value;
  const result = getNamedType(definition.type);
  const listed = isListType(getNullableType(definition.type));
  const sizes = definition.args.filter(({ name }) => name === 'first' || name === 'last');
  const page = sizes.map(({ name, defaultValue }) => ({ value: argument(name), fallback: defaultValue }));
  const fields = isObjectType(result) || isInterfaceType(result) ? Object.values(result.getFields()) : [];
  let weight = isCompositeType(result) ? COSTS.object : COSTS.scalar;
  if (type === schema.getMutationType()) weight = COSTS.mutation;
  if (type === schema.getSubscriptionType()) weight = COSTS.subscription;
  return {
    weight: Math.max(0, weights.get(`${type.name}.${field.name.value}`) ?? weight),
    listed,
    page: page.length > 0 ? page : null,
    filter: argument(SEARCH.argument) ?? null,
    rowsBelow: page.length > 0 && !listed && fields.some((below) => isListType(getNullableType(below.type))),
  };
}

/** The argument and the key in it that make a list a text search. */
const SEARCH = { argument: 'filter', key: 'text' };

const UNSAFE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

function checkName(survey: Survey, name: string | undefined): void {
  if (name !== undefined && UNSAFE_NAMES.has(name)) survey.unsafeName ??= unsafe(name);
}

function unsafe(path: string): FieldProblem {
  return { path, message: 'This name is not allowed anywhere. Use another.' };
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

/** Each fragment behind all that it spreads. A fragment that contains itself, or spreads one that does, is left out. */
function fragmentOrder(fragments: ReadonlyMap<string, Block>): Block[] {
  const waitingFor = new Map<Block, number>();
  const usersOf = new Map<Block, Block[]>();
  for (const user of fragments.values()) {
    const names = new Set(user.levels.flatMap((level) => level.spreads));
    const used = [...names].flatMap((name) => fragments.get(name) ?? []);
    waitingFor.set(user, used.length);
    for (const fragment of used) usersOf.set(fragment, [...(usersOf.get(fragment) ?? []), user]);
  }
  const order = [...waitingFor].filter(([, count]) => count === 0).map(([fragment]) => fragment);
  for (const fragment of order) {
    for (const user of usersOf.get(fragment) ?? []) {
      const count = (waitingFor.get(user) ?? 0) - 1;
      waitingFor.set(user, count);
      if (count === 0) order.push(user);
    }
  }
  return order;
}

/** Adds a block up from the bottom. The fragments that it spreads must have been added up before. */
function totalBlock(block: Block, fragments: ReadonlyMap<string, Block>, survey: Survey): void {
  for (const level of block.levels.toReversed()) {
    for (const name of level.spreads) {
      const top = fragments.get(name)?.levels[0];
      if (!top) continue;
      level.selections = plus(level.selections, top.selections);
      level.aliases = plus(level.aliases, top.aliases);
      deepen(level, top.depth, { key: null, below: top });
    }
    noteRepeats(level, fragments, survey);
    const { parent, key } = level;
    if (!parent) continue;
    parent.selections = plus(parent.selections, level.selections);
    parent.aliases = plus(parent.aliases, level.aliases);
    deepen(parent, level.depth + 1, { key, below: level });
  }
  const top = block.levels[0];
  if (!top) return;
  note(survey, 'selections', { asked: top.selections });
  note(survey, 'depth', { asked: top.depth, path: (allowed) => deepestPath(top, allowed + 1) });
  note(survey, 'aliases', { asked: top.aliases });
  if (block.node.kind === Kind.FRAGMENT_DEFINITION) return;
  if (block.node.operation === 'query') note(survey, 'rootQueryFields', { asked: top.keys.size });
  if (block.node.operation === 'mutation') note(survey, 'rootMutationFields', { asked: top.keys.size });
}

/**
 * Bounds the one step whose work grows with levels times keys. Each merge stands for an expanded selection of its block, so
 * only a document of many blocks, each near the limit of 5,000 selections, could reach it within the other limits.
 */
const MERGES_MAX = 50_000;

function noteRepeats(level: Level, fragments: ReadonlyMap<string, Block>, survey: Survey): void {
  for (const name of new Set(level.spreads)) {
    for (const [key, field] of fragments.get(name)?.levels[0]?.keys ?? []) {
      survey.merges += 1;
      if (survey.merges > MERGES_MAX) return note(survey, 'repeatedFields', { asked: ENDLESS });
      level.keys.set(key, field);
    }
  }
  const uses = new Map<string, number>();
  for (const field of level.keys.values()) uses.set(field, (uses.get(field) ?? 0) + 1);
  survey.visited += level.keys.size;
  for (const [field, count] of uses) {
    const asked = Math.max(count, level.written.get(field) ?? 0);
    note(survey, 'repeatedFields', { asked, path: () => pathOf(level, field) });
  }
}

function deepestPath(top: Level, length: number): string {
  const keys: string[] = [];
  for (let step = top.deepest; step && keys.length < length; step = step.below?.deepest ?? null) {
    if (step.key !== null) keys.push(step.key);
  }
  return keys.join('.');
}

/** The response keys down to a level's field `last`; where `usedAt` knows the fragments' places, from the operation on. */
function pathOf(level: Level, last: string | null, usedAt?: ReadonlyMap<string, Level>): string {
  const keys = last === null ? [] : [last];
  for (let at: Level | undefined = level; at;) {
    if (at.parent) {
      keys.push(at.key);
      at = at.parent;
    } else {
      const fragment: string | null = at.block.node.kind === Kind.FRAGMENT_DEFINITION ? at.block.node.name.value : null;
      at = fragment === null ? undefined : usedAt?.get(fragment);
      if (fragment !== null && !at) keys.push(`...${fragment}`);
    }
  }
  return keys.reverse().join('.');
}

function checkVariables(variables: Record<string, unknown>, limits: Limits): void {
  const open: { value: unknown; path: string; nesting: number }[] = [];
  const enter = (entries: [string, unknown][], path: string, nesting: number) => {
    for (const [name, value] of entries) {
      const place = path === '' ? name : `${path}.${name}`;
      if (UNSAFE_NAMES.has(name)) throw badInput([unsafe(place)]);
      if (typeof value === 'object' && value !== null) open.push({ value, path: place, nesting });
    }
  };
  enter(Object.entries(variables), '', 1);
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, nesting } = next;
    if (nesting > limits.inputNesting) throw tooMuch('inputNesting', { asked: nesting, path: () => path }, limits);
    const asked = Array.isArray(value) ? value.length : 0;
    if (asked > limits.inputList) throw tooMuch('inputList', { asked, path: () => path }, limits);
    enter(Object.entries(value as object), path, nesting + 1);
  }
  const asked = Buffer.byteLength(JSON.stringify(variables));
  if (asked > limits.variablesBytes) throw tooMuch('variablesBytes', { asked }, limits);
}

function chosenOperation(operations: readonly Block[], name: string | null | undefined): Block {
  const [only, another] = operations;
  const chosen =
    name == null && !another ? only : operations.find(({ node }) => name != null && node.name?.value === name);
  if (chosen) return chosen;
  throw badInput([{ path: 'operationName', message: 'Name one operation of the document.' }]);
}

/** What pricing one operation walks: its levels and those of the fragments that it reaches, each behind all it needs. */
interface Program {
  levels: Level[];
  /** A place where each fragment is spread, which leads back to the operation. */
  usedAt: Map<string, Level>;
}

function programOf(operation: Block, { fragments, order }: PreparedDocument): Program {
  const usedAt = new Map<string, Level>();
  const reached = [operation];
  for (const { levels } of reached) {
    for (const level of levels) {
      for (const name of level.spreads) {
        const fragment = fragments.get(name);
        if (!fragment || usedAt.has(name)) continue;
        usedAt.set(name, level);
        reached.push(fragment);
      }
    }
  }
  const needed = new Set(reached);
  const blocks = [...order.filter((fragment) => needed.has(fragment)), operation];
  return { levels: blocks.flatMap(({ levels }) => levels.toReversed()), usedAt };
}

/** Points and rows below a level: counted once, and counted for each row where the level is a page. */
interface Total {
  once: number;
  each: number;
  nodesOnce: number;
  nodesEach: number;
}

interface PricedRequest {
  prepared: PreparedDocument;
  operation: Block;
  variables: Record<string, unknown>;
  limits: Limits;
}

/** `@skip` and `@include` are not looked at: what could be asked for is priced. */
function price({ prepared, operation, variables, limits }: PricedRequest): OperationCost {
  const program = (operation.program ??= programOf(operation, prepared));
  const given = givenVariables(operation, variables);
  const totals = new Map<Level, Total>();
  const totalOf = (level: Level): Total => {
    const known = totals.get(level);
    if (known) return known;
    const fresh = { once: level.once, each: level.each, nodesOnce: 0, nodesEach: 0 };
    totals.set(level, fresh);
    return fresh;
  };
  const problems: FieldProblem[] = [];
  for (const level of program.levels) {
    const total = totalOf(level);
    for (const name of level.spreads) {
      const top = prepared.fragments.get(name)?.levels[0];
      if (top) addTotal(total, totalOf(top));
    }
    if (!level.parent) continue;
    const rows = level.price.page ? rowsAsked(level.price.page, given) : null;
    if (
      rows !== null &&
      !(Number.isInteger(rows) && rows >= 1 && rows <= limits.page) &&
      problems.length < PROBLEMS_MAX
    ) {
      const message = `Ask for a page: first or last, 1 to ${limits.page}.`;
      problems.push({ path: pathOf(level, null, program.usedAt), message });
    }
    addField(totalOf(level.parent), {
      price: level.price,
      total,
      rows,
      searching: searches(level.price.filter, given),
    });
  }
  if (problems.length > 0) throw badInput(problems);
  const top = operation.levels[0];
  const { once, each, nodesOnce, nodesEach } = top ? totalOf(top) : { once: 0, each: 0, nodesOnce: 0, nodesEach: 0 };
  return { cost: plus(once, each), nodes: plus(nodesOnce, nodesEach) };
}

const PROBLEMS_MAX = 10;

/** The request's variables with the operation's defaults, as the literals will read them. */
function givenVariables({ node }: Block, variables: Record<string, unknown>): Record<string, unknown> {
  const given: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { variable, defaultValue } of node.variableDefinitions ?? []) {
    const name = variable.name.value;
    const sent = Object.hasOwn(variables, name) ? variables[name] : undefined;
    given[name] = sent === undefined && defaultValue ? valueFromASTUntyped(defaultValue) : sent;
  }
  return given;
}

/** The larger of `first` and `last`; NaN, which is no page, where both are missing or one is not a number. */
function rowsAsked(page: NonNullable<FieldPrice['page']>, given: Record<string, unknown>): number {
  const sizes = page
    .map(({ value, fallback }) => (value ? valueFromASTUntyped(value, given) : undefined) ?? fallback)
    .filter((size) => size !== undefined && size !== null);
  if (sizes.length === 0 || sizes.some((size) => typeof size !== 'number')) return Number.NaN;
  // The smallest is returned where it is below 1, so that `first: 10, last: -1` does not pass.
  const numbers = sizes.map(Number);
  return Math.min(...numbers) < 1 ? Math.min(...numbers) : Math.max(...numbers);
}

function searches(filter: ValueNode | null, given: Record<string, unknown>): boolean {
  const value: unknown = filter ? valueFromASTUntyped(filter, given) : null;
  if (typeof value !== 'object' || value === null) return false;
  return ((value as Record<string, unknown>)[SEARCH.key] ?? null) !== null;
}

function addTotal(onto: Total, { once, each, nodesOnce, nodesEach }: Total): void {
  onto.once = plus(onto.once, once);
  onto.each = plus(onto.each, each);
  onto.nodesOnce = plus(onto.nodesOnce, nodesOnce);
  onto.nodesEach = plus(onto.nodesEach, nodesEach);
}

function addField(
  onto: Total,
  field: { price: FieldPrice; total: Total; rows: number | null; searching: boolean },
): void {
  const { price: own, total, rows } = field;
  // The rows of a page stand in its list fields, or are the field itself, or else everything below counts as a row.
  const apart = rows !== null && own.rowsBelow;
  const times = rows ?? 1;
  const onceTimes = apart ? 1 : times;
  const ownTimes = own.listed ? times : 1;
  const below = plus(by(total.once, onceTimes), by(total.each, times));
  const cost = plus(plus(by(own.weight, ownTimes), below), field.searching ? COSTS.textSearch : 0);
  const nodesBelow = plus(by(total.nodesOnce, onceTimes), by(total.nodesEach, times));
  const nodes = plus(rows ?? 0, nodesBelow);
  addTotal(
    onto,
    own.listed
      ? { once: 0, each: cost, nodesOnce: 0, nodesEach: nodes }
      : { once: cost, each: 0, nodesOnce: nodes, nodesEach: 0 },
  );
}

function plus(a: number, b: number): number {
  return Math.min(a + b, ENDLESS);
}

function by(a: number, b: number): number {
  return Math.min(a * b, ENDLESS);
}
