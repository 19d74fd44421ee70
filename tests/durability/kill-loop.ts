import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ProcessTree } from './process-tree.ts';

/** How long the tree runs before it is killed, in milliseconds. */
const UPTIME_MS = { min: 50, max: 550 };
/** How many requests the tree answers at least before it is killed, except by an early kill. */
const ANSWERS_MIN = 13;
/** One in so many kills comes at any time from the start on: while the engine recovers, or the outboxes are swept. */
const EARLY_ONE_IN = 5;
const EARLY_MS = { min: 100, max: 900 };
/** One in so many kills also loses all of the stream. */
const FLUSH_ONE_IN = 5;

/** How often a tree was killed, and how. */
export interface Kills {
  kills: number;
  /** Kills that came before the tree had answered. */
  earlyKills: number;
  flushes: number;
}

/** A tree that is killed under writers. `flush` empties the stream. */
export interface Killed {
  tree: ProcessTree<object>;
  writers: { answers: Answers; done: Promise<unknown> };
  flush: (() => Promise<void>) | null;
}

/** Counts answers, for others to wait for. */
export class Answers {
  #count = 0;
  #waiting: { at: number; wake: () => void }[] = [];

  add(): void {
    this.#count++;
    for (const { at, wake } of this.#waiting) if (at <= this.#count) wake();
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#count);
  }

  /** Resolves when there are so many more. */
  more(count: number): Promise<void> {
    return new Promise((wake) => this.#waiting.push({ at: this.#count + count, wake }));
  }
}

/** Starts the tree and kills it, so many times, and leaves it running. */
export async function killAgainAndAgain({ tree, writers, flush }: Killed, times: number): Promise<Kills> {
  const done: Kills = { kills: 0, earlyKills: 0, flushes: 0 };
  while (done.kills < times) {
    const started = tree.start();
    if (done.kills % EARLY_ONE_IN === 0) {
      await delay(between(EARLY_MS));
    } else {
      await started;
      // A writer that gave up ends the run.
      const worked = Promise.race([writers.answers.more(ANSWERS_MIN), writers.done]);
      await Promise.all([delay(between(UPTIME_MS)), worked]);
    }
    await tree.kill();
    done.kills++;
    if (!(await started)) done.earlyKills++;
    if (flush && done.kills % FLUSH_ONE_IN === 0) {
      await flush();
      done.flushes++;
    }
  }
  await tree.start();
  return done;
}

function between({ min, max }: { min: number; max: number }): number {
  return min + Math.random() * (max - min);
}

/** What a rig stands on: a directory, and the streams of its services; null where they are in process. */
export interface RigGround {
  directory: string;
  stream: ReturnType<typeof rigRedis> | null;
}

/** Works on a directory and streams of its own, and removes both. */
export async function withGround<Result>(
  redisUrl: string | undefined,
  services: readonly string[],
  work: (ground: RigGround) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'desk-rig-'));
  const stream = redisUrl ? rigRedis(redisUrl, services) : null;
  try {
    return await work({ directory, stream });
  } finally {
    await stream?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Streams of services in Redis, below a prefix of a rig's own. `flush` loses them all. */
export function rigRedis(url: string, services: readonly string[]) {
  const prefix = `desk-rig-${randomBytes(6).toString('hex')}:`;
  const redis = new Redis(url);
  const flush = async (): Promise<void> => void (await redis.del(services.map((service) => `${prefix}ev:${service}`)));
  return {
    settings: { url, prefix },
    flush,
    close: async (): Promise<void> => {
      await flush();
      redis.disconnect();
    },
  };
}
