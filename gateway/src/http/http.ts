import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { Refusal } from '@desk/kit/api/errors';
import type { Random } from '@desk/kit/process/ids';
import type { Domain } from '@desk/schema/domains';
import { signInFailure, signInRoutes, type SignInOptions } from '../identity/sign-in.ts';
import type { LoadMeter } from '../limits/load-shedding.ts';
import {
  answerHeaders,
  codesOf,
  GRAPHQL_PATH,
  graphqlRoute,
  refusalStatus,
  toLog,
  type GraphQLRouteOptions,
  type OperationLog,
} from './graphql-http.ts';
import { HttpRefusal, refusedAnswer } from './http-error.ts';
import { portalFiles } from './portal-files.ts';
import { watchReadiness } from './readiness.ts';
import { schemaRoute } from './schema-route.ts';

export interface HttpOptions extends Omit<GraphQLRouteOptions, 'busy' | 'note'> {
  publicUrl: string;
  signIn: Omit<SignInOptions, 'publicUrl' | 'sessions' | 'logger'>;
  /** Where each service answers. */
  subgraphs: Readonly<Record<Domain, string>>;
  portalDirectory: string | null;
  registry: Registry;
  random: Random;
  load: LoadMeter;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 30_000;
/** No page of ours needs any of these. */
const NO_DEVICES = 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()';
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** The gateway's HTTP side, not yet listening: GraphQL, sign-in, health, figures, the schema and the portal's files. */
export class HttpSide {
  readonly app: FastifyInstance;
  readonly #options: HttpOptions;
  #retired = false;

  static async build(options: HttpOptions): Promise<HttpSide> {
    const side = new HttpSide(options);
    await side.#addPages();
    return side;
  }

  private constructor(options: HttpOptions) {
    this.#options = options;
    this.app = fastify({
      logger: false,
      genReqId: (request) => requestId(request.headers['x-request-id'], options.random),
      forceCloseConnections: 'idle',
      requestTimeout: REQUEST_MS_MAX,
      http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS_MAX },
    });
    // A connection that is kept alive would hold up the end.
    this.app.addHook('onSend', async (_request, reply) => {
      if (this.#retired) reply.header('connection', 'close');
    });
    const note = logRequests(this.app, options, () => options.load.begin());
    this.app.setErrorHandler((error, request, reply) => {
      const log = toLog(options.logger, request.id);
      const { status, headers, errors } = refusedAnswer(error, log, request.headers.authorization);
      note(request, { codes: codesOf(errors) });
      reply.code(refusalStatus(request, status)).headers(headers);
      const page = error instanceof Refusal ? signInFailure(request, reply, error) : null;
      if (page) return page;
      if (request.routeOptions.url === GRAPHQL_PATH) reply.headers(answerHeaders(request));
      else reply.type('application/json; charset=utf-8');
      return reply.send(JSON.stringify({ errors }));
    });
    this.app.setNotFoundHandler(nothingHere);
    graphqlRoute(this.app, { ...options, note, busy: () => options.load.busy });
    schemaRoute(this.app, options);
    this.#addHealth();
  }

  /** From now on `/readyz` says that the gateway is not ready. */
  retire(): void {
    this.#retired = true;
  }

  /** Answers the requests in hand, refuses new ones, and ends. */
  async stop(): Promise<void> {
    await this.app.close();
  }

  #addHealth(): void {
    const { registry, subgraphs, signIn } = this.#options;
    const readiness = watchReadiness(subgraphs, signIn.time);
    this.app.get('/healthz', async () => ({ status: 'ok' }));
    this.app.get('/readyz', async (_request, reply) => {
      const states = await readiness();
      const ready = Object.values(states).filter((state) => state === 'ready').length;
      const all = Object.keys(states).length;
      const status = this.#retired || ready === 0 ? 'not ready' : ready < all ? 'partly ready' : 'ready';
      return reply.code(status === 'not ready' ? 503 : 200).send({ status, subgraphs: states });
    });
    this.app.get('/metrics', async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
  }

  async #addPages(): Promise<void> {
    const { publicUrl, sessions, logger, signIn, portalDirectory } = this.#options;
    await this.app.register(async (pages) => {
      await pages.register(helmet, pagePolicy(publicUrl));
      pages.addHook('onRequest', async (_request, reply) => void reply.header('permissions-policy', NO_DEVICES));
      signInRoutes(pages, { ...signIn, publicUrl, sessions, logger });
      const welcome = welcomeTo(publicUrl);
      if (!portalDirectory) pages.get('/', async () => welcome);
      else
        await pages.register(async (files) => portalFiles(files, portalDirectory, { welcome, missing: nothingHere }));
    });
  }
}

function requestId(given: string | string[] | undefined, random: Random): string {
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given;
  const bytes = new Uint8Array(12);
  random(bytes);
  return Buffer.from(bytes).toString('base64url');
}

/** Counts, times and logs every request: one line each. Returns the way for routes to add what only they know. */
function logRequests(
  app: FastifyInstance,
  { logger, registry }: Pick<HttpOptions, 'logger' | 'registry'>,
  begin: () => () => void,
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

/** What the desk's own address says to a client that is no browser. */
function welcomeTo(publicUrl: string): Record<string, string> {
  return {
    name: 'MDM/R Service Desk',
    api: `POST ${publicUrl}/graphql`,
    live: `${publicUrl.replace(/^http/, 'ws')}/graphql (graphql-transport-ws)`,
    schema: `${publicUrl}/schema.graphql`,
    explorer: `${publicUrl}/explorer`,
    manual: 'docs/api.md in the repository of the desk',
  };
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
