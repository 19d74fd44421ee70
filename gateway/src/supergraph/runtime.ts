import './telemetry.ts';
import { ApolloGateway, buildOperationContext, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Logger } from '@desk/kit/process/logger';
import type { SignToken } from '@desk/kit/api/token';
import { apiSdl } from '@desk/schema/api';
import type { Domain } from '@desk/schema/domains';
import { IN_PROCESS_URL, NODES_SUBGRAPH } from '@desk/schema/sdl';
import { execute, print, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Registry } from 'prom-client';
import { keptBytes } from '../limits/measured-document.ts';
import { fieldNames, withOwnNames, type OwnNames } from './caller-names.ts';
import { compilePlan, type CompiledPlan, type PlanAnswer } from './compiled/compiled-plan.ts';
import { readDirectives, type SupergraphDirectives } from './directives.ts';
import { contextMaker, type GatewayContext, type MakeContext } from './gateway-context.ts';
import { eventRoot } from './event-root.ts';
import { InProcessSource } from './in-process-source.ts';
import { joinIntrospection, splitIntrospection } from './introspection.ts';
import { nodesRoot, type NodeLookup } from './nodes.ts';
import { subgraphMetrics, type SubgraphMetrics } from './subgraph-metrics.ts';
import { SubgraphSource } from './subgraph-source.ts';
import { planSubscription, type PlanningSchema, type SubscriptionPlan } from './subscription-plan.ts';

/** How long one request to a subgraph may take, in milliseconds. */
const FETCH_MS_MAX = 10_000;
/** Memory for planned subscriptions with their documents, and for planned queries and mutations, in bytes each. */
const PLANS_BYTES_MAX = 16 * 1024 * 1024;

export interface RuntimeOptions {
  /** The composed supergraph, as text. */
  supergraphSdl: string;
  /** Where each service listens, without a path. Virtual subgraphs need no address. */
  urls: Readonly<Record<Domain, string>>;
  signToken: SignToken;
  time: TimeSource;
  logger: Logger;
  registry: Registry;
  /** How long one request to a subgraph may take, in milliseconds; 10 s when left out. */
  timeoutMs?: number;
  /** False: the gateway library shapes every answer (see `compiled/compiled-plan.ts`). */
  compilePlans?: boolean;
}

/** An operation of a document that is known by its hash. */
export interface KnownOperation {
  document: DocumentNode;
  hash: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

/** A supergraph and all that is worked out from it. */
interface Loaded extends PlanningSchema {
  supergraph: Supergraph;
  sdl: string;
  /** The names of its fields. */
  fields: ReadonlySet<string>;
  /** The API as clients read it; null before the first request for it. */
  apiSdl: string | null;
  plans: LRUCache<string, SubscriptionPlan>;
  /** Queries and mutations by the hash of their text. */
  queries: LRUCache<string, PlannedQuery>;
}

/** A query or mutation that is ready to run. */
interface PlannedQuery {
  names: OwnNames;
  compiled: CompiledPlan;
  /** The questions about the schema, in the caller's names; null where there are none. */
  introspection: DocumentNode | null;
}

/** The supergraph in this process: HTTP serves it, and live updates plan and execute with it. */
export class Runtime {
  readonly gateway: ApolloGateway;
  readonly metrics: SubgraphMetrics;
  readonly context: MakeContext;
  readonly #options: RuntimeOptions;
  readonly #chatter: ReturnType<typeof quiet>;
  readonly #services: ServiceMap = Object.create(null) as ServiceMap;
  readonly #sources = new Map<string, SubgraphSource>();
  readonly #virtual = new Map<string, InProcessSource>();
  readonly #listeners = new Set<() => void>();
  #loaded: Loaded | null = null;
  /** The supergraph that the library is about to load. */
  #next: Omit<Loaded, 'epoch' | 'apiSchema'>;
  #replace: (sdl: string) => void = () => {};

  /** Loads a supergraph. Rejects when the text is no supergraph, or when a service has no address. */
  static async load(options: RuntimeOptions): Promise<Runtime> {
    const runtime = new Runtime(options);
    await runtime.gateway.load();
    return runtime;
  }

