import type { GraphQLDataSource } from '@apollo/gateway';
import { execute, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { keptBytes } from './document-size.ts';
import type { GatewayContext } from './gateway-context.ts';

type Process = GraphQLDataSource['process'];

/** Memory for the parsed first steps of plans, in bytes. */
const DOCUMENTS_BYTES_MAX = 4 * 1024 * 1024;

/**
 * A virtual event subgraph: answers the first step of a planned subscription in this process, from the event that the
 * context carries. graphql-js runs the root selection of a subscription operation as it would that of a query.
 */
export class EventSource implements GraphQLDataSource {
  #schema: GraphQLSchema;
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: DOCUMENTS_BYTES_MAX,
    sizeCalculation: keptBytes,
  });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Goes on with another schema: the supergraph was replaced. */
  adopt(schema: GraphQLSchema): void {
    this.#schema = schema;
  }

  async process({ request, context }: Parameters<Process>[0]): ReturnType<Process> {
    const { live } = context as GatewayContext;
    if (!live || !request.query) throw new Error('an event subgraph was asked without an event');
    const document = this.#documents.get(request.query) ?? parse(request.query, { noLocation: true });
    this.#documents.set(request.query, document);
    const { data, errors } = await execute({
      schema: this.#schema,
      document,
      rootValue: { [live.field]: live.envelope },
      variableValues: request.variables ?? {},
    });
    return { ...(data ? { data } : {}), ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}) };
  }
}
