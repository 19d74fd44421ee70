import type { GraphQLDataSource } from '@apollo/gateway';
import { execute, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { keptBytes } from '../limits/measured-document.ts';
import type { GatewayContext } from './gateway-context.ts';

type Process = GraphQLDataSource['process'];

/** What the fields at a virtual subgraph's root answer, by name: values, or functions of the arguments. */
export type RootFields = Record<string, unknown>;

/** Memory for the parsed steps of plans, in bytes. */
const DOCUMENTS_BYTES_MAX = 4 * 1024 * 1024;

/**
 * A virtual subgraph: answers its step of a plan in this process, from the root fields that a request's context gives. graphql-js runs
 * the root selection of a subscription operation as it would that of a query.
 */
export class InProcessSource implements GraphQLDataSource {
  #schema: GraphQLSchema;
  readonly #rootFields: (context: GatewayContext) => RootFields;
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: DOCUMENTS_BYTES_MAX,
    sizeCalculation: keptBytes,
  });

  constructor(schema: GraphQLSchema, rootFields: (context: GatewayContext) => RootFields) {
    this.#schema = schema;
    this.#rootFields = rootFields;
  }

  /** Goes on with another schema: the supergraph was replaced. */
  adopt(schema: GraphQLSchema): void {
    this.#schema = schema;
  }

  async process({ request, context }: Parameters<Process>[0]): ReturnType<Process> {
    if (!request.query) throw new Error('a virtual subgraph was asked without a document');
    const document = this.#documents.get(request.query) ?? parse(request.query, { noLocation: true });
    this.#documents.set(request.query, document);
    const { data, errors } = await execute({
      schema: this.#schema,
      document,
      rootValue: this.#rootFields(context as GatewayContext),
      variableValues: request.variables ?? {},
    });
    return { ...(data ? { data } : {}), ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}) };
  }
}
