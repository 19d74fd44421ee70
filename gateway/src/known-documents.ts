import { createHash } from 'node:crypto';
import {
  getOperationAST,
  OperationTypeNode,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLError,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badInput, Refusal } from '@desk/kit/errors';
import { checkDocument, checkPrepared, prepare, type Limits, type PreparedDocument } from './limits.ts';
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

/**
 * Admits operations: limits first, then validation, and before either nothing is planned. `take` is given what the caller
 * owes for a text that was not seen before, and then for the operation; it refuses who has used up his rate. Throws
 * refusals and GraphQL's own errors.
 */
export type AdmitOperation = (
  asked: OperationText,
  limits: Limits,
  take: (usage: { cost: number; mutations: number }) => void,
) => AdmittedOperation;

/** Points for reading a new text: without a price, texts that are refused could be sent without end. */
const NEW_TEXT_POINTS = 5;
const DOCUMENTS_MAX = 2_000;
const PROBLEMS_MAX = 10;

interface KnownDocument {
  document: DocumentNode;
  hash: string;
  prepared: PreparedDocument;
  /** Null until it is validated. */
  problem: GraphQLError[] | null;
}

/** An admission that parses, measures and validates each text once for as long as the schema stays. */
export function operationAdmission(runtime: Runtime): AdmitOperation {
  const known = new LRUCache<string, KnownDocument>({ max: DOCUMENTS_MAX });
  runtime.onUpdate(() => known.clear());

  const read = (query: string, limits: Limits, take: Parameters<AdmitOperation>[2]): KnownDocument => {
    const found = known.get(query);
    if (found) return found;
    take({ cost: NEW_TEXT_POINTS, mutations: 0 });
    const document = checkDocument(query, { limits });
    const prepared = prepare({ schema: runtime.apiSchema, document, weights: runtime.directives.costs });
    const read = { document, hash: createHash('sha256').update(query).digest('hex'), prepared, problem: null };
    known.set(query, read);
    return read;
  };

  return ({ query, operationName, variables }, limits, take) => {
    const text = read(query, limits, take);
    const { cost } = checkPrepared(text.prepared, { operationName, variables, limits });
    const operation = getOperationAST(text.document, operationName);
    if (!operation) throw badInput([{ path: 'operationName', message: 'Name one operation of the document.' }]);
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw new Refusal(
        'SUBSCRIPTION_TRANSPORT_REQUIRED',
        'Subscriptions go over WebSocket with the protocol `graphql-transport-ws`, to this same address.',
      );
    }
    const mutations =
      operation.operation === OperationTypeNode.MUTATION
        ? (text.prepared.asked.get('rootMutationFields')?.asked ?? 1)
        : 0;
    take({ cost, mutations });
    text.problem ??= [...validate(runtime.apiSchema, text.document, specifiedRules, { maxErrors: PROBLEMS_MAX })];
    if (text.problem.length > 0) throw new InvalidDocument(text.problem);
    const { document, hash } = text;
    return { document, hash, name: operation.name?.value ?? null, kind: operation.operation, mutations, cost };
  };
}

/** A document that does not fit the schema, with everything that is wrong with it. */
export class InvalidDocument extends Error {
  readonly problems: readonly GraphQLError[];

  constructor(problems: readonly GraphQLError[]) {
    super('The document does not fit the schema.');
    this.name = 'InvalidDocument';
    this.problems = problems;
  }
}
