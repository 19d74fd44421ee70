import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from '@desk/kit/api/errors';
import type { RatedCaller, RateLimiter, Usage } from './rate-limit.ts';
import { createRateLimiter, IN_FLIGHT_RETRY_MS, RATES } from './rate-limit.ts';

const USER: RatedCaller = { callerClass: 'LDC_USER', principalId: 'per_1', organizationId: 'org_1' };
const AGENT: RatedCaller = { callerClass: 'AGENT', principalId: 'per_2', organizationId: 'org_2' };
const PARTNER: RatedCaller = { callerClass: 'PARTNER', principalId: 'cli_1', organizationId: 'org_3' };
const CALLERS = [USER, AGENT, PARTNER];

/** A limiter whose clock the test moves. */
function buildLimiter(options: Parameters<typeof createRateLimiter>[1] = {}) {
  const time = { ms: 1_000_000 };
  return { time, limiter: createRateLimiter(() => time.ms, options) };
}

/** Begins and ends an operation; returns the refusal's extensions, or null where it passed. */
function run(limiter: RateLimiter, caller: RatedCaller, usage: Partial<Usage>): Record<string, unknown> | null {
  return refused(() => {
    const operation = limiter.begin(caller);
    operation.end();
    operation.take({ cost: 1, mutations: 0, ...usage });
  });
}

function refused(act: () => void): Record<string, unknown> | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return { ...error.extensions };
    throw error;
  }
}

function passed(limiter: RateLimiter, caller: RatedCaller, { times, ...usage }: Partial<Usage> & { times: number }) {
  return Array.from({ length: times }, () => run(limiter, caller, usage)).filter((refusal) => refusal === null).length;
}

/** The user of the organization with this number: `org_1` has many people. */
function colleague(number: number): RatedCaller {
  return { ...USER, principalId: `per_colleague_${number}` };
}

describe('the published rates', () => {
  test('are those of the security page', () => {
    const rows = CALLERS.map(({ callerClass }) => Object.values(RATES[callerClass]));
    expect(rows).toEqual([
      [1_000, 50, 10, 30, 10],
      [2_000, 100, null, 120, 20],
      [5_000, 200, null, 600, 20],
    ]);
  });
});

