import type { Principal } from '@desk/directory/principal';
import { systemClock } from '@desk/kit/clock';
import { Refusal } from '@desk/kit/errors';
import { comparePositions, SYSTEM_ACTOR, type StreamEvent } from '@desk/kit/event';
import { systemRandom } from '@desk/kit/ids';
import { createLogger } from '@desk/kit/logger';
import { READ_MAX } from '@desk/kit/log';
import { MemoryStream } from '@desk/kit/memory-stream';
import type { PullEvents } from '@desk/kit/pull';
import { createRegistry, startSubgraph, type ResolverMap, type RunningServer } from '@desk/kit/server';
import type { EventStream } from '@desk/kit/stream';
import { generateTokenKeys, tokenSigner, tokenVerifier } from '@desk/kit/token';
import { reachOf, type Viewer } from '@desk/kit/viewer';
import { DOMAINS, domainSdl, supergraphSdl, type Domain } from '@desk/schema/sdl';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { operationAdmission } from './known-documents.ts';
import { createLive, type Live, type LiveOptions } from './live.ts';
import { createPrincipals } from './principals.ts';
import { createRateLimiter } from './rate-limit.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { viewerOf } from './viewer.ts';

/** An event as a test describes it; the rest is filled in. */
export interface TestEvent {
  incidentId?: string;
  organizationId?: string;
  kind?: string;
  priority?: string[];
  internal?: boolean;
  personId?: string;
}

/**
 * A service's log in memory, with the contract of the real one: positions without gaps, pulls that answer null for what is
 * not of this log. What is written goes to the stream as the relay would send it.
 */
export class TestLog {
  readonly stream: EventStream;
  epoch = 1;
  /** Positions up to here are answered as gone. */
  trimmedTo = 0;
  /** Behind which positions was pulled; at the head, it was the reader that looked for news. */
  readonly pulls: number[] = [];
  readonly #service: string;
  readonly #events: StreamEvent[] = [];
  readonly #versions = new Map<string, number>();

  constructor(service: string, stream: EventStream) {
    this.#service = service;
    this.stream = stream;
  }

  get head(): number {
    return this.#events.length;
  }

