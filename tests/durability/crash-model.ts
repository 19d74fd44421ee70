/**
 * Runs the durable write through crashes: a schedule is a seed, which decides who moves at each step, and a list of
 * faults. Both together replay exactly. README.md says how to read the model and what it leaves out.
 */
import {
  chainHash,
  consumer,
  drainer,
  emptyWorld,
  publisher,
  request,
  type Aggregate,
  type Answer,
  type LogEntry,
  type Operation,
  type Steps,
  type World,
} from './durable-write-model.ts';
import type { Variant } from './variant.ts';

/** Runs one schedule to rest and says which promises it broke, with every step and fault on the way. */
export function replay(variant: Variant, seed: number, faults: readonly Fault[]): Replay {
  const trace: string[] = [];
  const outcome = runSchedule(variant, { seed, faults }, (run, line) => trace.push(`${run.step} ${line}`));
  return { ...outcome, trace };
}

/**
 * Runs the given schedules to rest and counts those that broke each promise. With `until` it stops at the first that
 * breaks this one.
 */
export function explore(variant: Variant, schedules: Iterable<Schedule>, until?: Violation): Report {
  const report: Report = { schedules: 0, violations: {}, numberHoles: 0, first: null };
  for (const { seed, faults } of schedules) {
    const { violations, numberHole } = runSchedule(variant, { seed, faults });
    report.schedules += 1;
    if (numberHole) report.numberHoles += 1;
    for (const violation of violations) report.violations[violation] = (report.violations[violation] ?? 0) + 1;
    const sought = until === undefined ? violations.length > 0 : violations.includes(until);
    if (sought) report.first ??= { seed, faults, violations };
    if (sought && until !== undefined) break;
  }
  return report;
}

/**
 * A fault before step `at`. `choice`: of the writes at risk so many survive, oldest first (at most all); of
 * the waiting clients the one with this index gives up; a silent stream leaves one read more than this unanswered.
 */
export interface Fault {
  at: number;
  kind: FaultKind;
  choice: number;
}

/** A crash takes the processes and what the journal did not hold; a failover takes writes and leaves the processes. */
export type FaultKind = (typeof CRASHES)[number] | (typeof FAILOVERS)[number];

/** What may go wrong on one node. */
export const CRASHES = [
  'producer crash',
  'consumer crash',
  'stream loses its tail',
  'stream flushed',
  'stream synced',
  'stream does not answer',
  'client time-out',
] as const;
/** What a replica set adds. */
export const FAILOVERS = ['producer failover', 'consumer failover'] as const;

/** A promise that did not hold at rest. `stuck`: there was no rest within `STEPS_MAX` steps. */
export type Violation =
  | 'effect lost'
  | 'effect doubled'
  | 'log wrong'
  | 'chain broken'
  | 'projection wrong'
  | 'phantom'
  | 'number wrong'
  | 'stuck';

/** Who moves when, and what goes wrong. */
export interface Schedule {
  seed: number;
  faults: readonly Fault[];
}

/** What `explore` saw, counted in schedules. Hand `first` to `replay`. */
interface Report {
  schedules: number;
  violations: Partial<Record<Violation, number>>;
  /** Schedules with a failover that left a number unused: allowed, and explained in the log by the nightly check. */
  numberHoles: number;
  first: (Schedule & { violations: readonly Violation[] }) | null;
}

/** How one schedule ended, and how it came to that. */
interface Replay extends Outcome {
  trace: string[];
}

interface Outcome {
  violations: Violation[];
  numberHole: boolean;
  steps: number;
}

/** Two aggregates, six operations, two clients. The last makes both clients write to one aggregate. */
const CLIENTS: Record<string, readonly Operation[]> = {
  'client 1': [
    { kind: 'create', aggregate: 'A', key: 'create-A' },
    { kind: 'change', aggregate: 'A', key: 'change-A1' },
    { kind: 'change', aggregate: 'A', key: 'change-A2' },
  ],
  'client 2': [
    { kind: 'create', aggregate: 'B', key: 'create-B' },
    { kind: 'change', aggregate: 'B', key: 'change-B1' },
    { kind: 'change', aggregate: 'A', key: 'change-A3' },
  ],
};
const OPERATIONS = Object.values(CLIENTS).flat();

