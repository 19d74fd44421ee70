import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from './gateway-context.ts';
import {
  isMutation,
  SubgraphClient,
  type SubgraphAnswer,
  type SubgraphClientOptions,
  type SubgraphRequest,
} from './subgraph-client.ts';

/** Entity references that one request to a subgraph carries at most. */
const REPRESENTATIONS_MAX = 100;

/**
 * The way to one subgraph. Reads of the same text under the same scope that meet within a turn of the event loop become one request:
 * equal queries are sent once, entity references are collected and equal ones sent once.
 */
export class SubgraphSource implements GraphQLDataSource {
  readonly #client: SubgraphClient;
  readonly #options: SubgraphClientOptions;
  readonly #queries = new Map<string, { answer: Promise<SubgraphAnswer>; shared: boolean }>();
  readonly #batches = new Map<string, Batch>();

  constructor(options: SubgraphClientOptions) {
    this.#options = options;
    this.#client = new SubgraphClient(options);
  }

  async process(options: GraphQLDataSourceProcessOptions): ReturnType<GraphQLDataSource['process']> {
    const context = options.context as GatewayContext;
    const request = { query: options.request.query ?? '', variables: options.request.variables ?? {} };
    try {
      return await this.ask(request, context);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      // The library keeps thrown errors as they are, so the place in the caller's answer is set here.
      const path = 'pathInIncomingRequest' in options ? knownPath(options.pathInIncomingRequest) : [];
      throw new GraphQLError(error.message, {
        ...(path.length > 0 ? { path } : {}),
        extensions: error.extensions,
        originalError: error,
      });
    }
  }

  /** Asks the subgraph. Rejects as `SubgraphClient.post` does. */
  async ask(request: SubgraphRequest, context: GatewayContext): Promise<SubgraphAnswer> {
    if (isMutation(request.query)) return this.#client.post(request, context);
    const { representations, ...others } = request.variables;
    if (Array.isArray(representations))
      return this.#entities({ query: request.query, representations, others }, context);
    return this.#query(request, context);
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Sends at once. Equal queries of this turn share the answer, each caller in a copy of its own. */
  async #query(request: SubgraphRequest, context: GatewayContext): Promise<SubgraphAnswer> {
    const key = `${context.scopeKey}\n${request.query}\n${JSON.stringify(request.variables)}`;
    let entry = this.#queries.get(key);
    if (entry) {
      entry.shared = true;
    } else {
      entry = { answer: this.#client.post(request, context), shared: false };
      if (this.#queries.size === 0) setImmediate(() => this.#queries.clear());
      this.#queries.set(key, entry);
    }
    const answer = await entry.answer;
    return entry.shared ? copyJson(answer) : answer;
  }

  async #entities(request: EntityRequest, context: GatewayContext): Promise<SubgraphAnswer> {
    const key = `${context.scopeKey}\n${request.query}\n${JSON.stringify(request.others)}`;
    const places = request.representations.map((representation) =>
      this.#batch(key, request, context).add(representation),
    );
    const batches = [...new Set(places.map(({ batch }) => batch))];
    const answers = new Map(await Promise.all(batches.map(async (batch) => [batch, await batch.answer] as const)));
    return gather(places, answers);
  }

  #batch(key: string, request: EntityRequest, context: GatewayContext): Batch {
    const open = this.#batches.get(key);
    if (open && !open.full) return open;
    if (this.#batches.size === 0) setImmediate(() => this.#flush());
    else if (open) open.send();
    const batch = new Batch(async (representations, asked) => {
      this.#options.metrics.representations(this.#options.name, asked, representations.length);
      return this.#client.post({ query: request.query, variables: { ...request.others, representations } }, context);
    });
    this.#batches.set(key, batch);
    return batch;
  }

  #flush(): void {
    const batches = [...this.#batches.values()];
    this.#batches.clear();
    for (const batch of batches) batch.send();
  }
}

interface EntityRequest {
  query: string;
  representations: unknown[];
  others: Record<string, unknown>;
}

/** The place of a reference in a request. */
interface Place {
  batch: Batch;
  index: number;
}

/** Entity references on their way to a subgraph in one request. */
class Batch {
  readonly answer: Promise<SubgraphAnswer>;
  readonly #post: (representations: unknown[], asked: number) => Promise<SubgraphAnswer>;
  readonly #representations: unknown[] = [];
  readonly #known = new Map<string, number>();
  /** References that several callers asked for: each gets a copy, since the library merges into the answer that it is given. */
  readonly #shared = new Set<number>();
  #asked = 0;
  #resolve!: (answer: SubgraphAnswer | Promise<SubgraphAnswer>) => void;

  constructor(post: (representations: unknown[], asked: number) => Promise<SubgraphAnswer>) {
    this.#post = post;
    this.answer = new Promise((resolve) => (this.#resolve = resolve));
  }

  get full(): boolean {
    return this.#representations.length >= REPRESENTATIONS_MAX;
  }

  add(representation: unknown): Place {
    const key = JSON.stringify(representation);
    this.#asked += 1;
    const known = this.#known.get(key);
    if (known !== undefined) this.#shared.add(known);
    const index = known ?? this.#representations.push(representation) - 1;
    this.#known.set(key, index);
    return { batch: this, index };
  }

  send(): void {
    this.#resolve(this.#post(this.#representations, this.#asked));
  }

  take(answer: SubgraphAnswer, index: number): unknown {
    const entities = answer.data?.['_entities'];
    const entity: unknown = Array.isArray(entities) ? (entities[index] ?? null) : null;
    return this.#shared.has(index) ? copyJson(entity) : entity;
  }
}

/** One caller's part of the answer to all: its entities in its order, and the errors about them. */
function gather(places: readonly Place[], answers: ReadonlyMap<Batch, SubgraphAnswer>): SubgraphAnswer {
  const errors: GraphQLFormattedError[] = [];
  const entities = new Array<unknown>(places.length).fill(null);
  const wanted = new Map<Batch, Map<number, number[]>>();
  places.forEach(({ batch, index }, position) => {
    const answer = answers.get(batch);
    if (answer) entities[position] = batch.take(answer, index);
    const positions = wanted.get(batch) ?? new Map<number, number[]>();
    const same = positions.get(index) ?? [];
    same.push(position);
    positions.set(index, same);
    wanted.set(batch, positions);
  });
  for (const [batch, answer] of answers) {
    for (const error of answer.errors ?? []) {
      const [field, index, ...rest] = error.path ?? [];
      if (field !== '_entities' || typeof index !== 'number') errors.push(error);
      for (const position of (typeof index === 'number' && wanted.get(batch)?.get(index)) || []) {
        errors.push({ ...error, path: ['_entities', position, ...rest] });
      }
    }
  }
  return { data: { _entities: entities }, ...(errors.length > 0 ? { errors } : {}) };
}

/** The part of a plan's path that names one place: up to the first list. */
function knownPath(path: readonly (string | number)[] | undefined): (string | number)[] {
  const list = path?.indexOf('@') ?? -1;
  return [...(path ?? [])].slice(0, list < 0 ? undefined : list);
}

function copyJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyJson(member as unknown)])) as Value;
}
