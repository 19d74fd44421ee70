import './telemetry.ts';
import { ApolloGateway, executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Logger } from '@desk/kit/process/logger';
import type { SignToken } from '@desk/kit/api/token';
import { apiSdl } from '@desk/schema/api';
import type { Domain } from '@desk/schema/domains';
import { IN_PROCESS_URL, NODES_SUBGRAPH } from '@desk/schema/sdl';
import {
  execute,
  getOperationAST,
  Kind,
  print,
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Registry } from 'prom-client';
import { keptBytes } from '../limits/measured-document.ts';
import { compilePlan, type PlanAnswer, type RunPlan } from './compiled/compiled-plan.ts';
import { readDirectives, type SupergraphDirectives } from './directives.ts';
import { contextMaker, type GatewayContext, type MakeContext } from './gateway-context.ts';
import { eventRoot, InProcessSource } from './in-process-source.ts';
import { nodesRoot } from './nodes.ts';
import { subgraphMetrics, type SubgraphMetrics } from './subgraph-metrics.ts';
import { SubgraphSource } from './subgraph-source.ts';
import { planSubscription, type PlanningSchema, type SubscriptionPlan } from './subscription-plan.ts';

/** How long one request to a subgraph may take, in milliseconds. */
const FETCH_MS_MAX = 10_000;
/** Memory for planned subscriptions with their documents, and for compiled queries, in bytes each. */
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
  /** False: the gateway library runs every query (see `compiled/compiled-plan.ts`). */
  compilePlans?: boolean;
}

/** An operation of a document that is known by its hash. */
export interface KnownOperation {
  query: string;
  document: DocumentNode;
  hash: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

/** A supergraph and all that is worked out from it. */
interface Loaded extends PlanningSchema {
  supergraph: Supergraph;
  supergraphSchema: GraphQLSchema;
  sdl: string;
  /** The API as clients read it; null before the first request for it. */
  apiSdl: string | null;
  plans: LRUCache<string, SubscriptionPlan>;
  /** Queries by their hash; `run` is null where the library's own executor must run them. */
  compiled: LRUCache<string, { run: RunPlan | null }>;
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
      ...(options.compilePlans === false
        ? {}
        : { experimental_didResolveQueryPlan: (planned) => this.#compile(planned) }),
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

  /** Answers a query or a mutation that was parsed, validated and found within the limits. */
  async answer(operation: KnownOperation, context: GatewayContext): Promise<PlanAnswer | ExecutionResult> {
    const { document, hash, operationName, query, variables } = operation;
    const compiled = this.#now.compiled.get(planKey(hash, operationName))?.run;
    const answer = compiled?.({ services: this.#services, variables, context });
    if (answer) return answer;
    if (asksForSchemaOnly(document, operationName)) {
      // The library's own introspection knows fewer fields than graphql-js, which validated the document.
      return execute({ schema: this.apiSchema, document, operationName, variableValues: variables });
    }
    // What Apollo Server would hand over. The text is parsed and validated already, and the plan is found by its hash.
    return this.gateway.executor({
      document,
      queryHash: hash,
      operationName,
      request: { query, variables, ...(operationName === null ? {} : { operationName }) },
      context,
      metrics: {},
      logger: this.#chatter,
    } as unknown as Parameters<ApolloGateway['executor']>[0]) as Promise<PlanAnswer>;
  }

  /** Runs a planned subscription for the event in the context. An error of a subgraph becomes part of the result. */
  async execute(
    plan: SubscriptionPlan,
    variables: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<FormattedExecutionResult> {
    const { api, supergraphSchema } = this.#now;
    const { queryPlan, normalised: query, operationName, operationContext } = plan;
    const request = {
      logger: this.#chatter,
      // The library writes into this where something fails.
      metrics: {},
      request: { variables, query, ...(operationName ? { operationName } : {}) },
      context,
    } as unknown as Parameters<typeof executeQueryPlan>[2];
    const result = await executeQueryPlan(queryPlan, this.#services, request, operationContext, supergraphSchema, api);
    return result as FormattedExecutionResult;
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
    if (subgraph !== NODES_SUBGRAPH) return eventRoot;
    return (context) =>
      nodesRoot({
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

  /** Compiles an operation that the library is about to run, so that the next request with it runs here. */
  #compile({ queryPlan, requestContext, operationContext }: Resolved): void {
    const { apiSchema, compiled } = this.#now;
    const key = planKey(requestContext.queryHash, requestContext.request.operationName);
    // A plan that was made while the supergraph changed is of the past.
    if (operationContext.schema !== apiSchema || compiled.has(key)) return;
    const run = compilePlan({ queryPlan, ...operationContext });
    compiled.set(key, { run }, { size: keptBytes(requestContext.document) });
  }
}

type Resolved = Parameters<
  NonNullable<NonNullable<ConstructorParameters<typeof ApolloGateway>[0]>['experimental_didResolveQueryPlan']>
>[0];

function planKey(hash: string | undefined, operationName: string | null | undefined): string {
  return `${hash} ${operationName ?? ''}`;
}

function read(sdl: string): Omit<Loaded, 'epoch' | 'apiSchema'> {
  const supergraph = Supergraph.build(sdl, { validateSupergraph: false });
  return {
    sdl,
    apiSdl: null,
    supergraph,
    api: supergraph.apiSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    plans: new LRUCache({ maxSize: PLANS_BYTES_MAX, sizeCalculation: ({ document }) => keptBytes(document) }),
    compiled: new LRUCache({ maxSize: PLANS_BYTES_MAX }),
    ...readDirectives(supergraph),
  };
}

function subgraphSchema(supergraph: Supergraph, name: string): GraphQLSchema {
  const subgraph = supergraph.subgraphs().get(name);
  if (!subgraph) throw new Error(`The supergraph has no subgraph ${name}.`);
  return subgraph.schema.toGraphQLJSSchema();
}

/** True for a query whose root fields, written without fragments, are introspection alone. */
function asksForSchemaOnly(document: DocumentNode, operationName: string | null): boolean {
  const { selections } = getOperationAST(document, operationName)?.selectionSet ?? { selections: [] };
  return selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'));
}

/** The library's own messages, at the level of debugging. */
function quiet(logger: Logger) {
  const low = (message?: unknown) => logger.debug({ gatewayLibrary: String(message) }, 'the gateway library says');
  return { debug: low, info: low, warn: low, error: low };
}
