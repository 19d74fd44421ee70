import { DOMAINS, followedBy, type Domain } from '@desk/schema/domains';
import { setTimeout } from 'node:timers/promises';
import { PLAYS } from '../plays/plays.ts';
import { checkDesk } from './desk-check.ts';
import type { DeskTree } from './desk-process.ts';
import { withDeskTree } from './desk-rig.ts';
import { DeskWriters, type Acknowledged } from './desk-writers.ts';

/** The named steps of a write, and of what follows it. */
const WRITE_PLACES = [
  'create.beforeInsert',
  'create.afterInsert',
  'commit.beforeWrite',
  'commit.afterWrite',
  'drain.beforeAppend',
  'drain.afterAppend',
  'drain.beforeTrim',
  'drain.afterTrim',
  'publish.beforeAppend',
  'publish.afterAppend',
] as const;
/** The named steps of whoever follows a log. */
const CONSUME_PLACES = ['consume.afterEffect', 'consume.beforeCheckpoint', 'consume.afterCheckpoint'] as const;

const WRITERS = 3;
/** Plays of each writer: the crash comes within the first, and the rest of it comes after the crash. */
const PLAYS_EACH = 1;

/** A step that is not passed within this time is passed by nobody, in milliseconds. */
const CRASH_MS_MAX = 60_000;

/** A service, and the step at which it dies with all others and their engine. */
export type DeskCrash = [domain: Domain, place: string];

/** Every step of every service that passes it. Only who follows another's log consumes. */
export const DESK_CRASHES: readonly DeskCrash[] = DOMAINS.flatMap((domain) =>
  [...WRITE_PLACES, ...(followedBy(domain).length ? CONSUME_PLACES : [])].map((place): DeskCrash => [domain, place]),
);

/** The sample of the default run, along the diagonal: each step once, each service at least once. A step moves on to the next service that passes it. */
export function sampledCrashes(all = DESK_CRASHES): DeskCrash[] {
  return [...WRITE_PLACES, ...CONSUME_PLACES].map((place, index) => {
    const passing = all.filter((crash) => crash[1] === place);
    return passing[index % passing.length] as DeskCrash;
  });
}

/** Lets writers play, the services die at the place, and come back; resolves with what was acknowledged by all crashes so far, and what broke. */
export async function crashDesk(
  tree: DeskTree,
  [domain, place]: DeskCrash,
  { before, word }: { before: readonly Acknowledged[]; word: string },
): Promise<{ acknowledged: Acknowledged[]; violations: string[] }> {
  tree.crashAt(`${domain} ${place}`);
  const writers = new DeskWriters(tree, { plays: PLAYS[domain], count: WRITERS, word, each: PLAYS_EACH });
  // A service that follows the directory hears of it.
  const heard = place.startsWith('consume.') && domain !== 'notifications';
  const others = heard ? new DeskWriters(tree, { plays: PLAYS.directory, count: 1, word: `${word}d`, each: 1 }) : null;
  const late = setTimeout(CRASH_MS_MAX, null, { ref: false }).then(() => {
    throw new Error(`${domain} did not pass ${place}`);
  });
  late.catch(() => undefined);
  await Promise.race([tree.crashed(), late]);
  await tree.start();
  await Promise.all([writers.done, others?.done]);
  const acknowledged = [...before, ...writers.acknowledged, ...(others?.acknowledged ?? [])];
  const { violations } = await checkDesk(tree, acknowledged);
  return { acknowledged, violations: [...writers.failed, ...(others?.failed ?? []), ...violations] };
}

/** Tries every step of every service, on one tree. */
export async function crashAtEachStep(
  redisUrl: string | undefined,
): Promise<{ crashes: number; acknowledged: number; violations: string[] }> {
  return withDeskTree(redisUrl, async (tree) => {
    await tree.start();
    let acknowledged: Acknowledged[] = [];
    const violations: string[] = [];
    for (const [index, crash] of DESK_CRASHES.entries()) {
      const done = await crashDesk(tree, crash, { before: acknowledged, word: `c${index}x` });
      acknowledged = done.acknowledged;
      violations.push(...done.violations.map((violation) => `${crash.join(' ')}: ${violation}`));
    }
    return { crashes: DESK_CRASHES.length, acknowledged: acknowledged.length, violations };
  });
}
