/**
 * Kills all services and their engine with `kill -9` while people work on records of every kind, and then looks whether any promise was broken.
 * README.md tells how to run it by hand.
 */
import { generateTokenKeys } from '@desk/kit/api/token';
import { DOMAINS } from '@desk/schema/domains';
import { PLAYS } from '../plays/plays.ts';
import { checkDesk, type DeskFindings } from './desk-check.ts';
import { DeskTree } from './desk-process.ts';
import { DeskWriters } from './desk-writers.ts';
import { killAgainAndAgain, withGround, type Kills } from './kill-loop.ts';

const WRITERS = 8;

/** What a run of the rig did and found. */
export interface DeskReport extends DeskFindings, Kills {
  acknowledged: number;
  /** Different mutations among those that were acknowledged. */
  mutations: number;
  retries: number;
  seconds: number;
  stream: 'Redis' | 'in process';
}

/** Runs the rig over the services. */
export async function runDeskRig({ kills, redisUrl }: { kills: number; redisUrl?: string }): Promise<DeskReport> {
  const startedAt = performance.now();
  return withDeskTree(redisUrl, async (tree, flush) => {
    const writers = new DeskWriters(tree, { plays: Object.values(PLAYS).flat(), count: WRITERS, word: 'w' });
    const killed = await killAgainAndAgain({ tree, writers, flush }, kills);
    await writers.stop();
    const { acknowledged, failed, retries } = writers;
    const findings = await checkDesk(tree, acknowledged);
    return {
      ...findings,
      violations: [...failed, ...findings.violations],
      ...killed,
      acknowledged: acknowledged.length,
      mutations: new Set(acknowledged.map(({ mutation }) => mutation)).size,
      retries,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      stream: redisUrl ? 'Redis' : 'in process',
    };
  });
}

/** Works with a tree of all services on a ground of its own, and ends it. */
export function withDeskTree<Result>(
  redisUrl: string | undefined,
  work: (tree: DeskTree, flush: (() => Promise<void>) | null) => Promise<Result>,
): Promise<Result> {
  return withGround(redisUrl, DOMAINS, async ({ directory, stream }) => {
    const tree = new DeskTree({ directory, redis: stream?.settings ?? null, keys: await generateTokenKeys() });
    try {
      return await work(tree, stream?.flush ?? null);
    } finally {
      await tree.end();
    }
  });
}
