import { Kind, Lexer, parse, Source, TokenKind, type DocumentNode } from 'graphql';
import { badInput } from '@desk/kit/api/errors';
import { operationCost, planCost, type CostPlan } from './cost.ts';
import { countPart, fragmentOrder } from './count.ts';
import type { CostSource } from './field-cost.ts';
import { tooMuch, type Limits } from './limits.ts';
import { note, openReading, readPart, STATIC_LIMITS, UNSAFE_NAMES, unsafeName, type Part } from './read-document.ts';
import { ENDLESS } from './saturating.ts';

/** A document that was measured once. It holds no caller and no variables: it serves every request with the same text and schema. */
export interface MeasuredDocument {
  /** Steps that measuring took: the tests hold it to the document's length. */
  readonly steps: number;
  /** True where fragments contain themselves: the document has no end, and no limit tells that. */
  readonly endless: boolean;
  /**
   * Checks one request against the limits, before validation and planning. Refuses with QUERY_TOO_COMPLEX, naming the limit, with
   * PAYLOAD_TOO_LARGE for the variables' size, and with BAD_USER_INPUT for pages, long lists, unsafe names and a missing operation.
   */
  check(request: OperationRequest): OperationCost;
}

/** What a check needs to know of a request. */
export interface OperationRequest {
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  limits: Limits;
}

/** What an operation within the limits asks for. */
export interface OperationCost {
  /** Points. */
  cost: number;
  /** Rows of all its pages and unpaged lists. */
  nodes: number;
  /** Fields at its root, fragments expanded. */
  rootFields: number;
}

/**
 * Measures everything in a document that no variable changes, in time linear to its length: each fragment is measured once, however
 * often it is spread. Never refuses, and the document need not be valid.
 */
export function measureDocument(document: DocumentNode, source: CostSource): MeasuredDocument {
  const reading = openReading(source);
  const operations: Part[] = [];
  const fragments = new Map<string, Part>();
  let fragmentCount = 0;
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) operations.push(readPart(node, reading));
    if (node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragmentCount += 1;
    // Of two fragments with one name the last stands, as in graphql-js; validation refuses both anyway.
    fragments.set(node.name.value, readPart(node, reading));
  }
  const order = fragmentOrder(fragments);
  for (const part of [...order, ...operations]) countPart(part, fragments, reading);
  if (order.length < fragments.size) note(reading, 'selections', { asked: ENDLESS });
  note(reading, 'tokens', { asked: document.tokenCount ?? 0 });
  note(reading, 'directives', { asked: reading.directives });
  note(reading, 'fragments', { asked: fragmentCount });
  const { demands, unsafeName: unsafe, steps } = reading;
  const plans = new Map<Part, CostPlan>();

  return {
    steps,
    endless: order.length < fragments.size,
    check({ operationName, limits, ...request }) {
      const variables = request.variables ?? {};
      if (unsafe) throw badInput([unsafe]);
      for (const limit of STATIC_LIMITS) {
        const demand = demands.get(limit);
        if (demand && demand.asked > limits[limit]) throw tooMuch(limit, demand, limits);
      }
      checkVariables(variables, limits);
      const operation = chooseOperation(operations, operationName);
      const plan = plans.get(operation) ?? planCost(operation, fragments, order);
      plans.set(operation, plan);
      const { cost, nodes } = operationCost(plan, { variables, pageMax: limits.page });
      if (nodes > limits.nodes) throw tooMuch('nodes', { asked: nodes }, limits);
      if (cost > limits.cost) throw tooMuch('cost', { asked: cost }, limits);
      return { cost, nodes, rootFields: operation.levels[0]?.keys.size ?? 0 };
    },
  };
}

function checkVariables(variables: Record<string, unknown>, limits: Limits): void {
  const open: { value: unknown; path: string; nesting: number }[] = [];
  const enter = (entries: [string, unknown][], path: string, nesting: number) => {
    for (const [name, value] of entries) {
      const place = path === '' ? name : `${path}.${name}`;
      if (UNSAFE_NAMES.has(name)) throw badInput([unsafeName(place)]);
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

function chooseOperation(operations: readonly Part[], name: string | null | undefined): Part {
  const [only, another] = operations;
  const chosen =
    name == null && !another ? only : operations.find(({ node }) => name != null && node.name?.value === name);
  if (chosen) return chosen;
  throw badInput([{ path: 'operationName', code: 'NOT_ALLOWED', message: 'must name one operation of the document.' }]);
}

/**
 * Parses a document whose text is within the limits. Refuses with PAYLOAD_TOO_LARGE a text that is too long and with
 * QUERY_TOO_COMPLEX one that has too many tokens; a text that is not GraphQL throws graphql-js's own syntax error.
 */
export function parseDocument(text: string, limits: Limits): DocumentNode {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.documentBytes) throw tooMuch('documentBytes', { asked: bytes }, limits);
  try {
    return parse(text, { maxLexicalTokens: limits.tokens });
  } catch (error) {
    // graphql-js reports too many tokens as a syntax error like any other, so they are counted again to tell the two apart.
    const { tokens, nesting } = measureText(text);
    if (tokens > limits.tokens) throw tooMuch('tokens', { asked: tokens }, limits);
    // The parser calls itself for each bracket, and the stack ends before 2,000 of them.
    if (error instanceof RangeError) throw tooMuch('inputNesting', { asked: nesting }, limits);
    throw error;
  }
}

/** Counts tokens and the deepest nesting of brackets, up to where the text stops being GraphQL. Its length bounds the loop. */
function measureText(text: string): { tokens: number; nesting: number } {
  const lexer = new Lexer(new Source(text));
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

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Memory that a token of a document keeps once it is parsed and measured, in bytes; found with documents of 800 to 2,000 tokens. */
const BYTES_PER_TOKEN = 512;

/** The memory that a document keeps while it is known, in bytes: an estimate by its tokens. */
export function keptBytes(document: DocumentNode): number {
  return (1 + (document.tokenCount ?? 0)) * BYTES_PER_TOKEN;
}
