import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { OperationTypeNode, parse, visit, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { checkArguments } from './arguments.ts';
import { ERROR_CODES, Refusal, publicError, type ErrorCode } from './errors.ts';
import type { Logger } from '../process/logger.ts';
import { isConnectionFault, isTimeLimit } from '../process/mongo.ts';
import type { TokenClaims, TokenPurpose, VerifyToken } from './token.ts';
import type { Viewer } from './viewer.ts';

/** The largest request between our own parts, in bytes: a full batch of entity references. */
const BODY_BYTES_MAX = 1024 * 1024;
/**
 * The longest headers between our own parts, in bytes. The internal token of an agent who acts for a hundred distributors with all
 * eight scopes has 26 KB; Node's own limit is 16 KiB.
 */
const HEADER_BYTES_MAX = 64 * 1024;

const ASKED: unique symbol = Symbol('asked');

/** The part of a request's context that is not the service's. */
interface Asked {
  [ASKED]: { purpose: TokenPurpose; requestId: string };
}

/** A service's resolvers. The service checks them against the generated types. */
export type ResolverMap = Record<string, unknown>;

/** The resolvers that an API type needs: one for each field that the record lacks, or holds in another type. */
export type Owed<Api, Rec, Resolvers> = Required<
  Pick<
    Resolvers,
    {
      [K in keyof Api & keyof Resolvers]: K extends keyof Rec ? (Rec[K] extends Api[K] ? never : K) : K;
    }[keyof Api & keyof Resolvers]
  >
>;

/** The part of a request that a service gets: the viewer, and the id under which the request is logged. */
export interface RequestContext {
  viewer: Viewer;
  requestId: string;
}

export interface SubgraphOptions<Context extends object> {
  name: string;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  sdl: string;
  resolvers: ResolverMap;
  /** Makes the resolvers' context for one request. */
  context: (request: RequestContext) => Context;
  verifyToken: VerifyToken;
  /** Rejects when the service cannot do its work now: its database does not take writes. */
  ready: () => Promise<void>;
  logger: Logger;
  registry: Registry;
  /** Routes between services; each is reached with a token of purpose SERVICE only. */
  routes?: (app: FastifyInstance) => void;
}

export interface RunningServer {
  url: string;
  /** Answers the requests that run, refuses new ones, and ends. */
  stop(): Promise<void>;
}

/**
 * Serves a subgraph: GraphQL to the gateway, `/healthz` (the process), `/readyz` (its database), `/metrics` (Prometheus)
 * and the routes between services. Nothing but the first three answers without an internal token.
 */
export async function startSubgraph<Context extends object>(options: SubgraphOptions<Context>): Promise<RunningServer> {
  const { logger, registry } = options;
  const app: FastifyInstance = fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: 'idle',
    logger: false,
    http: { maxHeaderSize: HEADER_BYTES_MAX },
  });
  const claims = requireToken(app, options.verifyToken);
  const apollo = createApollo(options);
  await apollo.start();
  let stopping = false;

  // A connection that is kept alive after its last answer would hold up `stop` for as long as the client keeps it.
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
  app.post(
    '/graphql',
    fastifyApolloHandler(apollo, {
      context: async (request) => {
        const { viewer = null, purpose = 'SERVICE' } = claims.get(request) ?? {};
        if (!viewer) throw new Refusal('UNAUTHENTICATED', 'The token names no viewer.');
        const requestId = String(request.headers['x-request-id'] ?? request.id);
        return { ...options.context({ viewer, requestId }), [ASKED]: { purpose, requestId } };
      },
    }),
  );
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = !stopping && (await withinMs(READY_MS_MAX, options.ready()));
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  options.routes?.(app);

  const url = await app.listen({ host: options.host, port: options.port });
  logger.info({ url }, 'the service is ready');
  return {
    url,
    async stop() {
      stopping = true;
      await app.close();
      await apollo.stop();
      logger.info('the service has stopped');
    },
  };
}

