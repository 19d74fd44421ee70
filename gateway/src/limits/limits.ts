import { badInput, Refusal } from '@desk/kit/api/errors';
import { tooMany } from '@desk/kit/api/input';
import { ENDLESS } from './saturating.ts';

/** Length of the body of a request, in bytes. */
export const BODY_BYTES_MAX = 256 * 1024;

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
  /** Fields, spreads and inline fragments of an operation, fragments expanded: the planner would walk them all. */
  selections: number;
  /** Largest `first` or `last`. */
  page: number;
  /** Rows of all lists together: the sum, over the paged and the sized fields, of the product of the pages and sizes on the way to each. */
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

/** The published limits. */
export const LIMITS: Readonly<Record<CallerClass, Readonly<Limits>>> = {
  // prettier-ignore
  LDC_USER: { ...FOR_ALL, depth: 8, aliases: 20, rootQueryFields: 10, rootMutationFields: 1, selections: 2_000, nodes: 5_000, cost: 500 },
  // prettier-ignore
  AGENT: { ...FOR_ALL, depth: 10, aliases: 30, rootQueryFields: 20, rootMutationFields: 5, selections: 5_000, nodes: 10_000, cost: 1_000 },
  // prettier-ignore
  PARTNER: { ...FOR_ALL, depth: 10, aliases: 20, rootQueryFields: 10, rootMutationFields: 1, selections: 5_000, nodes: 50_000, cost: 1_000 },
};

/** How much a request asks for under one limit, and where. */
export interface Demand {
  asked: number;
  /** The place, given the number that is allowed: the path to a field that is too deep ends where it becomes so. */
  path?: (allowed: number) => string;
}

const SMALLER = 'Ask for less in one request.';
const SENTENCES: Record<Exclude<keyof Limits, 'page'>, { unit: string; advice: string }> = {
  documentBytes: { unit: 'bytes of document', advice: 'Send a shorter document.' },
  variablesBytes: { unit: 'bytes of variables', advice: 'Send less in one request.' },
  inputNesting: { unit: 'levels of nested input', advice: 'Send flatter input.' },
  inputList: { unit: 'entries in one list', advice: 'Send the list in parts.' },
  tokens: { unit: 'tokens', advice: SMALLER },
  directives: { unit: 'directives', advice: 'Use fewer.' },
  fragments: { unit: 'fragments', advice: 'Join some of them.' },
  depth: { unit: 'levels of fields', advice: 'Ask for the inner records in a request of their own.' },
  aliases: { unit: 'aliases', advice: SMALLER },
  repeatedFields: { unit: 'uses of one field in one place', advice: 'Ask for the others in another request.' },
  introspections: { unit: 'questions about the schema', advice: 'Ask one at a time, or read it at /schema.graphql.' },
  rootQueryFields: { unit: 'root fields in a query', advice: SMALLER },
  rootMutationFields: { unit: 'root fields in a mutation', advice: 'Send the others in requests of their own.' },
  selections: { unit: 'selections with fragments expanded', advice: SMALLER },
  nodes: { unit: 'rows in all pages', advice: 'Ask for smaller pages.' },
  cost: { unit: 'points of cost', advice: 'Ask for fewer fields or smaller pages.' },
};

/** The refusal of a request above a limit: it names the limit, the number that was asked for and the number that is allowed. */
export function tooMuch(limit: keyof typeof SENTENCES, { asked, path }: Demand, limits: Limits): Refusal {
  const { unit, advice } = SENTENCES[limit];
  const allowed = limits[limit];
  const field = path?.(allowed);
  const place = field ? ` at ${field}` : '';
  const sentence =
    asked >= ENDLESS
      ? `The request has more ${unit}${place} than can be counted; ${allowed} are allowed. Fragments must not nest without end.`
      : `The request has ${asked} ${unit}${place}; ${allowed} are allowed. ${advice}`;
  if (limit === 'inputList') return badInput([{ ...tooMany(allowed), path: field ?? '', message: sentence }]);
  const code = limit === 'documentBytes' || limit === 'variablesBytes' ? 'PAYLOAD_TOO_LARGE' : 'QUERY_TOO_COMPLEX';
  return new Refusal(code, sentence, { limit, asked, allowed, ...(field ? { field } : {}) });
}