/** Taken once: Jest looks every global up in its sandbox, which made half the time of a run. */
const { floor, imul } = Math;

/** About ten times what a run needs without faults. */
const STEPS_MAX = 3_000;
/** Quiet steps before the checks, so that a process with an old read can still do its harm. */
const QUIET_STEPS = 30;

// ---- One schedule --------------------------------------------------------------------------------------------------

interface Process<Result> {
  name: string;
  steps: Steps<Result>;
  next: string;
}

interface Client {
  name: string;
  operations: readonly Operation[];
  request: Process<Answer>;
}

interface Run {
  world: World;
  step: number;
  /** Clients that still have an operation to see acknowledged. */
  clients: Client[];
  /** Requests whose client stopped waiting: the producer works on. */
  abandoned: Process<Answer>[];
  producerWorkers: Process<never>[];
  consumerWorkers: Process<never>[];
}

type Observer = (run: Run, line: string) => void;

/** Runs one schedule to rest. `observe` is told each step and fault once it has happened. */
export function runSchedule(
  variant: Variant,
  { seed, faults }: { seed: number; faults: readonly Fault[] },
  observe?: Observer,
): Outcome {
  const random = randomNumbers(seed);
  const run = begin(variant);
  const lastFault = Math.max(0, ...faults.map(({ at }) => at));
  let quietSteps = 0;
  for (; run.step < STEPS_MAX; run.step += 1) {
    for (const fault of faults) {
      if (fault.at !== run.step) continue;
      strike(run, fault);
      observe?.(run, `FAULT ${fault.kind} ${fault.choice}`);
    }
    quietSteps = run.step >= lastFault && atRest(run) ? quietSteps + 1 : 0;
    if (quietSteps > QUIET_STEPS) return { ...check(run.world), steps: run.step };
    const line = move(run, random);
    observe?.(run, line);
  }
  return { violations: ['stuck'], numberHole: false, steps: run.step };
}

function begin(variant: Variant): Run {
  const world = emptyWorld(variant);
  const clients = Object.entries(CLIENTS).map(([name, operations]) => ({
    name,
    operations,
    request: start(name, request(world, first(operations))),
  }));
  const [producerWorkers, consumerWorkers] = [startProducer(world), startConsumer(world)];
  return { world, step: 0, clients, abandoned: [], producerWorkers, consumerWorkers };
}

/** Lets one process, chosen evenly, take one step. */
function move(run: Run, random: () => number): string {
  const others = [...run.producerWorkers, ...run.consumerWorkers, ...run.abandoned];
  const choice = floor(random() * (run.clients.length + others.length));
  const client = run.clients[choice];
  if (client) return moveClient(run, client);
  const process = others[choice - run.clients.length];
  if (!process) throw new RangeError('the choice is outside the processes');
  const line = `${process.name}: ${process.next}`;
  if (advance(process).done) run.abandoned = run.abandoned.filter((other) => other !== process);
  return line;
}

/** A client goes on when it is acknowledged, and until then tries the same operation with the same key. */
function moveClient(run: Run, client: Client): string {
  const line = `${client.name}: ${client.request.next}`;
  const { done, answer } = advance(client.request);
  if (done && answer === 'acknowledged') client.operations = client.operations.slice(1);
  if (done && client.operations.length > 0) tryAgain(run, client);
  run.clients = run.clients.filter(({ operations }) => operations.length > 0);
  return line;
}

function tryAgain(run: Run, client: Client): void {
  client.request = start(client.name, request(run.world, first(client.operations)));
}

/** What a fault does, to the storage and to the processes. */
function strike(run: Run, { kind, choice }: Fault): void {
  const { producer, consumer: target, stream } = run.world;
  switch (kind) {
    case 'producer crash':
      producer.crash(choice);
      run.producerWorkers = startProducer(run.world);
      run.abandoned = [];
      for (const client of run.clients) tryAgain(run, client);
      return;
    case 'consumer crash':
      target.crash(choice);
      run.consumerWorkers = startConsumer(run.world);
      return;
    case 'producer failover':
      return producer.failover(choice);
    case 'consumer failover':
      return target.failover(choice);
    case 'stream loses its tail':
      return stream.loseTail(choice);
    case 'stream flushed':
      return stream.flushAll();
    case 'stream synced':
      return stream.sync();
    case 'stream does not answer':
      return stream.fallSilent(choice + 1);
    case 'client time-out': {
      const client = run.clients[choice % Math.max(1, run.clients.length)];
      if (!client) return;
      run.abandoned.push({ ...client.request, name: `${client.name}, given up` });
      tryAgain(run, client);
    }
  }
}

