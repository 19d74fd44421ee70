import { printSchema } from 'graphql';
import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { Refusal } from '@desk/kit/errors';
import type { Random } from '@desk/kit/ids';
import { codesOf, graphqlRoute, hidden, type GraphQLRouteOptions, type OperationLog } from './graphql-http.ts';
import { HttpRefusal, refusedAnswer } from './http-error.ts';
import { watchLoad } from './load.ts';
import { portalFiles } from './portal-files.ts';
import { watchReadiness } from './readiness.ts';
import { signInFailure, signInRoutes, type SignInOptions } from './sign-in.ts';

export interface HttpOptions extends Omit<GraphQLRouteOptions, 'busy'> {
  publicUrl: string;
  signIn: Omit<SignInOptions, 'publicUrl' | 'sessions' | 'logger'>;
  /** Where each subgraph answers, by name. */
  subgraphs: Readonly<Record<string, string>>;
  portalDirectory: string | null;
  registry: Registry;
  random: Random;
  /** The delay of the event loop in milliseconds, in place of the measured one. */
  delayMs?: () => number;
}

/** The gateway's HTTP side, not yet listening. */
export interface HttpSide {
  app: FastifyInstance;
  /** From now on `/readyz` says that the gateway is not ready. */
  retire(): void;
  /** Answers what is in hand, refuses what is new, and ends. */
  stop(): Promise<void>;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 30_000;
/** No page of ours needs any of these. */
const NO_DEVICES = 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()';
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** Builds every route of the gateway: GraphQL, sign-in, health, figures, the schema and the portal's files. */
export async function createHttp(options: HttpOptions): Promise<HttpSide> {
  const { logger, runtime, registry, subgraphs } = options;
  const load = watchLoad(options.delayMs);
  const readiness = watchReadiness(subgraphs, options.signIn.clock);
  let retired = false;
  const app = fastify({
    logger: false,
    genReqId: (request) => requestId(request.headers['x-request-id'], options.random),
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_MS_MAX,
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS_MAX },
  });

  // A connection that is kept alive would hold up the end.
  app.addHook('onSend', async (_request, reply) => {
    if (retired) reply.header('connection', 'close');
  });
  const note = logRequests(app, { ...options, begin: () => load.begin() });
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, errors } = refusedAnswer(error, request.id, hidden(logger, request.id));
    note(request, { codes: codesOf(errors) });
    reply.code(status).headers(headers);
    const page = error instanceof Refusal ? signInFailure(request, reply, error) : null;
    return page ?? reply.send({ errors });
  });
  app.setNotFoundHandler(nothingHere);

  graphqlRoute(app, { ...options, busy: () => load.busy() }, note);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const states = await readiness();
    const ready = Object.values(states).filter((state) => state === 'ready').length;
    const status = retired || ready === 0 ? 'not ready' : ready < Object.keys(states).length ? 'partly ready' : 'ready';
    return reply.code(status === 'not ready' ? 503 : 200).send({ status, subgraphs: states });
  });
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.get('/schema.graphql', async (request, reply) => {
    await options.authenticate({ headers: request.headers, params: null });
    return reply.type('application/graphql; charset=utf-8').send(printSchema(runtime.apiSchema));
  });
  await app.register(async (pages) => {
    await pages.register(helmet, pagePolicy(options.publicUrl));
    pages.addHook('onRequest', async (_request, reply) => void reply.header('permissions-policy', NO_DEVICES));
    signInRoutes(pages, { ...options.signIn, publicUrl: options.publicUrl, sessions: options.sessions, logger });
    const { portalDirectory } = options;
    if (portalDirectory) await pages.register(async (files) => portalFiles(files, portalDirectory, nothingHere));
  });

  return {
    app,
    retire: () => void (retired = true),
    async stop() {
      await app.close();
      load.stop();
    },
  };
}

function requestId(given: string | string[] | undefined, random: Random): string {
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given;
  const bytes = new Uint8Array(12);
  random(bytes);
  return Buffer.from(bytes).toString('base64url');
}

/** Counts, times and logs every request: one line each. Returns how routes add what only they know. */
function logRequests(
  app: FastifyInstance,
  { logger, registry, begin }: Pick<HttpOptions, 'logger' | 'registry'> & { begin: () => () => void },
): (request: FastifyRequest, log: OperationLog) => void {
  const logs = new WeakMap<FastifyRequest, { log: OperationLog; end: () => void }>();
  const seconds = new Histogram({
    name: 'http_request_seconds',
    help: 'Time to answer a request.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook('onRequest', (request, reply, done) => {
    logs.set(request, { log: {}, end: begin() });
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const known = logs.get(request);
    known?.end();
    const route = request.routeOptions.url ?? 'none';
    const ms = reply.elapsedTime;
    seconds.observe({ route, status: String(reply.statusCode) }, ms / 1_000);
    const { id: requestId, method } = request;
    logger.info({ requestId, method, route, status: reply.statusCode, ms: Math.round(ms), ...known?.log }, 'request');
    done();
  });
  return (request, log) => Object.assign(logs.get(request)?.log ?? {}, log);
}

function nothingHere(): never {
  throw new HttpRefusal(404, new Refusal('NOT_FOUND', 'There is nothing at this address.'));
}

/** What a page of ours may load: its own files, and live updates. */
function pagePolicy(publicUrl: string) {
  const https = publicUrl.startsWith('https:');
  const self = ["'self'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: self,
        imgSrc: self,
        fontSrc: self,
        connectSrc: [...self, publicUrl.replace(/^http/, 'ws')],
        workerSrc: self,
        manifestSrc: self,
        formAction: self,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 365 * 24 * 60 * 60, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' as const },
    crossOriginOpenerPolicy: { policy: 'same-origin' as const },
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
    xFrameOptions: { action: 'deny' as const },
    global: true,
  };
}
