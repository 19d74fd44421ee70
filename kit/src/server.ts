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
import { OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { ERROR_CODES, Refusal, publicError, type ErrorCode } from './errors.ts';
import type { Logger } from './logger.ts';
import { isConnectionFault } from './mongo.ts';
import type { TokenClaims, TokenPurpose, VerifyToken } from './token.ts';
import type { Viewer } from './viewer.ts';

/** The largest request between our own parts, in bytes: a full batch of entity references. */
const BODY_BYTES_MAX = 1024 * 1024;
/**
 * The longest headers between our own parts, in bytes. The internal token names every delegation with its scopes: 26 KB for an
 * agent who acts for a hundred distributors with all eight scopes, where Node's own limit is 16 KiB.
 */
const HEADER_BYTES_MAX = 64 * 1024;

const ASKED: unique symbol = Symbol('asked');

/** What the context of a request holds besides the service's own. */
interface Asked {
  [ASKED]: { purpose: TokenPurpose; requestId: string };
}

/** A resolver map, as a service hands it over. Its own code checks it against the generated types. */
export type ResolverMap = Record<string, unknown>;

/** What of a request reaches a service: who asks, and under which id it is logged. */
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
  /** Makes the resolvers' context for one request: its loaders, its clock, its log. */
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
  /** Answers what is in hand, refuses what is new, and ends. */
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
  const claims = new WeakMap<FastifyRequest, TokenClaims>();
  /** Of which request an error is. */
  const failed = new WeakMap<Error, string>();
  let stopping = false;

  const apollo = new ApolloServer<Context & Asked>({
    schema: buildSubgraphSchema([{ typeDefs: parse(options.sdl), resolvers: options.resolvers as never }]),
    introspection: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The gateway has masked nothing yet: it needs the code, the sentence and the details of refusals.
    formatError(formatted, error) {
      const requestId = (error instanceof Error && failed.get(error)) || UNKNOWN_REQUEST;
      const cause = unwrapResolverError(error);
      if (!isConnectionFault(cause)) {
        return publicError(error, formatted, requestId, () =>
          logger.error({ error: cause, requestId }, 'a request failed'),
        );
      }
      logger.warn({ error: cause, requestId }, 'the database does not answer');
      return databaseAway(formatted, { service: options.name, requestId });
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
  await apollo.start();

  app.addHook('onRequest', async (request, reply) => {
    if (PUBLIC_ROUTES.has(request.routeOptions.url ?? '')) return;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    try {
      if (!token) throw new Refusal('UNAUTHENTICATED', 'This service answers the gateway only.');
      const verified = await options.verifyToken(token);
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

/** A registry for one service, with the process's own figures. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Refuses changes to those who may only read, and notes of which request each error is. */
function requestGuard(failed: WeakMap<Error, string>): ApolloServerPlugin<Asked> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, contextValue }) {
          // A live scope is nobody who could answer for a change.
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
/** What a caller is told to wait while the database is away, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** What a caller is told where the database did not answer a read. What becomes of a write says its own refusal. */
function databaseAway(
  { path }: GraphQLFormattedError,
  details: { service: string; requestId: string },
): GraphQLFormattedError {
  return {
    message: 'A part of the desk does not answer. The rest works; try again shortly.',
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