  /** Writes events; resolves with the last cursor when the stream has them. */
  async write(...events: TestEvent[]): Promise<string> {
    const made = events.map((event) => {
      const one = this.#make(event);
      this.#events.push(one);
      return one;
    });
    await this.stream.append(this.#service, made);
    return `${this.#service}:${this.epoch}-${this.#events.length}`;
  }

  /** Writes any event: for the directory's. */
  async writeRaw(type: string, data: Record<string, unknown>): Promise<void> {
    const event = { ...this.#make({}), type, data };
    this.#events.push(event);
    await this.stream.append(this.#service, [event]);
  }

  /** Goes back to an earlier head, as after a restore from a backup: positions are used again, under another epoch. */
  restore(head: number): void {
    this.epoch += 1;
    this.#events.length = head;
  }

  version(incidentId: string): number {
    return this.#versions.get(incidentId) ?? 0;
  }

  async pull(after: { epoch: number; pos: number }, limit: number): Promise<Awaited<ReturnType<PullEvents>>> {
    this.pulls.push(after.pos);
    const head = { epoch: this.epoch, pos: this.#events.length };
    const foreign = after.epoch !== 0 && after.epoch !== this.epoch;
    if (foreign || after.pos > head.pos || (after.epoch !== 0 && after.pos < this.trimmedTo))
      return { events: null, head };
    const events = this.#events.filter(
      ({ position }) => comparePositions(position, { ...after, epoch: this.epoch }) > 0,
    );
    return { events: events.slice(0, Math.min(limit, READ_MAX)), head };
  }

  #make({
    incidentId = 'inc_1',
    organizationId = 'org_a',
    kind = 'HELD',
    priority = ['P3'],
    ...more
  }: TestEvent): StreamEvent {
    const version = this.version(incidentId) + 1;
    this.#versions.set(incidentId, version);
    const { personId, internal = false } = more;
    return {
      position: { epoch: this.epoch, pos: this.#events.length + 1 },
      aggregate: incidentId,
      seq: version,
      type: `incident.${kind.toLowerCase()}`,
      at: new Date('2026-04-06T15:30:00.000Z'),
      actor: personId ? { id: personId, kind: 'PERSON', actingFor: null } : SYSTEM_ACTOR,
      organizationId,
      internal,
      data: { recordId: incidentId, kind, changedFields: ['state'], match: { priority }, changes: [] },
    };
  }
}

/** What a principal of the tests may be given; the rest is filled in. */
export function buildPrincipal(principal: Partial<Principal> & { id: string }): Principal {
  return {
    kind: 'PERSON',
    name: principal.id,
    active: true,
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

export interface TestGateway {
  live: Live;
  url: string;
  port: number;
  stop(): Promise<void>;
  /** Ends as a killed process does: its connections break without a word. */
  kill(): Promise<void>;
}

/**
 * A small real subgraph for each domain under the real supergraph, their logs, and a gateway's runtime over them. Tests of a
 * domain that has no resolvers here bring their own.
 */
export async function startGround(
  stream: EventStream = new MemoryStream(),
  own: GroundResolvers = {},
): Promise<Ground> {
  const clock = systemClock;
  const logger = createLogger('gateway', process.env['TEST_LOG_LEVEL'] ?? 'silent');
  const keys = await generateTokenKeys();
  const signToken = await tokenSigner(keys.signing, clock);
  const logs = forEachDomain((domain) => new TestLog(domain, stream));
  const people = new Map(PEOPLE.map((principal) => [principal.id, principal]));
  const storeCalls = new Map<string, number>();
  const readers: Viewer[] = [];
  const pull: PullEvents = (service, after, limit) => logs[service as Domain].pull(after, limit);
  const running = new Map<Domain, RunningServer>();
  const ports = new Map<Domain, number>();
  let gate: Promise<void> = Promise.resolve();
  const called = (type: string) => {
    storeCalls.set(type, (storeCalls.get(type) ?? 0) + 1);
    return gate;
  };
  const resolvers: GroundResolvers = { ...smallResolvers(logs.tickets, called, readers), ...own };

  const start = async (domain: Domain): Promise<void> => {
    const server = await startSubgraph<TestContext>({
      name: domain,
      host: '127.0.0.1',
      port: ports.get(domain) ?? 0,
      sdl: domainSdl(domain),
      resolvers: resolvers[domain] ?? {},
      context: ({ viewer }) => ({ viewer }),
      verifyToken: tokenVerifier(keys.verify, domain, clock),
      ready: async () => {},
      logger,
      registry: createRegistry(domain),
      ...(domain === 'directory'
        ? {
            routes: (app) =>
              void app.get<{ Querystring: { login: string } }>('/principals', async ({ query }) => ({
                principal: people.get(query.login) ?? null,
              })),
          }
        : {}),
    });
    running.set(domain, server);
    ports.set(domain, Number(new URL(server.url).port));
  };
  const stop = async (domain: Domain): Promise<void> => {
    await running.get(domain)?.stop();
    running.delete(domain);
  };
  for (const domain of DOMAINS) await start(domain);

  const urls = forEachDomain((domain) => `http://127.0.0.1:${ports.get(domain)}`);
  const runtime = await createRuntime({
    supergraphSdl: supergraphSdl(),
    urls,
    signToken,
    clock,
    logger,
    registry: createRegistry('gateway'),
    timeoutMs: 20_000,
  });
  const gateways = new Set<TestGateway>();
  const stopping = new Set<Promise<unknown>>();

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
      const principals = createPrincipals({ directoryUrl: urls.directory, signToken, stream, pull, clock, logger });
      const live = createLive({
        runtime,
        stream,
        pull,
        clock,
        logger,
        registry: createRegistry('gateway'),
        admit: operationAdmission(runtime),
        limiter: createRateLimiter(() => clock.now().getTime()),
        principals,
        authenticate: async ({ params }) => {
          if (typeof params?.['token'] !== 'string') throw new Refusal('UNAUTHENTICATED', 'Sign in.');
          const login = params['token'];
          const principal = await principals.resolve(login);
          const actingFor = (params['actingFor'] ?? []) as string[];
          const { viewer } = viewerOf(principal, actingFor, clock.now());
          const expiresAt = new Date(clock.now().getTime() + Number(params['livesMs'] ?? 60_000));
          return { login, sessionId: null, principal, viewer, callerClass: 'AGENT', expiresAt };
        },
        origins: ['http://desk.test'],
        staggerMs: 0,
        random: systemRandom,
        ...options,
      });
      const server: Server = createServer();
      live.serve(server);
      await live.ready;
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      const sockets = new Set<Socket>();
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      const address = server.address() as AddressInfo;
      const gateway: TestGateway = {
        live,
        port: address.port,
        url: `ws://127.0.0.1:${address.port}/graphql`,
        stop: () => {
          if (!gateways.delete(gateway)) return Promise.resolve();
          const stopped = Promise.all([
            live.stop(),
            principals.stop(),
            new Promise((resolve) => server.close(resolve)),
          ]);
          stopping.add(stopped);
          return stopped.then(() => undefined);
        },
        async kill() {
          const closed = new Promise((resolve) => server.close(resolve));
          for (const socket of sockets) socket.destroy();
          await closed;
          void gateway.stop();
        },
      };
      gateways.add(gateway);
      return gateway;
    },
    stopSubgraph: stop,
    startSubgraph: start,
    async close() {
      for (const gateway of [...gateways]) void gateway.stop();
      // Ends the reads that wait for events.
      await stream.close();
      await Promise.all(stopping);
      await runtime.stop();
      await Promise.all([...running.keys()].map(stop));
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
        closeIncident: (_: unknown, { input }: { input: { id: string } }, context: TestContext) =>
          incident(input, context),
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
