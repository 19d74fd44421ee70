import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@desk/kit/process/logger';
import { DateTime } from '@desk/kit/api/scalars';
import { createRegistry, startSubgraph, type ResolverMap } from '@desk/kit/api/subgraph';
import type { Viewer } from '@desk/kit/api/viewer';
import { domainSdl } from '@desk/schema/sdl';
import { answerCalls } from './child.ts';
import { stageData } from './stage-data.ts';
import { stageIdentity, stagePrincipal } from './stage-identity.ts';

/** Where everything around a gateway under measurement answers. */
export interface StageUrls {
  directory: string;
  tickets: string;
  issuer: string;
}

const HOST = '127.0.0.1';
/** Bodies whose answers are kept. A suite has some twenty. */
const ANSWERS_MAX = 1_000;

/*
 * A process of its own: two subgraphs with the product's own SDL, the directory's route for principals, and an identity
 * provider. Each subgraph computes an answer once and keeps it by the request's body, so that what is measured is the
 * gateway before it, and every gateway meets the same subgraphs whatever its plans look like.
 */
const data = stageData();
const identity = stageIdentity();
const calls = { directory: 0, tickets: 0 };

const issuer = await listen((request, response) => {
  if (request.url === '/jwks') return sendJson(response, identity.jwks);
  return sendJson(response, {
    issuer: issuer.url,
    jwks_uri: `${issuer.url}/jwks`,
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
    code_challenge_methods_supported: ['S256'],
  });
});
const urls: StageUrls = {
  directory: await cannedSubgraph('directory', directoryResolvers()),
  tickets: await cannedSubgraph('tickets', ticketsResolvers()),
  issuer: issuer.url,
};

answerCalls({
  urls: () => urls,
  tokens: (count: number) => identity.tokens(urls.issuer, count),
  /** Requests that each subgraph has answered. */
  calls: () => calls,
});

function directoryResolvers(): ResolverMap {
  const organizations = byId(data.organizations);
  const people = byId(data.people);
  return {
    DateTime,
    Organization: { __resolveReference: ({ id }: { id: string }) => organizations.get(id) ?? null },
    Person: { __resolveReference: ({ id }: { id: string }) => people.get(id) ?? null },
  };
}

function ticketsResolvers(): ResolverMap {
  const incidents = byId(data.incidents);
  return {
    DateTime,
    Query: {
      incident: (_root: unknown, { id }: { id: string }) => incidents.get(id) ?? null,
      incidents: (_root: unknown, { first }: { first: number }) => page(data.incidents.slice(0, first)),
    },
    Incident: {
      __resolveReference: ({ id }: { id: string }) => incidents.get(id) ?? null,
      comments: ({ comments }: { comments: { nodes: unknown[] } }, { first }: { first: number }) =>
        page(comments.nodes.slice(0, first)),
    },
  };
}

function page(nodes: readonly unknown[]) {
  return { nodes, pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: 'WzFd', endCursor: 'WzUwXQ' } };
}

function byId(rows: readonly Record<string, unknown>[]): Map<unknown, Record<string, unknown>> {
  return new Map(rows.map((row) => [row['id'], row]));
}

/** A subgraph that answers from memory what it was asked before. */
async function cannedSubgraph(name: 'directory' | 'tickets', resolvers: ResolverMap): Promise<string> {
  const subgraph = await startSubgraph({
    name,
    host: HOST,
    port: 0,
    sdl: domainSdl(name),
    resolvers,
    context: () => ({}),
    verifyToken: async () => ({ purpose: 'REQUEST', viewer: VIEWER }),
    ready: async () => {},
    logger: createLogger('stage', 'silent'),
    registry: createRegistry(name),
  });
  const answers = new Map<string, Buffer>();
  const { url } = await listen((request, response) => {
    if (request.method === 'GET') return sendJson(response, answerGet(request.url ?? '/'));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls[name] += 1;
      const body = Buffer.concat(chunks).toString();
      const known = answers.get(body);
      if (known) return send(response, known);
      void compute(subgraph.url, body).then((answer) => {
        if (answers.size < ANSWERS_MAX) answers.set(body, answer);
        send(response, answer);
      });
    });
  });
  return url;
}

const VIEWER: Viewer = { id: 'bench', kind: 'PERSON', memberships: [], delegations: [], staff: true, auditor: false };

async function compute(url: string, body: string): Promise<Buffer> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer stage' };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  return Buffer.from(await answer.arrayBuffer());
}

/** The routes between services: who a login is, and an event log in which nothing has happened yet. */
function answerGet(url: string): unknown {
  const { pathname, searchParams } = new URL(url, `http://${HOST}`);
  if (pathname === '/principals') return { principal: stagePrincipal(searchParams.get('login') ?? '') };
  if (pathname === '/events') return { events: [], head: { epoch: 1, pos: 0 } };
  return { status: 'ready' };
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, Buffer.from(JSON.stringify(value)));
}

function send(response: ServerResponse, body: Buffer): void {
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
    .end(body);
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer({ keepAliveTimeout: 120_000 }, handle);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return { server, url: `http://${HOST}:${(server.address() as AddressInfo).port}` };
}
