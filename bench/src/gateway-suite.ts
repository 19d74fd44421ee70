import { canonicalJson } from '@desk/kit/process/ids';
import { startChild, type Child } from './child.ts';
import { cpuNs, memoryMb } from './cpu.ts';
import { bodyOf, GATEWAY_QUERIES, type GatewayQuery } from './gateway-queries.ts';
import type { LoadRequests, LoadResult } from './load.ts';
import { short, shortFigure, shortRatio, type Outcome, type Table } from './outcome.ts';
import { peerServer, peerVersions } from './peer.ts';
import { profileOf } from './profile.ts';
import { median, percentile, ratioOf, type Goal } from './ratio.ts';
import { interleave } from './slices.ts';
import type { StageUrls } from './stage.ts';

/** Wanted: the CPU of a stock gateway for one request, over ours. */
const GOALS: Partial<Record<GatewayQuery, number>> = { point: 4, twoHop: 1.8, nested: 3 };

const CONNECTIONS = 50;
const CALLERS = 2_000;
const VERIFY_TIMES = 3;
const WARM_UP_SLICES_MAX = 20;
const NS_PER_MS = 1e6;

/** How long and how often. */
export interface GatewayPlan {
  queries: readonly GatewayQuery[];
  rounds: number;
  sliceMs: number;
  warmUpMs: number;
  profile: boolean;
}

interface Target {
  name: string;
  child: Child;
  url: string;
}

interface Slice extends LoadResult {
  /** CPU time of the gateway for one request, in milliseconds. */
  cpuMs: number;
}

/**
 * CPU per request of the product's gateway, with its sign-in, limits and logs, beside a stock one, before the same two
 * subgraphs. Every answer of the two must be the same, before and after.
 */
