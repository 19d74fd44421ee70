import type { LoadMeter } from '@desk/gateway/limits/load-shedding';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Principal } from '@desk/directory/principal/principal';
import type { GatewayConfig } from '@desk/gateway/config';
import { createGateway, type RunningGateway } from '@desk/gateway/gateway';
import { systemTime } from '@desk/kit/time/time-source';
import { Refusal } from '@desk/kit/api/errors';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import {
  createRegistry,
  startSubgraph,
  type RequestContext,
  type ResolverMap,
  type RunningServer,
} from '@desk/kit/api/subgraph';
import { generateTokenKeys, tokenSigner, tokenVerifier, type TokenKeys } from '@desk/kit/api/token';
import { DEMO_PEOPLE } from '@desk/local/issuer/demo-people';
import { generateIssuerKey, startIssuer, type RunningIssuer } from '@desk/local/issuer/issuer';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { domainSdl } from '@desk/schema/sdl';

/** A gateway as a process would run it, over a small real subgraph for each domain, with a real issuer to sign in at. */
export interface GatewayGround {
  gateway: RunningGateway;
  /** Where the gateway answers, as browsers name it. */
  url: string;
  issuer: RunningIssuer;
  /** The issuer's private key: for tokens that are wrong in one thing. */
  issuerKey: Awaited<ReturnType<typeof generateIssuerKey>>;
  audience: string;
  /** Principals by login, as the directory answers. */
  people: Map<string, Principal>;
  /** Operations that reached a subgraph, by name of the root field. */
  calls: Map<string, number>;
  /** What the gateway logged, one object a line. */
  logged: Record<string, unknown>[];
  /** The line about a request, once it is written: that is after the answer. */
  requestLine(requestId: string): Promise<Record<string, unknown>>;
  /** An access token of one of the demo people, or of the client `demo-partner`. */
  token(login: string): Promise<string>;
  /** Sends an operation with a bearer token, or with the given headers alone. */
  ask(query: string, options?: Partial<AskOptions>): Promise<GatewayAnswer>;
  /** Resolves when a query for the incident `inc_slow` has reached its service; `release` lets it be answered. */
  slowQuery: { arrived: Promise<void>; release: () => void };
  stopIssuer(): Promise<void>;
  stopTickets(): Promise<void>;
  close(): Promise<void>;
}

export interface AskOptions {
  /** The login that asks; null for none. */
  as: string | null;
  variables: Record<string, unknown>;
  operationName: string;
  headers: Record<string, string>;
}

export interface GatewayAnswer {
  status: number;
  headers: Headers;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> & { code: string } }[];
  extensions?: Record<string, unknown>;
}

const AUDIENCE = 'https://desk.example/api';
const PARTNER = { id: 'demo-partner', secret: 'a secret for tests' };

/** What a test brings in place of the defaults. */
export interface GroundOptions {
  config?: Partial<GatewayConfig>;
  load?: LoadMeter;
  demo?: boolean;
  /** What the subgraphs of some domains answer. */
  resolvers?: Partial<Record<Domain, ResolverMap>>;
}