  private constructor(options: RuntimeOptions) {
    const { logger, registry, signToken, time, supergraphSdl } = options;
    this.#options = options;
    this.#chatter = quiet(logger);
    this.metrics = subgraphMetrics(registry);
    this.context = contextMaker(signToken, time);
    this.#next = read(supergraphSdl);
    this.gateway = new ApolloGateway({
      supergraphSdl: async ({ update }) => {
        this.#replace = update;
        return { supergraphSdl };
      },
      buildService: ({ name, url }) => (this.#services[name] = this.#source(name, url)),
      logger: this.#chatter,
    });
    this.gateway.onSchemaLoadOrUpdate(({ apiSchema }) => this.#adopt(apiSchema));
  }

  /** Grows with each new supergraph. */
  get epoch(): number {
    return this.#now.epoch;
  }

  get apiSchema(): GraphQLSchema {
    return this.#now.apiSchema;
  }

  get directives(): SupergraphDirectives {
    return this.#now;
  }

  /** The API as clients read it. Worked out from the supergraph that is served, so that the two cannot differ. */
  get apiSdl(): string {
    return (this.#now.apiSdl ??= apiSdl(this.#now.sdl));
  }

  /**
   * Plans a subscription of a document that fits the schema, once for each text and operation. Refuses with BAD_USER_INPUT an operation
   * that cannot be live.
   */
  plan(document: DocumentNode, operationName: string | null): SubscriptionPlan {
    const { plans } = this.#now;
    const normalised = print(document);
    const key = `${operationName ?? ''}\n${normalised}`;
    const plan = plans.get(key) ?? planSubscription(this.#now, document, { operationName, normalised });
    plans.set(key, plan);
    return plan;
  }

  /** Answers a query or a mutation that was parsed, validated and found within the limits, with variables that fit. */
  async answer(operation: KnownOperation, context: GatewayContext): Promise<PlanAnswer> {
    const { operationName, variables: given } = operation;
    const { names, compiled, introspection } = this.#plannedQuery(operation);
    const variables = names.variables(given);
    const answer = names.answer(await compiled.run({ services: this.#services, variables, context }));
    if (!introspection || !answer.data) return answer;
    const { apiSchema: schema } = this;
    const asked = await execute({ schema, document: introspection, operationName, variableValues: given });
    const errors = [...(answer.errors ?? []), ...(asked.errors ?? [])];
    const data = joinIntrospection(answer.data, asked.data ?? {});
    return errors.length > 0 ? { data, errors } : { data };
  }

  /** Runs a planned subscription for the event in the context. An error of a subgraph becomes part of the result. */
  async execute(
    { names, compiled }: SubscriptionPlan,
    given: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<PlanAnswer> {
    const variables = names.variables(given);
    return names.answer(await compiled.run({ services: this.#services, variables, context }));
  }

  /** Serves another supergraph from now on. Rejects when the text is none, and goes on with the one before. */
  async update(supergraphSdl: string): Promise<void> {
    const before = this.#next;
    this.#next = read(supergraphSdl);
    try {
      this.#replace(supergraphSdl);
    } catch (error) {
      this.#next = before;
      throw error;
    }
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after each update. Returns the function that ends that. */
  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await Promise.all([...this.#sources.values()].map((source) => source.close()));
  }

  get #now(): Loaded {
    if (!this.#loaded) throw new Error('the supergraph is not loaded');
    return this.#loaded;
  }

  #source(name: string, url: string | undefined): GraphQLDataSource {
    if (url === IN_PROCESS_URL) {
      const made = new InProcessSource(subgraphSchema(this.#next.supergraph, name), this.#rootFields(name));
      this.#virtual.set(name, made);
      return made;
    }
    const address = (this.#options.urls as Readonly<Record<string, string>>)[name];
    if (!address) throw new Error(`The supergraph has a subgraph ${name}, and no address is given for it.`);
    const { time, logger, timeoutMs = FETCH_MS_MAX } = this.#options;
    const made = new SubgraphSource({ name, url: address, timeoutMs, time, logger, metrics: this.metrics });
    this.#sources.set(name, made);
    return made;
  }

  #rootFields(subgraph: string): ConstructorParameters<typeof InProcessSource>[1] {
    const root =
      subgraph === NODES_SUBGRAPH ? (_context: GatewayContext, lookup: NodeLookup) => nodesRoot(lookup) : eventRoot;
    return (context) =>
      root(context, {
        types: this.#now.nodes,
        ask: (service, request) => {
          const source = this.#sources.get(service);
          if (!source) throw new Error(`The supergraph has no service ${service}.`);
          return source.ask(request, context);
        },
      });
  }

  /** The library keeps a source while its address stays, but the schema of a virtual subgraph may have changed. */
  #adopt(apiSchema: GraphQLSchema): void {
    for (const [name, source] of this.#virtual) source.adopt(subgraphSchema(this.#next.supergraph, name));
    this.#loaded = { ...this.#next, epoch: (this.#loaded?.epoch ?? 0) + 1, apiSchema };
  }

  /** Plans a query or a mutation once for each text and operation. */
  #plannedQuery({ document, hash, operationName }: KnownOperation): PlannedQuery {
    const { apiSchema: schema, api, planner, supergraphSchema, fields, queries } = this.#now;
    const key = `${hash} ${operationName ?? ''}`;
    const known = queries.get(key);
    if (known) return known;
    const split = splitIntrospection(document, operationName, schema);
    const names = withOwnNames(split?.data ?? document, fields);
    const named = operationName === null ? {} : { operationName };
    const planned = operationFromDocument(api, names.document, named);
    const { operation, fragments } = buildOperationContext({ schema, operationDocument: names.document, ...named });
    const compiled = compilePlan(
      { queryPlan: planner.buildQueryPlan(planned), schema, supergraphSchema, operation, fragments, planned },
      { shapes: this.#options.compilePlans ?? true },
    );
    const query = { names, compiled, introspection: split?.schema ?? null };
    queries.set(key, query, { size: keptBytes(document) });
    return query;
  }
}

function read(sdl: string): Omit<Loaded, 'epoch' | 'apiSchema'> {
  const supergraph = Supergraph.build(sdl, { validateSupergraph: false });
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  return {
    sdl,
    fields: fieldNames(supergraphSchema),
    apiSdl: null,
    supergraph,
    api: supergraph.apiSchema(),
    supergraphSchema,
    planner: new QueryPlanner(supergraph),
    plans: new LRUCache({ maxSize: PLANS_BYTES_MAX, sizeCalculation: ({ document }) => keptBytes(document) }),
    queries: new LRUCache({ maxSize: PLANS_BYTES_MAX }),
    ...readDirectives(supergraph),
  };
}

function subgraphSchema(supergraph: Supergraph, name: string): GraphQLSchema {
  const subgraph = supergraph.subgraphs().get(name);
  if (!subgraph) throw new Error(`The supergraph has no subgraph ${name}.`);
  return subgraph.schema.toGraphQLJSSchema();
}

/** The library's own messages, at the level of debugging. */
function quiet(logger: Logger) {
  const low = (message?: unknown) => logger.debug({ gatewayLibrary: String(message) }, 'the gateway library says');
  return { debug: low, info: low, warn: low, error: low };
}
