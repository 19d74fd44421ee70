import { createHash } from 'node:crypto';
import {
  getOperationAST,
  OperationTypeNode,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badInput, Refusal } from '@desk/kit/errors';
import { keptBytes } from './document-size.ts';
import { checkDocument, checkPrepared, prepare, type Limits, type PreparedDocument } from './limits.ts';
import type { RatedOperation } from './rate-limit.ts';
import type { Runtime } from './runtime.ts';

/** An operation that is within the limits and fits the schema. */
export interface AdmittedOperation {
  document: DocumentNode;
  /** SHA-256 of the text, under which the gateway keeps its plan. */
  hash: string;
  /** As the document names it. */
  name: string | null;
  kind: `${OperationTypeNode}`;
  /** Root fields that change something. */
  mutations: number;
  /** Points, for these variables. */
  cost: number;
}

/** What a caller sends, in form but not in content known to be right. */
export interface OperationText {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

/** What an operation is sent over: HTTP carries queries and mutations, the live socket subscriptions. */
export type Transport = 'HTTP' | 'LIVE';

/** How an operation is asked for, and by whom. */
export interface Asking {
  over: Transport;
  limits: Limits;
  /** Is given what the caller owes for a text that is not known, and then for the operation; refuses who has used up his rate. */
  take: RatedOperation['take'];
}

/**
 * Admits operations: limits first, then validation, and before either nothing is planned. Throws refusals and GraphQL's
 * own errors.
 */
export type AdmitOperation = (asked: OperationText, asking: Asking) => AdmittedOperation;

/** Points for reading a new text: without a price, texts that are refused could be sent without end. */
const NEW_TEXT_POINTS = 5;
/** Memory for the documents that are known, in bytes. */
const DOCUMENTS_BYTES_MAX = 32 * 1024 * 1024;
const PROBLEMS_MAX = 10;

interface KnownDocument {
  document: DocumentNode;
  hash: string;
  prepared: PreparedDocument;
}

/**
 * An admission that parses, measures and validates each text once for as long as the schema stays, for HTTP and live
 * together. Only what was admitted once is kept.
 */
export function operationAdmission(runtime: Runtime): AdmitOperation {
  const known = new LRUCache<string, KnownDocument>({
    maxSize: DOCUMENTS_BYTES_MAX,
    sizeCalculation: ({ document }, query) => keptBytes(document) + query.length,
  });
  runtime.onUpdate(() => known.clear());

  const read = (query: string, limits: Limits): KnownDocument => {
    const document = checkDocument(query, { limits });
    const prepared = prepare({ schema: runtime.apiSchema, document, weights: runtime.directives.costs });
    return { document, hash: createHash('sha256').update(query).digest('hex'), prepared };
  };

  return ({ query, operationName, variables }, { over, limits, take }) => {
    const before = known.get(query);
    if (!before) take({ cost: NEW_TEXT_POINTS, mutations: 0 });
    const text = before ?? read(query, limits);
    const { document, hash, prepared } = text;
    const { cost } = checkPrepared(prepared, { operationName, variables, limits });
    const operation = getOperationAST(document, operationName);
    if (!operation) throw badInput([{ path: 'operationName', message: 'Name one operation of the document.' }]);
    const { operation: kind } = operation;
    if ((kind === OperationTypeNode.SUBSCRIPTION) !== (over === 'LIVE')) throw OTHER_WAY[over]();
    const mutations = kind === OperationTypeNode.MUTATION ? (prepared.asked.get('rootMutationFields')?.asked ?? 1) : 0;
    take({ cost, mutations });
    if (!before) {
      const problems = problemsOf(document, runtime.apiSchema);
      if (problems.length > 0) throw new InvalidDocument(problems);
      known.set(query, text);
    }
    return { document, hash, name: operation.name?.value ?? null, kind, mutations, cost };
  };
}

/** What is wrong with a document under a schema, PROBLEMS_MAX at most. */
export function problemsOf(document: DocumentNode, schema: GraphQLSchema): readonly GraphQLError[] {
  return validate(schema, document, specifiedRules, { maxErrors: PROBLEMS_MAX });
}

/** What a caller is told whose operation goes the other way. */
const OTHER_WAY: Record<Transport, () => GraphQLError> = {
  HTTP: () =>
    new Refusal(
      'SUBSCRIPTION_TRANSPORT_REQUIRED',
      'Subscriptions go over WebSocket with the protocol `graphql-transport-ws`, to this same address.',
    ),
  LIVE: () =>
    badInput([
      { path: 'query', message: 'Send queries and mutations by HTTP POST; this socket carries subscriptions.' },
    ]),
};

/** A document that does not fit the schema, with everything that is wrong with it. */
export class InvalidDocument extends Error {
  readonly problems: readonly GraphQLError[];

  constructor(problems: readonly GraphQLError[]) {
    super('The document does not fit the schema.');
    this.name = 'InvalidDocument';
    this.problems = problems;
  }
}