/** Starts everything on ports of its own. */
export async function startGatewayGround(options: GroundOptions = {}): Promise<GatewayGround> {
  const keys = await generateTokenKeys();
  const stream = new MemoryStream();
  const people = new Map(PEOPLE.map((principal) => [principal.id.replace('per_', ''), principal]));
  people.set(PARTNER.id, buildPrincipal('cli_demo', ['PARTNER', 'PARTNER_CLIENT'], { kind: 'CLIENT' }));
  const calls = new Map<string, number>();
  const [arrived, released] = [signal(), signal()];
  const small = smallResolvers(
    (field) => calls.set(field, (calls.get(field) ?? 0) + 1),
    async () => {
      arrived.give();
      await released.given;
    },
  );
  const subgraphs = await startSubgraphs({ ...small, ...options.resolvers }, people, keys.verify);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const issuerKey = await generateIssuerKey();
  const issuer = await startTestIssuer(url, issuerKey);
  const log = new LogLines();
  const gateway = await createGateway(
    {
      host: '127.0.0.1',
      port,
      publicUrl: url,
      subgraphs: forEachDomain((domain) => subgraphs[domain].url),
      signIn: {
        issuer: issuer.url,
        clientId: 'desk',
        clientSecret: 'the desk’s own',
        sessionSecrets: ['thirty-two bytes and a few more of them'],
        audience: AUDIENCE,
        demo: options.demo ?? true,
      },
      ...PLAIN,
      ...options.config,
    },
    {
      time: systemTime,
      random: systemRandom,
      logger: createLogger('gateway', 'info', { write: (line) => log.write(line) }),
      stream,
      pull: async () => ({ events: [], head: { epoch: 1, pos: 0 } }),
      signToken: await tokenSigner(keys.signing, systemTime),
      ...(options.load ? { load: options.load } : {}),
    },
  );
  const token = (login: string) => accessToken(issuer.url, login);

  return {
    gateway,
    url,
    issuer,
    issuerKey,
    audience: AUDIENCE,
    people,
    calls,
    logged: log.lines,
    requestLine: (requestId) => log.requestLine(requestId),
    token,
    ask: (query, asked) => ask({ url, token }, query, asked),
    slowQuery: { arrived: arrived.given, release: released.give },
    stopIssuer: () => issuer.stop(),
    stopTickets: () => subgraphs.tickets.stop(),
    async close() {
      await gateway.stop();
      await stream.close();
      await Promise.all([...Object.values(subgraphs).map((server) => server.stop()), issuer.stop()]);
    },
  };
}

const PLAIN = { allowedOrigins: [], portalDirectory: null, shutdownMs: 1 };
const SILENT = createLogger('test', process.env['TEST_LOG_LEVEL'] ?? 'silent');

async function startSubgraphs(
  resolvers: Partial<Record<Domain, ResolverMap>>,
  people: ReadonlyMap<string, Principal>,
  verify: TokenKeys['verify'],
): Promise<Record<Domain, RunningServer>> {
  const serve = (domain: Domain) =>
    startSubgraph<RequestContext>({
      name: domain,
      host: '127.0.0.1',
      port: 0,
      sdl: domainSdl(domain),
      resolvers: resolvers[domain] ?? {},
      context: (request) => request,
      verifyToken: tokenVerifier(verify, domain, systemTime),
      ready: async () => {},
      logger: SILENT,
      registry: createRegistry(domain),
      routes: (app) =>
        void app.get<{ Querystring: { login: string } }>('/principals', async ({ query }) => ({
          principal: people.get(query.login) ?? null,
        })),
    });
  const served = await Promise.all(DOMAINS.map(async (domain) => [domain, await serve(domain)] as const));
  return Object.fromEntries(served) as Record<Domain, RunningServer>;
}

function forEachDomain<Value>(make: (domain: Domain) => Value): Record<Domain, Value> {
  return Object.fromEntries(DOMAINS.map((domain) => [domain, make(domain)])) as Record<Domain, Value>;
}

function startTestIssuer(
  url: string,
  signingKey: Awaited<ReturnType<typeof generateIssuerKey>>,
): Promise<RunningIssuer> {
  return startIssuer({
    host: '127.0.0.1',
    port: 0,
    people: DEMO_PEOPLE,
    clients: [
      { id: 'desk', grant: 'authorization_code', secret: 'the desk’s own', redirectUris: [`${url}/sign-in/callback`] },
      { ...PARTNER, grant: 'client_credentials' },
    ],
    audience: AUDIENCE,
    signingKey,
    time: systemTime,
    logger: SILENT,
  });
}

