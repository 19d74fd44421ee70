import {
  CRASHES,
  FAILOVERS,
  randomNumbers,
  runSchedule,
  type Fault,
  type FaultKind,
  type Schedule,
} from './crash-model.ts';
import type { Variant } from './variant.ts';

/** Random faults fall within the steps that a run has without faults. */
const FAULT_HORIZON = 300;
/** Every second random fault falls this close to the one before: some mistakes need two faults within a few steps. */
const BURST_STEPS = 12;
const PAIR_STEPS = 15;
const FAULTS_MIN = 2;
const FAULTS_MAX = 5;
const CHOICE_MAX = 4;
/** Keeps the seeds of `severalFaults` apart from those of the others. */
const SEVERAL_FAULTS_SEED = 1_000;

/**
 * For seeds 1 to `seeds`: no fault; then each fault, before every step of that run, with every cut of what is at risk
 * there. A producer and a consumer that crash together count as one fault.
 */
export function* singleFaults(variant: Variant, seeds: number): Generator<Schedule> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    yield { seed, faults: [] };
    for (const choices of faultsByStep(variant, seed)) {
      for (const fault of choices) yield { seed, faults: [fault] };
      const crashes = (kind: FaultKind): Fault[] => choices.filter((fault) => fault.kind === kind);
      for (const producer of crashes('producer crash')) {
        for (const consumer of crashes('consumer crash')) yield { seed, faults: [producer, consumer] };
      }
    }
  }
}

/** For seeds 1 to `seeds`: every fault of the first kind, followed within `PAIR_STEPS` by the worst of the second. */
export function* faultPairs(variant: Variant, pair: [FaultKind, FaultKind], seeds: number): Generator<Schedule> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const earlier of faultsByStep(variant, seed).flat()) {
      if (earlier.kind !== pair[0]) continue;
      for (let steps = 1; steps <= PAIR_STEPS; steps += 1) {
        yield { seed, faults: [earlier, { at: earlier.at + steps, kind: pair[1], choice: 0 }] };
      }
    }
  }
}

/** `count` schedules with two to five faults each, of any kind, at any step. */
export function* severalFaults(variant: Variant, count: number): Generator<Schedule> {
  const random = randomNumbers(0);
  for (let index = 1; index <= count; index += 1) {
    yield { seed: SEVERAL_FAULTS_SEED + index, faults: randomFaults(variant, random) };
  }
}

/** The faults that make a difference before each step of the run that `seed` makes without faults. */
function faultsByStep(variant: Variant, seed: number): Fault[][] {
  const found: Fault[][] = [];
  runSchedule(variant, { seed, faults: [] }, ({ world, step, clients }) => {
    const faults = (kind: FaultKind, choices: number): Fault[] =>
      Array.from({ length: choices }, (_, choice) => ({ at: step + 1, kind, choice }));
    found.push([
      ...faults('producer crash', world.producer.atRisk + 1),
      ...faults('consumer crash', world.consumer.atRisk + 1),
      ...faults('producer failover', variant.failovers ? world.producer.atRisk + 1 : 0),
      ...faults('consumer failover', variant.failovers ? world.consumer.atRisk + 1 : 0),
      ...faults('stream loses its tail', world.stream.atRisk + 1),
      ...faults('stream flushed', 1),
      ...faults('stream does not answer', 1),
      ...faults('client time-out', clients.length),
    ]);
  });
  return found;
}

function randomFaults(variant: Variant, random: () => number): Fault[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const kinds: readonly FaultKind[] = variant.failovers ? [...CRASHES, ...FAILOVERS] : CRASHES;
  const faults: Fault[] = [];
  for (let left = FAULTS_MIN + below(FAULTS_MAX - FAULTS_MIN + 1); left > 0; left -= 1) {
    const before = faults.at(-1)?.at;
    const near = before !== undefined && random() < 0.5;
    const at = near ? before + below(BURST_STEPS) : below(FAULT_HORIZON);
    faults.push({ at, kind: kinds[below(kinds.length)] ?? 'stream flushed', choice: below(CHOICE_MAX + 1) });
  }
  return faults.sort((a, b) => a.at - b.at);
}