function startProducer(world: World): Process<never>[] {
  return [
    start('drainer 1', drainer(world)),
    start('drainer 2', drainer(world)),
    start('publisher 1', publisher(world)),
    start('publisher 2', publisher(world)),
  ];
}

function startConsumer(world: World): Process<never>[] {
  return [start('consumer 1', consumer(world)), start('consumer 2', consumer(world))];
}

/** Brings a process to its first yield, before which no process does anything. */
function start<Result>(name: string, steps: Steps<Result>): Process<Result> {
  const process = { name, steps, next: '' };
  advance(process);
  return process;
}

function advance<Result>(process: Process<Result>): { done: boolean; answer: Result | null } {
  const result = process.steps.next();
  if (result.done) return { done: true, answer: result.value };
  process.next = result.value;
  return { done: false, answer: null };
}

// ---- The promises --------------------------------------------------------------------------------------------------

/** All is acknowledged, drained, published and consumed. */
function atRest({ world, clients, abandoned }: Run): boolean {
  if (clients.length > 0 || abandoned.length > 0) return false;
  const { aggregates, log } = world.producer.state;
  const end = log.at(-1)?.position ?? 0;
  const drained = [...aggregates.values()].every(({ outbox }) => outbox.length === 0);
  return drained && world.stream.last === end && world.consumer.state.checkpoint === end;
}

function check(world: World): { violations: Violation[]; numberHole: boolean } {
  const { aggregates, log } = world.producer.state;
  const effects = [...aggregates.values()].flatMap((aggregate) => aggregate.effects);
  const count = (key: string): number => effects.filter((effect) => effect === key).length;
  const numbers = [...aggregates.values()].map(({ number }) => number);
  const gapless = log.every(({ position }, index) => position === index + 1);
  const each = (holds: (id: string, aggregate: Aggregate) => boolean): boolean =>
    [...aggregates].every(([id, aggregate]) => holds(id, aggregate));
  const entriesOf = (id: string): LogEntry[] => log.filter(({ aggregate }) => aggregate === id);
  const keysInLog = (id: string): string[] => entriesOf(id).map(({ key }) => key);
  const seqsInLog = (id: string): number[] => entriesOf(id).map(({ seq }) => seq);
  const complete = (id: string, aggregate: Aggregate): boolean =>
    same(keysInLog(id), aggregate.effects) && seqsInLog(id).every((seq, index) => seq === index + 1);
  const numberHole = Math.max(0, ...numbers) > numbers.length;
  // At rest every operation is acknowledged, and every event is consumed.
  const promises: Record<Exclude<Violation, 'stuck'>, boolean> = {
    'effect lost': OPERATIONS.every(({ key }) => count(key) >= 1),
    'effect doubled': OPERATIONS.every(({ key }) => count(key) <= 1),
    'log wrong': gapless && each(complete) && log.length === effects.length,
    'chain broken': log.every((entry, index) => {
      const previous = log[index - 1]?.hash ?? '';
      return entry.previous === previous && entry.hash === chainHash(previous, entry);
    }),
    'projection wrong': each((id) => same(world.consumer.state.projection.get(id) ?? [], keysInLog(id))),
    phantom: world.stream.everSent.every((sent) => log[sent.position - 1]?.hash === sent.hash),
    'number wrong': new Set(numbers).size === numbers.length && (world.variant.failovers || !numberHole),
  };
  const violations = (Object.keys(promises) as (keyof typeof promises)[]).filter((promise) => !promises[promise]);
  return { violations, numberHole };
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index]);
}

/** Mulberry32: the same numbers in [0, 1) for the same seed, on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new RangeError('there is no first item');
  return item;
}
