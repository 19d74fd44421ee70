import { startChild } from './child.ts';
import { short, shortFigure, type Outcome, type Table } from './outcome.ts';
import { profileOf } from './profile.ts';
import { median, ratioOf, type Goal, type Ratio } from './ratio.ts';
import { interleave } from './slices.ts';
import type { StoreOperation, StoreRequest, StoreResult } from './store-bench.ts';

/** Wanted at most: the CPU of the product's list of 50 over the native driver's. */
const LIST_GOAL = 1.4;
const BY = ['native', 'desk'] as const;
const OPERATIONS: Record<StoreOperation, string> = {
  create: 'create (rules, number, event)',
  change: 'change (rules, version, event)',
  list50: 'list of 50',
  byId50: '50 by id',
};

/** How long and how often. */
export interface StorePlan {
  rounds: number;
  sliceMs: number;
  profile: boolean;
}

/**
 * Durable writes and lists of the tickets store beside the native driver on the same documents, with the same write concern:
 * CPU of the service's process and operations a second.
 */
export async function storeSuite({ rounds, sliceMs, profile }: StorePlan): Promise<Outcome> {
  const engine = process.env['MONGODB_URI'] ? null : await startChild({ file: 'src/store-engine.ts', core: 1 });
  const env = engine ? { MONGODB_URI: await engine.call<string>('uri') } : {};
  const child = await startChild({ file: 'src/store-bench.ts', core: 0, env });
  try {
    const table: Table = {
      title: 'store, 8 at a time',
      columns: ['native CPU ms', 'desk CPU ms', 'desk/native', 'native/s', 'desk/s'],
      rows: [],
    };
    const goals: Goal[] = [];
    const profiles: Table[] = [];
    const slices: Record<string, number[]> = {};
    for (const operation of Object.keys(OPERATIONS) as StoreOperation[]) {
      const run = (by: StoreRequest['by']) => child.call<StoreResult>('run', { operation, by, ms: sliceMs });
      const contenders = BY.map((by) => ({ name: by, slice: () => run(by) }));
      for (const { slice } of contenders) await slice();
      const { native = [], desk = [] } = await interleave(contenders, rounds);
      const [nativeMs, deskMs] = [native, desk].map((results) => results.map(({ cpuMs }) => cpuMs)) as [
        number[],
        number[],
      ];
      const [nativeRate, deskRate] = [native, desk].map((results) =>
        results.map(({ completed, ms }) => (completed * 1_000) / ms),
      ) as [number[], number[]];
      const times = inverse(ratioOf(nativeMs, deskMs));
      table.rows.push({
        name: OPERATIONS[operation],
        cells: [
          shortFigure(nativeMs),
          shortFigure(deskMs),
          `${short(times.median)}/${short(times.best)}`,
          short(median(nativeRate)),
          short(median(deskRate)),
        ],
      });
      if (operation === 'list50')
        goals.push({ name: 'list of 50: times native', figure: times, bound: { atMost: LIST_GOAL } });
      if (profile) profiles.push(...(await profileOf(child, `desk, ${operation}`, () => run('desk'))));
      slices[`${operation}.native.cpuMs`] = nativeMs;
      slices[`${operation}.desk.cpuMs`] = deskMs;
      slices[`${operation}.desk.perSecond`] = deskRate;
    }
    await child.call('close');
    return { suite: 'store', tables: [...profiles, table], goals, slices, peers: [] };
  } finally {
    await child.stop();
    await engine?.call('close');
    await engine?.stop();
  }
}

/** Ours over theirs, where less is better. */
function inverse({ median: middle, best }: Ratio): Ratio {
  return { median: 1 / middle, best: 1 / best };
}
