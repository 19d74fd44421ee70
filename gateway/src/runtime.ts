import './telemetry.ts';
import { ApolloGateway, executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { Clock } from '@desk/kit/clock';
import type { Logger } from '@desk/kit/logger';
import type { SignToken } from '@desk/kit/token';
import { print, type DocumentNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Registry } from 'prom-client';
import { compilePlan, type PlanAnswer, type RunPlan } from './compiled-plan.ts';
import { keptBytes } from './document-size.ts';
import { EventSource } from './event-source.ts';
import { contextMaker, type GatewayContext, type MakeContext } from './gateway-context.ts';
import { subgraphMetrics, type SubgraphMetrics } from './subgraph-metrics.ts';
import { SubgraphSource } from './subgraph-source.ts';
import { planSubscription, type PlanningSchema, type SubscriptionPlan } from './subscription-plan.ts';
import { readDirectives, type SupergraphDirectives } from './supergraph-directives.ts';

/** How long one request to a subgraph may take, in milliseconds. */
const FETCH_MS_MAX = 10_000;
/** Memory for planned subscriptions with their documents, and for compiled queries, in bytes each. */
const PLANS_BYTES_MAX = 16 * 1024 * 1024;
/** How the composer names the subgraphs that no server serves. */
const EVENT_SUBGRAPH = /_events$/;

export interface RuntimeOptions {
  /** The composed supergraph, as text. */
  supergraphSdl: string;
  /** Where each subgraph listens, without a path; those named `<domain>_events` need none. */
  urls: Readonly<Record<string, string>>;
  signToken: SignToken;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  /** How long one request to a subgraph may take, in milliseconds; 10 s when left out. */
  timeoutMs?: number;
}

/** The supergraph in this process: what HTTP serves, what live updates plan and execute. */
export interface Runtime {
  readonly gateway: ApolloGateway;
  /** Grows with each new supergraph. */
  readonly epoch: number;
  readonly apiSchema: GraphQLSchema;
  readonly directives: SupergraphDirectives;
  readonly metrics: SubgraphMetrics;
  readonly context: MakeContext;
  /**
   * Plans a subscription of a document that fits the schema, once for each text and operation. Throws BAD_USER_INPUT
   * where the operation is none that can be live.
   */
  plan(document: DocumentNode, operationName: string | null): SubscriptionPlan;
  /** Answers a query or a mutation that was parsed, validated and found within the limits. */
  answer(operation: KnownOperation, context: GatewayContext): Promise<PlanAnswer>;
  /** Runs a planned subscription for the event in the context. Never rejects for what a subgraph did. */
  execute(
    plan: SubscriptionPlan,
    variables: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<FormattedExecutionResult>;
  /** Serves another supergraph from now on. Rejects when it is none, and goes on with the one before. */
  update(supergraphSdl: string): Promise<void>;
  /** Calls back after each update; returns what ends that. */
  onUpdate(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** An operation of a document that is known by its hash. */
export interface KnownOperation {
  query: string;
  document: DocumentNode;
  hash: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

interface Loaded extends PlanningSchema {
  supergraphSchema: GraphQLSchema;
  plans: LRUCache<string, SubscriptionPlan>;
  /** Queries by what they ask; `run` is null where the library's own executor must do it. */
  compiled: LRUCache<string, { run: RunPlan | null }>;
}

/** Loads a supergraph. Rejects when it is none, or when a subgraph has no address. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { clock, logger, registry, signToken, timeoutMs = FETCH_MS_MAX } = options;
  const metrics = subgraphMetrics(registry);
  const services: ServiceMap = Object.create(null) as ServiceMap;
  const sources: SubgraphSource[] = [];
  const listeners = new Set<() => void>();
  let loaded: Loaded | null = null;
  let supergraph: Supergraph = buildSupergraph(options.supergraphSdl);
  let replace: (sdl: string) => void = () => {};

  const source = (name: string): GraphQLDataSource => {
    if (EVENT_SUBGRAPH.test(name)) return new EventSource(eventSchema(supergraph, name));
    const url = options.urls[name];
    if (!url) throw new Error(`The supergraph has a subgraph ${name}, and no address is given for it.`);
    const made = new SubgraphSource({ name, url, timeoutMs, clock, logger, metrics });
    sources.push(made);
    return made;
  };

  const chatter = quiet(logger);

  const gateway = new ApolloGateway({
    supergraphSdl: async ({ update }) => {
      replace = update;
      return { supergraphSdl: options.supergraphSdl };
    },
    buildService: ({ name }) => (services[name] = source(name)),
    // Called with each operation that the library runs: the next time it is run here.
    experimental_didResolveQueryPlan: ({ queryPlan, requestContext, operationContext }) => {
      const { document } = requestContext;
      const key = planKey(requestContext.queryHash, requestContext.request.operationName);
      // A plan that was made while the supergraph changed is of the past.
      if (operationContext.schema !== loaded?.apiSchema || loaded.compiled.has(key)) return;
      const run = compilePlan({ queryPlan, ...operationContext });
      loaded.compiled.set(key, { run }, { size: keptBytes(document) });
    },
    logger: chatter,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    const epoch = (loaded?.epoch ?? 0) + 1;
    for (const name of Object.keys(services)) {
      // The library keeps a source while its address stays, but the events' schema may have changed.
      if (EVENT_SUBGRAPH.test(name)) (services[name] as EventSource).adopt(eventSchema(supergraph, name));
    }
    loaded = { epoch, apiSchema, ...load(supergraph) };
  });
  await gateway.load();
  const now = (): Loaded => {
    if (!loaded) throw new Error('the supergraph is not loaded');
    return loaded;
  };
  now();

  return {
    gateway,
    metrics,
    context: contextMaker(signToken, clock),
    get epoch() {
      return now().epoch;
    },
    get apiSchema() {
      return now().apiSchema;
    },
    get directives() {
      return now();
    },
    plan(document, operationName) {
      const { plans } = now();
      const normalised = print(document);
      const key = `${operationName ?? ''}\n${normalised}`;
      const plan = plans.get(key) ?? planSubscription(now(), document, { operationName, normalised });
      plans.set(key, plan);
      return plan;
    },
    answer({ document, hash, operationName, query, variables }, context) {
      const answer = now().compiled.get(planKey(hash, operationName))?.run?.({ services, variables, context });
      if (answer) return answer;
      // What Apollo Server would hand over. The text is parsed and validated already, and the plan is found by its hash.
      return gateway.executor({
        document,
        queryHash: hash,
        operationName,
        request: { query, variables, ...(operationName === null ? {} : { operationName }) },
        context,
        metrics: {},
        logger: chatter,
      } as unknown as Parameters<ApolloGateway['executor']>[0]) as Promise<PlanAnswer>;
    },
    async execute(plan, variables, context) {
      const { api, supergraphSchema } = now();
      const request = {
        logger: chatter,
        // The library writes into this where something fails.
        metrics: {},
        request: {
          variables,
          query: plan.normalised,
          ...(plan.operationName ? { operationName: plan.operationName } : {}),
        },
        context,
      } as unknown as Parameters<typeof executeQueryPlan>[2];
      const result = await executeQueryPlan(
        plan.queryPlan,
        services,
        request,
        plan.operationContext,
        supergraphSchema,
        api,
      );
      return result as FormattedExecutionResult;
    },
    async update(sdl) {
      const before = supergraph;
      supergraph = buildSupergraph(sdl);
      try {
        load(supergraph);
        replace(sdl);
      } catch (error) {
        supergraph = before;
        throw error;
      }
      for (const listener of listeners) listener();
    },
    onUpdate(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await gateway.stop();
      await Promise.all(sources.map((made) => made.close()));
    },
  };
}

function planKey(hash: string | undefined, operationName: string | null | undefined): string {
  return `${hash} ${operationName ?? ''}`;
}

function buildSupergraph(sdl: string): Supergraph {
  return Supergraph.build(sdl, { validateSupergraph: false });
}

function load(supergraph: Supergraph): Omit<Loaded, 'epoch' | 'apiSchema'> {
  return {
    api: supergraph.apiSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    plans: new LRUCache({ maxSize: PLANS_BYTES_MAX, sizeCalculation: ({ document }) => keptBytes(document) }),
    compiled: new LRUCache({ maxSize: PLANS_BYTES_MAX }),
    ...readDirectives(supergraph.schema),
  };
}

function eventSchema(supergraph: Supergraph, name: string): GraphQLSchema {
  const subgraph = supergraph.subgraphs().get(name);
  if (!subgraph) throw new Error(`The supergraph has no subgraph ${name}.`);
  return subgraph.schema.toGraphQLJSSchema();
}

/** The library's own chatter, at a level where nobody meets it. */
function quiet(logger: Logger) {
  const low = (message?: unknown) => logger.debug({ gatewayLibrary: String(message) }, 'the gateway library says');
  return { debug: low, info: low, warn: low, error: low };
}