export async function gatewaySuite(plan: GatewayPlan): Promise<Outcome> {
  const children: Child[] = [];
  const start = async (options: Parameters<typeof startChild>[0]) => {
    const child = await startChild(options);
    children.push(child);
    return child;
  };
  try {
    const stage = await start({ file: 'src/stage.ts', core: 1 });
    const urls = await stage.call<StageUrls>('urls');
    const tokens = await stage.call<string[]>('tokens', CALLERS);
    const env = stageEnv(urls);
    const product = await start({ file: 'src/product-gateway.ts', core: 0, env, quiet: true });
    const stock = await start({ file: peerServer('stock'), core: 0, env });
    const load = await start({ file: 'src/load.ts', core: 1 });
    const targets = await Promise.all(
      [
        { name: 'stock', child: stock },
        { name: 'desk', child: product },
      ].map(async ({ name, child }) => ({
        name,
        child,
        url: await child.call<string>('url'),
      })),
    );
    const authorizations = tokens.map((token) => `Bearer ${token}`);
    return await measureAll(plan, { targets, load, stage, authorizations });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** What a gateway child is told of the stage. */
export function stageEnv(urls: StageUrls): Record<string, string> {
  return {
    SUPERGRAPH: 'schema/supergraph.graphql',
    DIRECTORY_URL: urls.directory,
    TICKETS_URL: urls.tickets,
    OIDC_ISSUER: urls.issuer,
  };
}

interface Bench {
  targets: readonly Target[];
  load: Child;
  stage: Child;
  authorizations: readonly string[];
}

/** A gateway answered some requests with something else than their data. */
class FailedSlice extends Error {}

async function measureAll(plan: GatewayPlan, bench: Bench): Promise<Outcome> {
  const cpu: Table = {
    title: 'CPU per request, ms: median/best xspread',
    columns: ['stock', 'desk', 'stock/desk'],
    rows: [],
  };
  const wall: Table = {
    title: 'beside it',
    columns: ['stock req/s', 'desk req/s', 'stock p50/p99 ms', 'desk p50/p99 ms', 'calls stock', 'calls desk'],
    rows: [],
  };
  const goals: Goal[] = [];
  const slices: Record<string, number[]> = {};
  const profiles: Table[] = [];
  for (const query of plan.queries) {
    const wanted = GOALS[query];
    const measured = await measureQuery(query, plan, bench).catch((error: unknown) => {
      // One query that fails is a goal that is missed; the others are measured all the same.
      if (!(error instanceof FailedSlice)) throw error;
      console.error(error.message);
      return null;
    });
    if (!measured) {
      const figure = { median: NaN, best: NaN };
      goals.push({ name: `${query}: answers without failures`, figure, bound: { atLeast: wanted ?? 1 } });
      continue;
    }
    const { stock, desk, calls, profile } = measured;
    profiles.push(...profile);
    const [stockMs, deskMs] = [stock, desk].map((measured) => measured.map(({ cpuMs }) => cpuMs)) as [
      number[],
      number[],
    ];
    cpu.rows.push({ name: query, cells: [shortFigure(stockMs), shortFigure(deskMs), shortRatio(stockMs, deskMs)] });
    wall.rows.push({
      name: query,
      cells: [rate(stock), rate(desk), latency(stock), latency(desk), ...calls.map((count) => String(count))],
    });
    if (wanted !== undefined) {
      goals.push({ name: `${query}: times stock`, figure: ratioOf(stockMs, deskMs), bound: { atLeast: wanted } });
    }
    slices[`${query}.stock.cpuMs`] = stockMs;
    slices[`${query}.desk.cpuMs`] = deskMs;
  }
  const memory: Table = {
    title: 'memory, MB',
    columns: ['now', 'peak'],
    rows: bench.targets.map(({ name, child }) => {
      const { resident, peak } = memoryMb(child.pid);
      return { name, cells: [short(resident), short(peak)] };
    }),
  };
  return { suite: 'gateway', tables: [...profiles, cpu, wall, memory], goals, slices, peers: peerVersions('stock') };
}

async function measureQuery(
  query: GatewayQuery,
  { rounds, sliceMs, warmUpMs, profile }: GatewayPlan,
  { targets, load, stage, authorizations }: Bench,
): Promise<{ stock: Slice[]; desk: Slice[]; calls: number[]; profile: Table[] }> {
  const asked: { target: Target; requests: LoadRequests }[] = targets.map((target) => ({
    target,
    requests: {
      url: target.url,
      body: bodyOf(query),
      authorizations,
      connections: CONNECTIONS,
      answerBytes: null,
    },
  }));
  const verify = async () => {
    const answers: string[] = [];
    for (const { requests } of asked) {
      const text = await load.call<string>('ask', { requests, index: answers.length });
      requests.answerBytes = Buffer.byteLength(text);
      answers.push(dataOf(text));
    }
    if (new Set(answers).size !== 1) throw new Error(`The answers to ${query} differ:\n${answers.join('\n')}`);
  };
  for (let times = 0; times < VERIFY_TIMES; times++) await verify();
  const calls = [];
  for (const { requests } of asked)
    calls.push(await subgraphCalls(stage, () => load.call('ask', { requests, index: 5 })));
  for (const { requests } of asked) await warmUp(load, requests, warmUpMs);

  const contenders = asked.map(({ target, requests }) => ({
    name: target.name,
    child: target.child,
    async slice(): Promise<Slice> {
      const before = cpuNs(target.child.pid);
      const result = await load.call<LoadResult>('run', { requests, ms: sliceMs });
      if (result.failed > 0)
        throw new FailedSlice(`${target.name} failed ${result.failed} times at ${query}: ${result.failure}`);
      return { ...result, cpuMs: (cpuNs(target.child.pid) - before) / NS_PER_MS / result.completed };
    },
  }));
  const { stock = [], desk = [] } = await interleave(contenders, rounds);
  // After the slices, which a profiler would slow down.
  const ours = contenders.find(({ name }) => name === 'desk');
  const tables = profile && ours ? await profileOf(ours.child, `desk, ${query}`, () => ours.slice()) : [];
  await verify();
  return { stock, desk, calls, profile: tables };
}

/** Until the code is compiled and every caller has asked once: the gateway looks a caller up the first time only. */
async function warmUp(load: Child, requests: LoadRequests, ms: number): Promise<void> {
  let completed = 0;
  for (let slices = 0; completed < CALLERS && slices < WARM_UP_SLICES_MAX; slices++) {
    completed += (await load.call<LoadResult>('run', { requests, ms })).completed;
  }
}

/** The data of an answer in one spelling. Anything but data, and our own extension, is a failure. */
function dataOf(text: string): string {
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
  if (errors || !data) throw new Error(`A gateway answered ${text.slice(0, 1_000)}`);
  return canonicalJson(data);
}

async function subgraphCalls(stage: Child, work: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const { directory, tickets } = await stage.call<{ directory: number; tickets: number }>('calls');
    return directory + tickets;
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

function rate(measured: readonly Slice[]): string {
  return short(median(measured.map(({ completed, ms }) => (completed * 1_000) / ms)));
}

function latency(measured: readonly Slice[]): string {
  const of = (values: number[]) => short(percentile(values, 0.5));
  return `${of(measured.map(({ p50 }) => p50))}/${of(measured.map(({ p99 }) => p99))}`;
}

/** The names of all queries. */
export const ALL_QUERIES = Object.keys(GATEWAY_QUERIES) as GatewayQuery[];
