import { Pool } from 'undici';
import { answerCalls } from './child.ts';
import { percentile } from './ratio.ts';

/** What to send, over and over, in this order. */
export interface LoadRequests {
  url: string;
  body: string;
  /** One request for each, so that no gateway can answer two callers with one call to a subgraph. */
  authorizations: readonly string[];
  connections: number;
  /** Bytes of every answer; another length counts as a failure. Null takes any. */
  answerBytes: number | null;
}

/** What a slice of load did. Times are in milliseconds. */
export interface LoadResult {
  completed: number;
  failed: number;
  ms: number;
  p50: number;
  p99: number;
  /** The first answer that was not as it should be. */
  failure: string | null;
}

/** How much of a wrong answer is shown from either end. */
const END_CHARACTERS = 400;

/*
 * A load generator in a process of its own: so many connections, each sending its next request when the last was answered.
 */
const pools = new Map<string, Pool>();
/** Goes on from slice to slice, so that no caller asks more often than the others: each has a rate of its own. */
let next = 0;

answerCalls({
  run: ({ requests, ms }: { requests: LoadRequests; ms: number }) => run(requests, ms),
  /** One request, for comparing answers. */
  ask: async ({ requests, index }: { requests: LoadRequests; index: number }) => (await send(requests, index)).text,
});

async function run(requests: LoadRequests, ms: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + ms;
  let failed = 0;
  let failure: string | null = null;
  const connection = async () => {
    while (performance.now() < end) {
      const begun = performance.now();
      const { status, text } = await send(requests, next++);
      latencies.push(performance.now() - begun);
      if (status === 200 && (requests.answerBytes === null || Buffer.byteLength(text) === requests.answerBytes))
        continue;
      failed += 1;
      failure ??= `${status} ${shortened(text)}`;
    }
  };
  await Promise.all(Array.from({ length: requests.connections }, connection));
  return {
    completed: latencies.length - failed,
    failed,
    ms: performance.now() - start,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    failure,
  };
}

async function send(requests: LoadRequests, index: number): Promise<{ status: number; text: string }> {
  const { origin, pathname } = new URL(requests.url);
  const authorization = requests.authorizations[index % requests.authorizations.length] ?? '';
  const { statusCode, body } = await poolOf(origin, requests.connections).request({
    path: pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: requests.body,
  });
  return { status: statusCode, text: await body.text() };
}

/** Both ends of a text: what is wrong with an answer often stands last. */
function shortened(text: string): string {
  return text.length <= 2 * END_CHARACTERS
    ? text
    : `${text.slice(0, END_CHARACTERS)} ... ${text.slice(-END_CHARACTERS)}`;
}

function poolOf(origin: string, connections: number): Pool {
  const pool = pools.get(origin) ?? new Pool(origin, { connections, keepAliveTimeout: 60_000 });
  pools.set(origin, pool);
  return pool;
}
