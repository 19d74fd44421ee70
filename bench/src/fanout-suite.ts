import { setTimeout as delay } from 'node:timers/promises';
import { startChild, type Child } from './child.ts';
import { cpuNs, memoryMb } from './cpu.ts';
import { stageEnv } from './gateway-suite.ts';
import { short, shortFigure, shortRatio, type Outcome, type Table } from './outcome.ts';
import { peerServer, peerVersions } from './peer.ts';
import { profileOf } from './profile.ts';
import { figureOf, ratioOf, type Goal } from './ratio.ts';
import { interleave } from './slices.ts';
import type { StageUrls } from './stage.ts';
import type { Arrivals } from './swarm.ts';

/** What every subscriber asks for: some 750 bytes, with records of both subgraphs. */
const SUBSCRIPTION = `subscription {
  incidentUpdates {
    cursor kind at actor { principalId kind } changedFields version incidentId
    incident { number version title description state priority impact urgency updatedAt organization { name code } }
  }
}`.replace(/\s+/g, ' ');

/** Wanted: the CPU of a raw send for one delivery, over ours. */
const RAW_GOAL = 0.8;
const PACED_SUBSCRIBERS = 1_000;
const PACED_EVENTS_PER_SECOND = 5;
const P99_MS_GOAL = 500;
const EVENTS = 10;
const SHAPES = { single: 'one event at a time', burst: `bursts of ${EVENTS}` } as const;
type Shape = keyof typeof SHAPES;
const NS_PER_US = 1e3;
/** How long a server may take to know all subscribers, in milliseconds. */
const SUBSCRIBED_MS_MAX = 30_000;
const POLL_MS = 50;

/** How many, how long and how often. */
export interface FanoutPlan {
  subscribers: readonly number[];
  rounds: number;
  pacedSeconds: number;
  profile: boolean;
}

/** A server under measurement: how it is told to publish, and what each of its messages holds. */
interface Broadcaster {
  name: string;
  child: Child;
  url: string;
  publish(events: number): Promise<number[]>;
  subscribed(): Promise<number>;
}

interface Slice {
  /** CPU time of the server for one delivered message, in microseconds. */
  cpuUs: number;
  /** From publishing to the arrival at the last subscriber. */
  lastMs: number;
}

interface Bench {
  swarm: Child;
  desk: Broadcaster;
  peers: Broadcaster[];
  tokens: readonly string[];
}

/**
 * CPU per delivered message of the product's gateway, which executes each event once through both subgraphs, beside a raw
 * send of the same bytes and beside stock graphql-ws, which executes for each subscriber. All with distinct operation ids.
 */
