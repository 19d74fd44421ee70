import type { Principal } from '@desk/directory/principal/principal';
import { systemTime } from '@desk/kit/time/time-source';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import type { PullEvents } from '@desk/kit/log/pull';
import { createRegistry, startSubgraph, type ResolverMap, type RunningServer } from '@desk/kit/api/subgraph';
import type { EventStream } from '@desk/kit/log/stream';
import { generateTokenKeys, tokenSigner, tokenVerifier, type TokenKeys } from '@desk/kit/api/token';
import { reachOf, type Viewer } from '@desk/kit/api/viewer';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { domainSdl, supergraphSdl } from '@desk/schema/sdl';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Unproved } from './identity/identity.ts';
import { Principals } from './identity/principals.ts';
import { viewerOf, type Authenticated } from './identity/viewer.ts';
import { createRateLimiter } from './limits/rate-limit.ts';
import { Live, type LiveOptions } from './live/live.ts';
import { operationAdmission } from './supergraph/known-documents.ts';
import { Runtime } from './supergraph/runtime.ts';
import { TestLog } from './test-log.fixture.ts';

/** What a principal of the tests may be given; the rest is filled in. */
export function buildPrincipal(principal: Partial<Principal> & { id: string }): Principal {
  return {
    kind: 'PERSON',
    name: principal.id,
    active: true,
    suspended: null,
    language: 'EN',
    timeZone: 'America/Toronto',
    version: 1,
    memberships: [{ organizationId: 'org_a', organizationType: 'LDC', roles: ['LDC_USER'] }],
    authorizations: [],
    ...principal,
  };
}

/** People who sign in with their id: users of two distributors, an analyst of the operator. */
const PEOPLE = [
  buildPrincipal({ id: 'per_ann' }),
  buildPrincipal({
    id: 'per_bob',
    memberships: [{ organizationId: 'org_b', organizationType: 'LDC', roles: ['LDC_USER'] }],
  }),
  buildPrincipal({
    id: 'per_ana',
    memberships: [{ organizationId: 'org_a', organizationType: 'LDC', roles: ['LDC_ADMIN'] }],
  }),
  buildPrincipal({
    id: 'per_sam',
    memberships: [{ organizationId: 'org_sme', organizationType: 'SME', roles: ['SME_ANALYST'] }],
  }),
];

/** What a ground's subgraphs answer, by domain. */
export type GroundResolvers = Partial<Record<Domain, ResolverMap>>;

/** Each domain's log, by its name, and what stands around it. */
export interface Ground extends Record<Domain, TestLog> {
  /** Principals by login, as the directory would answer; change them and write a `person.changed`. */
  people: Map<string, Principal>;
  /** Calls of `_entities` resolvers' store, by type. */
  storeCalls: Map<string, number>;
  /** In whose name incidents were read. */
  readers: Viewer[];
  /** Lets the tickets subgraph's answers wait until the returned function is called. */
  closeGate(): () => void;
  runtime: Runtime;
  /** Starts a gateway's live engine on an HTTP server. */
  startGateway(options?: Partial<LiveOptions> & { port?: number }): Promise<TestGateway>;
  /** Stops one subgraph, or starts it again at the same address. */
  stopSubgraph(domain: Domain): Promise<void>;
  startSubgraph(domain: Domain): Promise<void>;
  close(): Promise<void>;
}

/** A small real subgraph for each domain. */
class TestSubgraphs {
  readonly #resolvers: GroundResolvers;
  readonly #people: ReadonlyMap<string, Principal>;
  readonly #verify: TokenKeys['verify'];
  readonly #running = new Map<Domain, RunningServer>();
  readonly #ports = new Map<Domain, number>();

  constructor(resolvers: GroundResolvers, people: ReadonlyMap<string, Principal>, verify: TokenKeys['verify']) {
    this.#resolvers = resolvers;
    this.#people = people;
    this.#verify = verify;
  }

  get urls(): Record<Domain, string> {
    return forEachDomain((domain) => `http://127.0.0.1:${this.#ports.get(domain)}`);
  }

