import { ManualClock } from '@desk/kit/clock';
import { systemRandom } from '@desk/kit/ids';
import { createLogger } from '@desk/kit/logger';
import { MemoryStream } from '@desk/kit/memory-stream';
import type { PullEvents } from '@desk/kit/pull';
import type { Dependencies, ServiceConfig } from '@desk/kit/service';
import type { EventStream } from '@desk/kit/stream';
import { generateTokenKeys, tokenSigner, tokenVerifier, type SignToken } from '@desk/kit/token';
import type { Viewer } from '@desk/kit/viewer';
import { randomUUID } from 'node:crypto';

/** What a service under test stands on: the real engine, a clock that the test moves, and a stream in process. */
export interface TestGround {
  clock: ManualClock;
  stream: EventStream;
  sign: SignToken;
  /** Settings for a service with a database of its own. */
  config: ServiceConfig;
  deps(service: string): Dependencies;
}

/** Ground for services under test, at an instant. */
export async function testGround(now: string, pull: PullEvents = nothingToPull): Promise<TestGround> {
  const clock = new ManualClock(now);
  const keys = await generateTokenKeys();
  const sign = await tokenSigner(keys.signing, clock);
  const stream = new MemoryStream();
  return {
    clock,
    stream,
    sign,
    config: { host: '127.0.0.1', port: 0, mongodbUri: mongodbUri(), database: `test_${randomUUID().slice(0, 8)}` },
    deps: (service) => ({
      clock,
      random: systemRandom,
      logger: createLogger(service, process.env['TEST_LOG_LEVEL'] ?? 'silent'),
      stream,
      pull,
      signToken: sign,
      verifyToken: tokenVerifier(keys.verify, service, clock),
    }),
  };
}

/** The answer to a GraphQL request. */
export interface Answer<Data> {
  data: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; [detail: string]: unknown } }[];
}

/** Asks one subgraph as a viewer, with a token as the gateway would sign it. */
export type Ask = <Data = Record<string, unknown>>(
  viewer: Viewer,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** A client of the subgraph at an address. */
export function subgraphClient(url: string, service: string, sign: SignToken): Ask {
  return async (viewer, query, variables = {}) => {
    const token = await sign(service, { purpose: 'REQUEST', viewer });
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as never;
  };
}

/** A viewer with what matters to a test. */
export function buildViewer(viewer: Partial<Viewer> & { id: string }): Viewer {
  return { kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false, ...viewer };
}

const nothingToPull: PullEvents = async () => ({ events: [], head: { epoch: 1, pos: 0 } });

function mongodbUri(): string {
  const uri = process.env['MONGODB_URI'];
  if (!uri) throw new Error('MONGODB_URI is not set: tests run under Jest, whose set-up starts the engine.');
  return uri;
}