/** Answers 401 to requests without the right token, and gives what the tokens of the others say. */
function requireToken(app: FastifyInstance, verifyToken: VerifyToken): WeakMap<FastifyRequest, TokenClaims> {
  const claims = new WeakMap<FastifyRequest, TokenClaims>();
  app.addHook('onRequest', async (request, reply) => {
    if (PUBLIC_ROUTES.has(request.routeOptions.url ?? '')) return;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    try {
      if (!token) throw new Refusal('UNAUTHENTICATED', 'This service answers the gateway only.');
      const verified = await verifyToken(token);
      if ((request.routeOptions.url === '/graphql') === (verified.purpose === 'SERVICE')) {
        throw new Refusal('UNAUTHENTICATED', 'This token is for another use.');
      }
      claims.set(request, verified);
    } catch {
      await reply
        .code(401)
        .send({ errors: [{ message: ERROR_CODES.UNAUTHENTICATED.meaning, extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });
  return claims;
}

function createApollo<Context extends object>(options: SubgraphOptions<Context>): ApolloServer<Context & Asked> {
  const { name, logger, registry } = options;
  /** The id of the request that an error belongs to. */
  const failed = new WeakMap<Error, string>();
  return new ApolloServer<Context & Asked>({
    schema: buildSchema(options.sdl, options.resolvers),
    introspection: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The gateway has masked nothing yet: it needs the code, the sentence and the details of refusals.
    formatError(formatted, error) {
      const requestId = (error instanceof Error && failed.get(error)) || UNKNOWN_REQUEST;
      const cause = unwrapResolverError(error);
      if (!isConnectionFault(cause)) {
        const report = () => logger.error({ error: cause, requestId }, 'a request failed');
        return publicError(error, formatted, { requestId, report });
      }
      const message = isTimeLimit(cause) ? TOO_SLOW : AWAY;
      logger.warn({ error: cause, requestId }, 'the database does not answer');
      return databaseAway({ ...formatted, message }, { service: name, requestId });
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      requestMetrics(registry),
      requestGuard(failed),
    ],
  });
}

/** The schema that a subgraph executes. Apollo's library does not know `@oneOf`, so it is taken out, and the arguments are checked. */
function buildSchema(sdl: string, resolvers: ResolverMap): GraphQLSchema {
  const oneOf = new Set<string>();
  const typeDefs = visit(parse(sdl), {
    InputObjectTypeDefinition(node) {
      const directives = (node.directives ?? []).filter((directive) => directive.name.value !== 'oneOf');
      if (directives.length === node.directives?.length) return undefined;
      oneOf.add(node.name.value);
      return { ...node, directives };
    },
  });
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  checkArguments(schema, oneOf);
  return schema;
}

/** A registry for one service, with the process's own figures. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Refuses mutations under a token that may only read, and notes the request that each error belongs to. */
function requestGuard(failed: WeakMap<Error, string>): ApolloServerPlugin<Asked> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, contextValue }) {
          // A LIVE token names no person, so it may not change anything.
          if (operation?.operation === OperationTypeNode.MUTATION && contextValue[ASKED].purpose !== 'REQUEST') {
            throw new Refusal('UNAUTHENTICATED', 'This token is for another use.', { http: { status: 401 } });
          }
        },
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) failed.set(error, contextValue[ASKED].requestId);
        },
      };
    },
  };
}

const UNKNOWN_REQUEST = 'unknown';
/** How long a caller should wait while the database is away, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

const AWAY = 'A part of the desk does not answer. The rest works; try again shortly.';
const TOO_SLOW = 'The desk could not read this in time. Narrow it by a filter, or try again shortly.';

/** The answer where the database did not answer a read. Writes have refusals of their own. */
function databaseAway(
  { message, path }: GraphQLFormattedError,
  details: { service: string; requestId: string },
): GraphQLFormattedError {
  return {
    message,
    ...(path ? { path } : {}),
    extensions: { code: 'SERVICE_UNAVAILABLE' satisfies ErrorCode, retryAfterMs: RETRY_AFTER_MS, ...details },
  };
}

const PUBLIC_ROUTES = new Set(['/healthz', '/readyz', '/metrics']);
const READY_MS_MAX = 2_000;

function requestMetrics(registry: Registry): ApolloServerPlugin<object> {
  const seconds = new Histogram({
    name: 'graphql_request_seconds',
    help: 'Time to answer a GraphQL request.',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  return {
    async requestDidStart() {
      const end = seconds.startTimer();
      return {
        async willSendResponse({ response }) {
          end();
          if (response.body.kind !== 'single') return;
          for (const error of response.body.singleResult.errors ?? []) {
            errors.inc({ code: (error.extensions?.['code'] as string | undefined) ?? 'INTERNAL' });
          }
        },
      };
    },
  };
}

async function withinMs(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