export async function fanoutSuite(plan: FanoutPlan): Promise<Outcome> {
  const children: Child[] = [];
  const start = async (options: Parameters<typeof startChild>[0]) => {
    const child = await startChild(options);
    children.push(child);
    return child;
  };
  try {
    const stage = await start({ file: 'src/stage.ts', core: 1 });
    const env = stageEnv(await stage.call<StageUrls>('urls'));
    const tokens = await stage.call<string[]>('tokens', Math.max(...plan.subscribers, PACED_SUBSCRIBERS));
    const product = await start({ file: 'src/product-gateway.ts', core: 0, env, quiet: true });
    const swarm = await start({ file: 'src/swarm.ts', core: 1 });
    const desk = await deskBroadcaster(product);
    const payloads = await samplePayloads(swarm, desk, tokens);
    const peers = [];
    for (const peer of ['ws', 'graphql-ws'] as const) {
      peers.push(await peerBroadcaster(peer, await start({ file: peerServer(peer), core: 0 }), payloads));
    }
    return await measureAll(plan, { swarm, desk, peers, tokens });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

async function measureAll(plan: FanoutPlan, bench: Bench): Promise<Outcome> {
  const cpu: Table = {
    title: 'CPU per delivery, us: median/best xspread',
    columns: ['raw ws', 'graphql-ws', 'desk', 'raw/desk', 'graphql-ws/desk', 'last message ms, raw', 'desk'],
    rows: [],
  };
  const goals: Goal[] = [];
  const slices: Record<string, number[]> = {};
  const profiles: Table[] = [];
  for (const subscribers of plan.subscribers) {
    const crowd = await openCrowds(bench, subscribers);
    for (const shape of Object.keys(SHAPES) as Shape[]) {
      const measured = await interleave(crowd.contenders(shape), plan.rounds);
      const us = (name: string) => (measured[name] ?? []).map(({ cpuUs }) => cpuUs);
      const last = (name: string) => short(figureOf((measured[name] ?? []).map(({ lastMs }) => lastMs)).median);
      const [raw, graphqlWs, desk] = [us('ws'), us('graphql-ws'), us('desk')];
      cpu.rows.push({
        name: `${subscribers} subscribers, ${SHAPES[shape]}`,
        cells: [
          ...[raw, graphqlWs, desk].map(shortFigure),
          shortRatio(raw, desk),
          shortRatio(graphqlWs, desk),
          last('ws'),
          last('desk'),
        ],
      });
      goals.push({
        name: `${subscribers} subscribers, ${SHAPES[shape]}: times raw ws`,
        figure: ratioOf(raw, desk),
        bound: { atLeast: RAW_GOAL },
      });
      for (const name of ['ws', 'graphql-ws', 'desk']) slices[`${subscribers}.${shape}.${name}.cpuUs`] = us(name);
    }
    const ours = crowd.contenders('single').find(({ name }) => name === 'desk');
    if (plan.profile && ours)
      profiles.push(...(await profileOf(bench.desk.child, `desk, ${subscribers} subscribers`, () => ours.slice())));
    await crowd.close();
  }
  const paced = await measurePaced(plan, bench);
  return {
    suite: 'fanout',
    tables: [...profiles, cpu, ...paced.tables],
    goals: [...goals, ...paced.goals],
    slices,
    peers: [...peerVersions('ws'), ...peerVersions('graphql-ws')],
  };
}

async function openCrowds({ swarm, desk, peers, tokens }: Bench, subscribers: number) {
  const all = [...peers, desk];
  for (const server of all) await openCrowd(swarm, server, tokens.slice(0, subscribers));
  const contenders = (shape: Shape) =>
    all.map((server) => ({ name: server.name, slice: () => deliver(swarm, server, shape) }));
  // Once for nothing: code is compiled, sockets have grown.
  for (const shape of Object.keys(SHAPES) as Shape[]) for (const { slice } of contenders(shape)) await slice();
  return {
    contenders,
    async close() {
      for (const server of all) await closeCrowd(swarm, server);
    },
  };
}

/** Events at a steady pace, as on a busy day: how long until the last subscribers know, and what it took in all. */
async function measurePaced(
  { pacedSeconds }: FanoutPlan,
  { swarm, desk, tokens }: Bench,
): Promise<Pick<Outcome, 'tables' | 'goals'>> {
  await openCrowd(swarm, desk, tokens.slice(0, PACED_SUBSCRIBERS));
  const events = pacedSeconds * PACED_EVENTS_PER_SECOND;
  const figures = () => desk.child.call<Record<string, number>>('figures');
  const before = await figures();
  const cpuBefore = cpuNs(desk.child.pid);
  await swarm.call('expect', { name: desk.name, messages: events, timed: true });
  const published: number[] = [];
  for (let n = 0; n < events; n++) {
    const next = delay(1_000 / PACED_EVENTS_PER_SECOND);
    published.push(...(await desk.publish(1)));
    await next;
  }
  const arrivals = await swarm.call<Arrivals>('arrivals', { name: desk.name, published });
  const cpuUs = (cpuNs(desk.child.pid) - cpuBefore) / NS_PER_US / arrivals.messages;
  const after = await figures();
  const grown = (name: string) => (after[name] ?? NaN) - (before[name] ?? 0);
  const memory = memoryMb(desk.child.pid);
  await closeCrowd(swarm, desk);
  const exact = (name: string, value: number): Goal => ({
    name,
    figure: { median: value, best: value },
    bound: { atMost: 1 },
  });
  return {
    tables: [
      {
        title: `${PACED_SUBSCRIBERS} subscribers, ${PACED_EVENTS_PER_SECOND} events/s`,
        columns: ['p50 ms', 'p99 ms', 'max ms', 'CPU us per delivery', 'executions', 'texts', 'events', 'MB'],
        rows: [
          {
            name: 'desk',
            cells: [
              ...[arrivals.p50, arrivals.p99, arrivals.max, cpuUs].map(short),
              ...[grown('live_executions_total'), grown('live_stringifies_total'), events].map(String),
              short(memory.resident),
            ],
          },
        ],
      },
    ],
    goals: [
      {
        name: `p99 with ${PACED_SUBSCRIBERS} subscribers and ${PACED_EVENTS_PER_SECOND} events/s, ms`,
        figure: { median: arrivals.p99, best: arrivals.p99 },
        bound: { atMost: P99_MS_GOAL },
      },
      exact('executions for each event and group', grown('live_executions_total') / events),
      exact('texts made for each event and group', grown('live_stringifies_total') / events),
    ],
  };
}

/** So many events, at once or each after the last has reached everybody. */
async function deliver(swarm: Child, server: Broadcaster, shape: Shape): Promise<Slice> {
  const [turns, messages] = shape === 'burst' ? [1, EVENTS] : [EVENTS, 1];
  const before = cpuNs(server.child.pid);
  const all: Arrivals[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await swarm.call('expect', { name: server.name, messages, timed: true });
    const published = await server.publish(messages);
    all.push(await swarm.call<Arrivals>('arrivals', { name: server.name, published }));
  }
  const delivered = all.reduce((sum, arrivals) => sum + arrivals.messages, 0);
  return {
    cpuUs: (cpuNs(server.child.pid) - before) / NS_PER_US / delivered,
    lastMs: figureOf(all.map(({ max }) => max)).median,
  };
}

async function openCrowd(swarm: Child, server: Broadcaster, tokens: readonly string[]): Promise<void> {
  await swarm.call('open', { name: server.name, url: server.url, tokens, query: SUBSCRIPTION });
  await until(async () => (await server.subscribed()) === tokens.length);
}

async function closeCrowd(swarm: Child, server: Broadcaster): Promise<void> {
  await swarm.call('close', server.name);
  await until(async () => (await server.subscribed()) === 0);
}

/** Real messages of the product, so that the peers send exactly the same bytes. */
async function samplePayloads(swarm: Child, desk: Broadcaster, tokens: readonly string[]): Promise<string[]> {
  await openCrowd(swarm, desk, tokens.slice(0, 1));
  await swarm.call('expect', { name: desk.name, messages: 1, timed: false });
  await swarm.call('arrivals', { name: desk.name, published: await desk.publish(1) });
  const payload = await swarm.call<string>('sample', desk.name);
  if (payload.includes('"errors"')) throw new Error(`The desk delivered ${payload}`);
  await closeCrowd(swarm, desk);
  return [payload];
}

async function deskBroadcaster(child: Child): Promise<Broadcaster> {
  return {
    name: 'desk',
    child,
    url: await child.call<string>('url'),
    publish: (events) => child.call('publish', { events }),
    subscribed: async () => (await child.call<Record<string, number>>('figures'))['live_subscriptions'] ?? 0,
  };
}

async function peerBroadcaster(name: string, child: Child, payloads: readonly string[]): Promise<Broadcaster> {
  const [payload] = payloads;
  return {
    name,
    child,
    url: await child.call<string>('url'),
    publish: (events) => child.call('publish', { payloads: Array.from({ length: events }, () => payload) }),
    subscribed: () => child.call<number>('subscribers'),
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += POLL_MS) {
    if (waited > SUBSCRIBED_MS_MAX) throw new Error('The subscribers did not all arrive, or leave.');
    await delay(POLL_MS);
  }
}