async function ask(
  { url, token }: Pick<GatewayGround, 'url' | 'token'>,
  query: string,
  { as = 'sam', variables, operationName, headers = {} }: Partial<AskOptions> = {},
): Promise<GatewayAnswer> {
  const authorization = as === null ? {} : { authorization: `Bearer ${await token(as)}` };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return { status: answer.status, headers: answer.headers, ...((await answer.json()) as object) };
}

/** An access token of one of the demo people, or of the partner's client. */
async function accessToken(issuerUrl: string, login: string): Promise<string> {
  const basic = `Basic ${Buffer.from(`${PARTNER.id}:${PARTNER.secret}`).toString('base64')}`;
  const answer = await (login === PARTNER.id
    ? fetch(`${issuerUrl}/token`, {
        method: 'POST',
        headers: { authorization: basic },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    : fetch(`${issuerUrl}/demo/token/${login}`));
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** The gateway's log, one object a line. */
class LogLines {
  readonly lines: Record<string, unknown>[] = [];
  readonly #waiting = new Set<() => void>();

  write(line: string): void {
    this.lines.push(JSON.parse(line) as Record<string, unknown>);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** The line about a request, once it is written. */
  async requestLine(requestId: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.lines.find((found) => found['msg'] === 'request' && found['requestId'] === requestId);
      if (line) return line;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }
}

/** A port that nothing listens on: what knows its own address before it starts needs one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

type Membership = Principal['memberships'][number];

function buildPrincipal(
  id: string,
  [organizationType, role]: [Membership['organizationType'], Membership['roles'][number]],
  more: Partial<Principal> = {},
): Principal {
  return {
    id,
    kind: 'PERSON',
    name: `Name of ${id}`,
    active: true,
    language: 'EN',
    timeZone: 'America/Toronto',
    version: 1,
    memberships: [{ organizationId: `org_${organizationType.toLowerCase()}`, organizationType, roles: [role] }],
    authorizations: [],
    ...more,
  };
}

const PEOPLE = [
  buildPrincipal('per_lena', ['LDC', 'LDC_USER']),
  buildPrincipal('per_sam', ['SME', 'SME_ANALYST']),
  buildPrincipal('per_lou', ['SME', 'SME_TRAINING'], { active: false }),
  buildPrincipal('per_aga', ['AGENT', 'AGENT_USER'], {
    authorizations: ['org_a', 'org_b'].map((organizationId) => ({
      id: `aut_${organizationId}`,
      organizationId,
      scopes: ['TICKETS_READ'],
      validFrom: '2020-01-01T00:00:00.000Z',
      validTo: '2099-01-01T00:00:00.000Z',
    })),
  }),
];

/** Enough of each domain for a request to mean something. Ids of incidents say what happens: see the cases. */
function smallResolvers(
  called: (field: string) => void,
  slow: () => Promise<void>,
): Partial<Record<Domain, ResolverMap>> {
  const incident = async (id: string) => {
    called('incident');
    if (id === 'inc_slow') await slow();
    if (id === 'inc_missing') return null;
    if (id === 'inc_broken') throw new Error('the password of db.internal is hunter2');
    if (id === 'inc_changed') throw new Refusal('CONFLICT', 'Somebody changed it first.', { currentVersion: 7 });
    return { id, number: 'INC-000001', title: `About ${id}`, version: 1 };
  };
  return {
    directory: {
      Query: {
        me: (_: unknown, __: unknown, { viewer }: RequestContext) => {
          called('me');
          const { id, kind, delegations } = viewer;
          const actingFor = delegations.map(({ organizationId }) => ({ id: organizationId, code: organizationId }));
          return { id, kind, name: `Name of ${id}`, language: 'EN', timeZone: 'America/Toronto', actingFor };
        },
      },
    },
    tickets: {
      Query: { incident: (_: unknown, { id }: { id: string }) => incident(id) },
      Mutation: { createIncident: async () => ({ incident: await incident('inc_new'), replayed: false }) },
    },
  };
}
