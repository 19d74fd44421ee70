import { describe, expect, test } from '@jest/globals';
import { explore, replay, type Schedule, type Violation } from './crash-model.ts';
import { faultPairs, severalFaults, singleFaults } from './crash-schedules.ts';
import { FLAWS, type Flaw, type Variant } from './variant.ts';

const ONE_NODE: Variant = { code: 'one node', failovers: false, flaw: null };
const REPLICA_SET: Variant = { code: 'replica set', failovers: true, flaw: null };

/** A figure that the correct variants must reach, so that a change of the model cannot quietly empty these tests. */
const SCHEDULES_MIN = 40_000;
const CORRECT_MS_MAX = 60_000;
const FLAWED_MS_MAX = 30_000;

/** Where to look for a violation. The first is enough, so these are bounds and not costs. */
const anywhere = (variant: Variant): Iterable<Schedule> =>
  both(severalFaults(variant, 5_000), singleFaults(variant, 4));
const afterTimeOut = (variant: Variant): Iterable<Schedule> =>
  faultPairs(variant, ['client time-out', 'producer crash'], 20);
const afterSilence = (variant: Variant): Iterable<Schedule> =>
  faultPairs(variant, ['stream does not answer', 'producer crash'], 30);

/** What breaks each mistake, the variant that it is made in, and where it shows. Complete, or it does not compile. */
const MISTAKES: Record<Exclude<Flaw, 'contiguity check'>, [Violation, Variant, typeof anywhere]> = {
  'ack without journal': ['effect lost', ONE_NODE, anywhere],
  'repeat ack without barrier': ['effect lost', ONE_NODE, afterTimeOut],
  'no idempotency key': ['effect doubled', ONE_NODE, anywhere],
  'event in a second document': ['log wrong', ONE_NODE, anywhere],
  'trim before append': ['log wrong', ONE_NODE, anywhere],
  'trim everything': ['log wrong', ONE_NODE, anywhere],
  'no unique aggregate and seq': ['log wrong', ONE_NODE, anywhere],
  'counter without unique index': ['number wrong', ONE_NODE, anywhere],
  'publish without barrier': ['phantom', ONE_NODE, anywhere],
  'own cursor': ['stuck', ONE_NODE, anywhere],
  'mark before publish': ['stuck', ONE_NODE, anywhere],
  'no gap pull': ['projection wrong', ONE_NODE, anywhere],
  'gap seen at the front only': ['projection wrong', ONE_NODE, anywhere],
  'pull without barrier': ['projection wrong', ONE_NODE, afterSilence],
  'checkpoint before effect': ['projection wrong', ONE_NODE, anywhere],
  'no guard': ['projection wrong', ONE_NODE, anywhere],
  'ack in another term': ['effect lost', REPLICA_SET, anywhere],
  'append in another term': ['stuck', REPLICA_SET, anywhere],
  'trim without barrier': ['log wrong', REPLICA_SET, anywhere],
  'skip without barrier': ['log wrong', REPLICA_SET, anywhere],
  'publish in another term': ['phantom', REPLICA_SET, anywhere],
  'checkpoint without barrier': ['projection wrong', REPLICA_SET, anywhere],
  'barriers in any term': ['phantom', REPLICA_SET, anywhere],
};

describe('no crash breaks the durable write', () => {
  test.each([
    ['on one node', ONE_NODE],
    ['on a replica set that fails over', REPLICA_SET],
  ])(
    '%s, whatever the fault and wherever the cut',
    (_where, variant) => {
      const report = explore(variant, both(singleFaults(variant, 6), severalFaults(variant, 20_000)));
      expect(report).toMatchObject({ violations: {}, first: null });
      expect(report.schedules).toBeGreaterThan(SCHEDULES_MIN);
    },
    CORRECT_MS_MAX,
  );

  // The correct variants add to the stream by XADD alone: a script that keeps the stream without holes adds nothing.
  test('with a script that keeps the stream contiguous, as without it', () => {
    const variant = flawed(ONE_NODE, 'contiguity check');
    const schedules = both(singleFaults(variant, 1), severalFaults(variant, 5_000));
    expect(explore(variant, schedules)).toMatchObject({ violations: {}, first: null });
  });

  test('a failover may leave a number unused', () => {
    const report = explore(REPLICA_SET, severalFaults(REPLICA_SET, 5_000));
    expect(report.numberHoles).toBeGreaterThan(0);
  });
});

describe('the model sees each mistake', () => {
  test.each(Object.entries(MISTAKES) as [keyof typeof MISTAKES, (typeof MISTAKES)[keyof typeof MISTAKES]][])(
    '%s',
    (flaw, [violation, base, where]) => {
      const variant = flawed(base, flaw);
      const { violations } = explore(variant, where(variant), violation);
      expect({ [FLAWS[flaw]]: violations[violation] ?? 0 }).toEqual({ [FLAWS[flaw]]: 1 });
    },
    FLAWED_MS_MAX,
  );

  test.each(['projection wrong', 'log wrong', 'phantom', 'effect lost', 'stuck'] as const)(
    'the code for one node, failed over: %s',
    (violation) => {
      const variant: Variant = { ...ONE_NODE, failovers: true };
      expect(explore(variant, anywhere(variant), violation).violations[violation]).toBe(1);
    },
    FLAWED_MS_MAX,
  );
});

describe('a schedule that breaks a promise', () => {
  const variant = flawed(ONE_NODE, 'publish without barrier');
  const found = explore(variant, anywhere(variant), 'phantom').first;
  const { seed, faults } = found ?? { seed: 0, faults: [] };

  test('replays to the same end', () => {
    expect(replay(variant, seed, faults).violations).toEqual(found?.violations);
  });

  test('replays by the same steps each time', () => {
    expect(replay(variant, seed, faults).trace).toEqual(replay(variant, seed, faults).trace);
  });

  test('tells its steps and its faults', () => {
    const { trace } = replay(variant, seed, faults);
    expect(trace).toContainEqual(expect.stringMatching(/^\d+ FAULT producer crash \d+$/));
    expect(trace).toContainEqual(expect.stringMatching(/^\d+ publisher [12]: add to the stream$/));
  });

  test('breaks nothing in the correct variant', () => {
    expect(replay(ONE_NODE, seed, faults).violations).toEqual([]);
  });
});

function flawed(base: Variant, flaw: Flaw): Variant {
  return { ...base, flaw };
}

function* both(...parts: Iterable<Schedule>[]): Generator<Schedule> {
  for (const part of parts) yield* part;
}