  /** Starts a subgraph, at the same address as before. */
  async start(domain: Domain): Promise<void> {
    const server = await startSubgraph<TestContext>({
      name: domain,
      host: '127.0.0.1',
      port: this.#ports.get(domain) ?? 0,
      sdl: domainSdl(domain),
      resolvers: this.#resolvers[domain] ?? {},
      context: ({ viewer }) => ({ viewer }),
      verifyToken: tokenVerifier(this.#verify, domain, systemTime),
      ready: async () => {},
      logger: LOGGER,
      registry: createRegistry(domain),
      routes: (app) =>
        void app.get<{ Querystring: { login: string } }>('/principals', async ({ query }) => ({
          principal: this.#people.get(query.login) ?? null,
        })),
    });
    this.#running.set(domain, server);
    this.#ports.set(domain, Number(new URL(server.url).port));
  }

  async stop(domain: Domain): Promise<void> {
    await this.#running.get(domain)?.stop();
    this.#running.delete(domain);
  }
}

/** A gateway's live engine on an HTTP server of its own. */
export class TestGateway {
  readonly live: Live;
  readonly #principals: Principals;
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();
  #stopped: Promise<unknown> | null = null;

  constructor(
    options: Pick<LiveOptions, 'runtime' | 'stream' | 'pull'> & Partial<LiveOptions>,
    principals: Principals,
  ) {
    this.#principals = principals;
    this.live = new Live({
      time: systemTime,
      logger: LOGGER,
      registry: createRegistry('gateway'),
      admit: operationAdmission(options.runtime),
      limiter: createRateLimiter(() => systemTime.now().getTime()),
      principals,
      authenticate: ({ params }) => authenticateByLogin(params, principals),
      origins: ['http://desk.test'],
      staggerMs: 0,
      random: systemRandom,
      ...options,
    });
    this.live.serve(this.#server);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/graphql`;
  }

  async listen(port: number): Promise<void> {
    await this.live.ready;
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await (this.#stopped ??= Promise.all([this.live.stop(), this.#principals.stop(), this.#closed()]));
  }

  /** Ends as a killed process does: its connections break without a word. */
  async kill(): Promise<void> {
    const closed = this.#closed();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    void this.stop();
  }

  #closed(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A socket's first message names the login in `token`, and how long that counts in `livesMs`. */
async function authenticateByLogin(
  params: Record<string, unknown> | null,
  principals: Principals,
): Promise<Authenticated> {
  if (typeof params?.['token'] !== 'string') throw new Unproved('missing');
  const login = params['token'];
  const principal = await principals.resolve(login);
  const now = systemTime.now();
  const { viewer } = viewerOf(principal, (params['actingFor'] ?? []) as string[], now);
  const expiresAt = new Date(now.getTime() + Number(params['livesMs'] ?? 60_000));
  return { login, sessionId: null, principal, viewer, callerClass: 'AGENT', expiresAt };
}

const LOGGER = createLogger('gateway', process.env['TEST_LOG_LEVEL'] ?? 'silent');

/**
 * A small real subgraph for each domain under the real supergraph, their logs, and a gateway's runtime over them. Tests of a
 * domain that has no resolvers here bring their own.
 */
export async function startGround(
  stream: EventStream = new MemoryStream(),
  own: GroundResolvers = {},
): Promise<Ground> {
  const keys = await generateTokenKeys();
  const signToken = await tokenSigner(keys.signing, systemTime);
  const logs = forEachDomain((domain) => new TestLog(domain, stream));
  const people = new Map(PEOPLE.map((principal) => [principal.id, principal]));
  const storeCalls = new Map<string, number>();
  const readers: Viewer[] = [];
  const pull: PullEvents = (service, after, limit) => logs[service as Domain].pull(after, limit);
  let gate: Promise<void> = Promise.resolve();
  const called = (type: string) => {
    storeCalls.set(type, (storeCalls.get(type) ?? 0) + 1);
    return gate;
  };
  const resolvers = { ...smallResolvers(logs.tickets, called, readers), ...own };
  const subgraphs = new TestSubgraphs(resolvers, people, keys.verify);
  for (const domain of DOMAINS) await subgraphs.start(domain);

  const runtime = await Runtime.load({
    supergraphSdl: supergraphSdl(),
    urls: subgraphs.urls,
    signToken,
    time: systemTime,
    logger: LOGGER,
    registry: createRegistry('gateway'),
    timeoutMs: 20_000,
  });
  const gateways = new Set<TestGateway>();

  return {
    ...logs,
    people,
    storeCalls,
    readers,
    closeGate() {
      let open = () => {};
      gate = new Promise((resolve) => (open = resolve));
      return open;
    },
    runtime,
    async startGateway({ port = 0, ...options } = {}) {
      const { directory: directoryUrl } = subgraphs.urls;
      const shared = { stream, pull, time: systemTime, logger: LOGGER };
      const principals = new Principals({ directoryUrl, signToken, ...shared });
      const gateway = new TestGateway({ runtime, ...shared, ...options }, principals);
      gateways.add(gateway);
      await gateway.listen(port);
      return gateway;
    },
    stopSubgraph: (domain) => subgraphs.stop(domain),
    startSubgraph: (domain) => subgraphs.start(domain),
    async close() {
      const stopped = [...gateways].map((gateway) => gateway.stop());
      // Ends the reads that wait for events.
      await stream.close();
      await Promise.all(stopped);
      await runtime.stop();
      await Promise.all(DOMAINS.map((domain) => subgraphs.stop(domain)));
    },
  };
}

/** Characters in the title of an incident whose id begins with `inc_long`. */
const LONG = 100_000;

interface TestContext {
  viewer: Viewer;
}

function smallResolvers(tickets: TestLog, called: (type: string) => Promise<void>, readers: Viewer[]): GroundResolvers {
  const visible = (organizationId: string, { viewer }: TestContext) => {
    const reach = reachOf(viewer, 'TICKETS_READ');
    return reach === 'ALL' || reach.includes(organizationId);
  };
  const incident = async ({ id }: { id: string }, context: TestContext) => {
    readers.push(context.viewer);
    await called('Incident');
    const organizationId = id.startsWith('inc_b') ? 'org_b' : 'org_a';
    if (!visible(organizationId, context)) return null;
    return {
      id,
      number: id.replace('inc_', 'INC-'),
      title: id.startsWith('inc_long') ? 'x'.repeat(LONG) : `About ${id}`,
      state: 'NEW',
      organizationId,
      version: tickets.version(id),
    };
  };
  return {
    tickets: {
      Query: {
        incident: (_: unknown, { id }: { id: string }, context: TestContext) => incident({ id }, context),
      },
      Mutation: {
        closeIncident: async (_: unknown, { input }: { input: { id: string } }, context: TestContext) => ({
          incident: await incident(input, context),
          replayed: false,
        }),
      },
      Incident: {
        __resolveReference: incident,
        organization: ({ organizationId }: { organizationId: string }) => ({
          __typename: 'Organization',
          id: organizationId,
        }),
        allowedActions: (_: unknown, __: unknown, { viewer }: TestContext) =>
          viewer.id === 'per_ann' ? ['COMMENT'] : [],
      },
      IncidentQueueCounts: {
        __resolveReference: async () => {
          await called('IncidentQueueCounts');
          return { id: 'incidents', open: tickets.head, asOf: '2026-04-06T15:30:00.000Z' };
        },
      },
    },
    directory: {
      Organization: {
        __resolveReference: ({ id }: { id: string }, context: TestContext) => {
          void called('Organization');
          return visible(id, context) ? { id, name: `Name of ${id}` } : null;
        },
      },
      Person: {
        __resolveReference: ({ id }: { id: string }, context: TestContext) => {
          void called('Person');
          return { id, name: context.viewer.id === null ? `Name of ${id}` : `${id} for ${context.viewer.id}` };
        },
      },
    },
  };
}

function forEachDomain<Value>(make: (domain: Domain) => Value): Record<Domain, Value> {
  return Object.fromEntries(DOMAINS.map((domain) => [domain, make(domain)])) as Record<Domain, Value>;
}

/** Resolves when a state is reached; the test's own time is the bound. */
export async function reached(state: () => boolean): Promise<void> {
  while (!state()) await new Promise((resolve) => setImmediate(resolve));
}
