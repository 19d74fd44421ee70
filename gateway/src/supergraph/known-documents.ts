import { createHash } from 'node:crypto';
import {
  getOperationAST,
  NoFragmentCyclesRule,
  type GraphQLError,
  OperationTypeNode,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badInput, Refusal } from '@desk/kit/api/errors';
import type { Limits } from '../limits/limits.ts';
import { keptBytes, measureDocument, parseDocument, type MeasuredDocument } from '../limits/measured-document.ts';
import type { RatedOperation } from '../limits/rate-limit.ts';
import { inputCheck, type CheckInput } from './input-problems.ts';
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

/** What a caller sends: of the right types, and not yet checked. */
export interface OperationText {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

/** The way an operation comes: HTTP carries queries and mutations, the live socket subscriptions. */
export type Transport = 'HTTP' | 'LIVE';

/** The terms under which a caller asks. */
export interface Asking {
  over: Transport;
  limits: Limits;
  /** Takes the points for a text that is not known, and then those of the operation. Refuses a caller without enough points. */
  take: RatedOperation['take'];
}

/**
 * Admits operations: checks limits, then validation, then the input, and plans nothing before all hold. Throws refusals and GraphQL's own
 * errors.
 */
export type AdmitOperation = (asked: OperationText, asking: Asking) => AdmittedOperation;

/** Points for reading a new text: without a price, a caller could send refused texts without end. */
const NEW_TEXT_POINTS = 5;
/** Memory for the documents that are known, in bytes. */
const DOCUMENTS_BYTES_MAX = 32 * 1024 * 1024;
const PROBLEMS_MAX = 10;

interface KnownDocument {
  document: DocumentNode;
  hash: string;
  measured: MeasuredDocument;
  /** The checks of its operations' input, by the operation's name. */
  inputs: Map<string | null, CheckInput>;
}

/**
 * An admission that parses, measures and validates each text once for as long as the schema stays, for HTTP and live together. It keeps
 * only the texts that it admitted.
 */
export function operationAdmission(runtime: Runtime): AdmitOperation {
  const known = new LRUCache<string, KnownDocument>({
    maxSize: DOCUMENTS_BYTES_MAX,
    sizeCalculation: ({ document }, query) => keptBytes(document) + query.length,
  });
  runtime.onUpdate(() => known.clear());

  const read = (query: string, limits: Limits): KnownDocument => {
    const document = parseDocument(query, limits);
    const measured = measureDocument(document, { schema: runtime.apiSchema, costs: runtime.directives.costs });
    return { document, hash: createHash('sha256').update(query).digest('hex'), measured, inputs: new Map() };
  };

  return ({ query, operationName, variables }, { over, limits, take }) => {
    const before = known.get(query);
    if (!before) take({ cost: NEW_TEXT_POINTS, mutations: 0 });
    const text = before ?? read(query, limits);
    const { document, hash, measured } = text;
    if (measured.endless) throw new InvalidDocument(validate(runtime.apiSchema, document, [NoFragmentCyclesRule]));
    const { cost, rootFields } = measured.check({ operationName, variables, limits });
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('the limits passed an operation that is not there');
    const { operation: kind } = operation;
    if ((kind === OperationTypeNode.SUBSCRIPTION) !== (over === 'LIVE')) throw OTHER_WAY[over]();
    const mutations = kind === OperationTypeNode.MUTATION ? rootFields : 0;
    take({ cost, mutations });
    if (!before) {
      const problems = problemsOf(document, runtime.apiSchema);
      if (problems.length > 0) throw new InvalidDocument(problems);
      known.set(query, text);
    }
    const checkInput = text.inputs.get(operationName) ?? inputCheck(runtime.apiSchema, document, operation);
    text.inputs.set(operationName, checkInput);
    checkInput(variables);
    return { document, hash, name: operation.name?.value ?? null, kind, mutations, cost };
  };
}

/** The faults of a document under a schema, PROBLEMS_MAX at most. */
export function problemsOf(document: DocumentNode, schema: GraphQLSchema): readonly GraphQLError[] {
  return validate(schema, document, specifiedRules, { maxErrors: PROBLEMS_MAX });
}

/** The refusal of an operation that came the other way. */
const OTHER_WAY: Record<Transport, () => GraphQLError> = {
  HTTP: () =>
    new Refusal(
      'SUBSCRIPTION_TRANSPORT_REQUIRED',
      'Subscriptions go over WebSocket with the protocol `graphql-transport-ws`, to this same address.',
    ),
  LIVE: () =>
    badInput([
      {
        path: 'query',
        code: 'NOT_ALLOWED',
        message: 'must be a subscription on this socket. Send queries and mutations by HTTP POST.',
      },
    ]),
};

/** A document that does not fit the schema, with its faults. */
export class InvalidDocument extends Error {
  readonly problems: readonly GraphQLError[];

  constructor(problems: readonly GraphQLError[]) {
    super('The document does not fit the schema.');
    this.name = 'InvalidDocument';
    this.problems = problems;
  }
}