describe('points', () => {
  test.each(CALLERS)('of a full bucket pass at once for $callerClass, and not one more', (caller) => {
    const { limiter } = buildLimiter();
    const { bucketPoints, refillPointsPerSecond } = RATES[caller.callerClass];
    expect(run(limiter, caller, { cost: bucketPoints })).toBeNull();
    expect(run(limiter, caller, { cost: 1 })).toEqual({
      code: 'RATE_LIMITED',
      limit: 'cost',
      retryAfterMs: 1_000 / refillPointsPerSecond,
    });
  });

  test('flow back evenly, to a full bucket and no further', () => {
    const { limiter, time } = buildLimiter();
    run(limiter, USER, { cost: 1_000 });
    time.ms += 3_600_000;
    expect([run(limiter, USER, { cost: 1_000 }), run(limiter, USER, { cost: 1 })]).toEqual([
      null,
      expect.objectContaining({ retryAfterMs: 20 }),
    ]);
  });

  test('but for the first are not taken by a request that is refused', () => {
    const { limiter } = buildLimiter();
    run(limiter, USER, { cost: 600 });
    run(limiter, USER, { cost: 500 });
    expect([run(limiter, USER, { cost: 399 }), run(limiter, USER, { cost: 1 })]).toEqual([
      null,
      expect.objectContaining({ limit: 'cost' }),
    ]);
  });

  test('are taken by a request that is given up before its cost is known', () => {
    const { limiter } = buildLimiter();
    const begun = Array.from({ length: 1_000 }, () => limiter.begin(USER).end());
    expect(begun).toHaveLength(1_000);
    expect(() => limiter.begin(USER)).toThrow(Refusal);
  });

  test('of one request in several parts are together what it costs', () => {
    const { limiter } = buildLimiter();
    const operation = limiter.begin(USER);
    operation.take({ cost: 5, mutations: 0 });
    operation.take({ cost: 994, mutations: 0 });
    expect([run(limiter, USER, { cost: 1 }), run(limiter, USER, { cost: 1 })]).toEqual([
      null,
      expect.objectContaining({ limit: 'cost' }),
    ]);
  });

  test('that are missing for a part are waited for until the whole would pass', () => {
    const { limiter, time } = buildLimiter();
    run(limiter, USER, { cost: 900 });
    const whole = () => {
      const operation = limiter.begin(USER);
      operation.end();
      operation.take({ cost: 50, mutations: 0 });
      operation.take({ cost: 100, mutations: 0 });
    };
    const first = refused(whole);
    time.ms += Number(first?.['retryAfterMs']);
    expect([first, refused(whole)]).toEqual([expect.objectContaining({ limit: 'cost', retryAfterMs: 2_000 }), null]);
  });

  test('are taken also where an operation costs none', () => {
    const { limiter } = buildLimiter();
    expect(passed(limiter, USER, { cost: 0, times: 1_001 })).toBe(1_000);
  });

  test('of delivered messages are taken from what is left', () => {
    const { limiter } = buildLimiter();
    limiter.charge(USER, 400);
    expect([run(limiter, USER, { cost: 600 }), run(limiter, USER, { cost: 1 })]).toEqual([
      null,
      expect.objectContaining({ limit: 'cost' }),
    ]);
  });

  test('of however many delivered messages leave half of a bucket to ask with', () => {
    const { limiter } = buildLimiter();
    limiter.charge(USER, 5_000);
    limiter.charge(USER, 5_000);
    expect([run(limiter, USER, { cost: 500 }), run(limiter, USER, { cost: 1 })]).toEqual([
      null,
      expect.objectContaining({ limit: 'cost' }),
    ]);
    limiter.charge(USER, 5_000);
    expect(run(limiter, USER, { cost: 1 })).toMatchObject({ retryAfterMs: 20 });
  });

  test('of messages to one person are not taken from his organization', () => {
    const { limiter } = buildLimiter();
    for (let person = 0; person < 100; person += 1) limiter.charge(colleague(person), 1_000);
    expect(run(limiter, USER, { cost: 1_000 })).toBeNull();
  });

  test('more than a bucket holds pass when it is full', () => {
    const { limiter } = buildLimiter();
    expect(run(limiter, USER, { cost: 1_500 })).toBeNull();
  });

  test('do not flow back while the clock stands before its last reading, and do from there on', () => {
    const { limiter, time } = buildLimiter();
    run(limiter, USER, { cost: 1_000 });
    time.ms -= 500_000;
    expect(run(limiter, USER, { cost: 1 })).toMatchObject({ retryAfterMs: 20 });
    time.ms += 20;
    expect(run(limiter, USER, { cost: 1 })).toBeNull();
  });

  test('flow back between fractions of a millisecond', () => {
    const { limiter, time } = buildLimiter();
    run(limiter, USER, { cost: 1_000 });
    for (let tick = 0; tick < 60; tick += 1) {
      time.ms += 0.5;
      limiter.charge(USER, 0);
    }
    expect(run(limiter, USER, { cost: 1 })).toBeNull();
  });

  test('are there after retryAfterMs, and not a millisecond before', () => {
    // After each pause there is a point at least: every operation begins, and what is missing is missing for its cost.
    const costs = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 20, max: 9_000 })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(
        costs,
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom(0, 1, 7, 30),
        (history, cost, mutations) => {
          const after = (shorterMs: number) => {
            const { limiter, time } = buildLimiter({ accountsMax: 1 });
            for (const [spent, pauseMs] of history) {
              run(limiter, USER, { cost: spent, mutations: spent % 5 });
              time.ms += pauseMs;
            }
            const refusal = run(limiter, USER, { cost, mutations });
            fc.pre(refusal !== null);
            time.ms += Number(refusal?.['retryAfterMs']) - shorterMs;
            return run(limiter, USER, { cost, mutations });
          };
          expect([after(1), after(0)]).toEqual([expect.objectContaining({ code: 'RATE_LIMITED' }), null]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an organization', () => {
  test('of ten people at their limit has no points left for an eleventh', () => {
    const { limiter } = buildLimiter();
    const spent = Array.from({ length: 10 }, (_, number) => run(limiter, colleague(number), { cost: 1_000 }));
    expect(spent).toEqual(Array(10).fill(null));
    expect(run(limiter, colleague(11), { cost: 500 })).toEqual({
      code: 'RATE_LIMITED',
      limit: 'organizationCost',
      retryAfterMs: 2,
    });
  });

  test('that has used its points does not slow another', () => {
    const { limiter } = buildLimiter();
    for (let number = 0; number < 10; number += 1) run(limiter, colleague(number), { cost: 1_000 });
    expect(run(limiter, { ...USER, principalId: 'per_9', organizationId: 'org_9' }, { cost: 1_000 })).toBeNull();
  });

  test("refuses without taking the person's points", () => {
    const { limiter, time } = buildLimiter();
    for (let number = 0; number < 10; number += 1) run(limiter, colleague(number), { cost: 1_000 });
    run(limiter, colleague(11), { cost: 1_000 });
    time.ms += 2_000;
    expect(run(limiter, colleague(11), { cost: 1_000 })).toBeNull();
  });

  test('of agents or of partners has no bucket', () => {
    const { limiter } = buildLimiter();
    const users = (caller: RatedCaller) =>
      Array.from({ length: 30 }, (_, number) => ({ ...caller, principalId: `${caller.principalId}_${number}` }));
    const refusals = [...users(AGENT), ...users(PARTNER)].map((caller) => run(limiter, caller, { cost: 2_000 }));
    expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
  });
});

describe('mutations', () => {
  test.each(CALLERS)('of a minute pass for $callerClass, and not one more', (caller) => {
    const { limiter } = buildLimiter();
    const { mutationsPerMinute } = RATES[caller.callerClass];
    expect(passed(limiter, caller, { cost: 1, mutations: 1, times: mutationsPerMinute + 1 })).toBe(mutationsPerMinute);
    expect(run(limiter, caller, { mutations: 1 })).toMatchObject({
      limit: 'mutations',
      retryAfterMs: 60_000 / mutationsPerMinute,
    });
  });

  test('that are used up leave queries free', () => {
    const { limiter } = buildLimiter();
    run(limiter, USER, { mutations: 30 });
    expect(run(limiter, USER, { mutations: 0 })).toBeNull();
  });

  test('in one operation are counted each', () => {
    const { limiter } = buildLimiter();
    run(limiter, AGENT, { mutations: 118 });
    expect(run(limiter, AGENT, { mutations: 3 })).toMatchObject({ limit: 'mutations', retryAfterMs: 500 });
  });
});

describe('operations in flight', () => {
  test.each(CALLERS)('are held to the number of $callerClass until one ends', (caller) => {
    const { limiter } = buildLimiter();
    const { inFlight } = RATES[caller.callerClass];
    const running = Array.from({ length: inFlight }, () => limiter.begin(caller));
    expect(run(limiter, caller, {})).toEqual({
      code: 'RATE_LIMITED',
      limit: 'inFlight',
      retryAfterMs: IN_FLIGHT_RETRY_MS,
    });
    running[0]?.end();
    expect(run(limiter, caller, {})).toBeNull();
  });

  test('that end twice free one place', () => {
    const { limiter } = buildLimiter();
    const [first] = Array.from({ length: 10 }, () => limiter.begin(USER));
    first?.end();
    first?.end();
    limiter.begin(USER);
    expect(run(limiter, USER, {})).toMatchObject({ limit: 'inFlight' });
  });

  test('that are refused take no place', () => {
    const { limiter, time } = buildLimiter();
    run(limiter, USER, { cost: 1_000 });
    for (let attempt = 0; attempt < 20; attempt += 1) run(limiter, USER, { cost: 1 });
    time.ms += 20;
    expect(run(limiter, USER, { cost: 1 })).toBeNull();
  });

  test('of one principal leave another free', () => {
    const { limiter } = buildLimiter();
    for (let count = 0; count < 10; count += 1) limiter.begin(USER);
    expect(run(limiter, colleague(1), {})).toBeNull();
  });
});

describe('what is remembered', () => {
  test('is bounded: who was seen longest ago starts anew', () => {
    const { limiter } = buildLimiter({ accountsMax: 2 });
    run(limiter, USER, { cost: 1_000 });
    run(limiter, AGENT, {});
    run(limiter, PARTNER, {});
    expect(run(limiter, USER, { cost: 1_000 })).toBeNull();
  });

  test('is kept for who was seen lately', () => {
    const { limiter } = buildLimiter({ accountsMax: 2 });
    run(limiter, USER, { cost: 1_000 });
    run(limiter, AGENT, {});
    run(limiter, USER, {});
    run(limiter, PARTNER, {});
    expect(run(limiter, USER, { cost: 1_000 })).toMatchObject({ limit: 'cost' });
  });
});

test('a refusal says what to do', () => {
  const { limiter } = buildLimiter();
  run(limiter, USER, { cost: 950 });
  expect(() => limiter.begin(USER).take({ cost: 100, mutations: 0 })).toThrow(
    'You have used your points for now. Wait 1020 ms and send it again. To follow changes, subscribe instead of polling.',
  );
});
