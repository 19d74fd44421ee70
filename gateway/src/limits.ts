import type { DocumentNode, GraphQLSchema } from 'graphql';
import { Kind, parse } from 'graphql';
import type { FieldProblem } from '@desk/kit/errors';
import { badInput, Refusal } from '@desk/kit/errors';
import { ENDLESS } from './bounded-count.ts';
import { fragmentOrder, measureText, totalBlock } from './document-size.ts';
import type { Asked, Block, StaticLimit } from './document-survey.ts';
import { note, openSurvey, readBlock, STATIC_LIMITS, unsafe, UNSAFE_NAMES } from './document-survey.ts';
import type { FieldCost } from './field-price.ts';
import type { Fragments, OperationCost } from './selection-cost.ts';
import { selectionCost } from './selection-cost.ts';

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
  /** Uses of `__schema` and `__type` in an operation. Each may walk the whole schema, in one turn of the event loop. */
  introspections: number;
  rootQueryFields: number;
  rootMutationFields: number;
  /** Fields, spreads and inline fragments of an operation, fragments expanded: what the planner would walk. */
  selections: number;
  /** Largest `first` or `last`. */
  page: number;
  /** Rows of all pages together: the sum, over the paged and the sized fields, of the product of the pages and sizes on the way to each. */
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
  introspections: 1,
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
  /** What single fields cost, `Type.field`, from `@cost`. */
  weights?: ReadonlyMap<string, FieldCost> | undefined;
}

/** A measured document. It holds no caller and no variables, so one serves every request with the same text and schema. */
export interface PreparedDocument extends Fragments {
  readonly asked: ReadonlyMap<StaticLimit, Asked>;
  readonly unsafeName: FieldProblem | null;
  readonly operations: readonly Block[];
  /** Steps that measuring took: the tests hold it to the document's length. */
  readonly visited: number;
}

/**
 * Measures everything in a document that no variable changes, in time linear to its length: each fragment is measured
 * once, however often it is spread. Never refuses: `checkPrepared` does.
 */
export function prepare({ schema, document, weights = new Map() }: DocumentSource): PreparedDocument {
  const survey = openSurvey({ schema, weights });
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
  const total = selectionCost({ prepared, operation, variables, pageMax: limits.page });
  if (total.nodes > limits.nodes) throw tooMuch('nodes', { asked: total.nodes }, limits);
  if (total.cost > limits.cost) throw tooMuch('cost', { asked: total.cost }, limits);
  return total;
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
  introspections: { what: 'questions about the schema', advice: 'Ask one at a time, or read it at /schema.graphql.' },
  rootQueryFields: { what: 'root fields in a query', advice: SMALLER },
  rootMutationFields: { what: 'root fields in a mutation', advice: 'Send the others in requests of their own.' },
  selections: { what: 'selections with fragments expanded', advice: SMALLER },
  nodes: { what: 'rows in all pages', advice: 'Ask for smaller pages.' },
  cost: { what: 'points of cost', advice: 'Ask for fewer fields or smaller pages.' },
};

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
