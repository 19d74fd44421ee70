/**
 * Kills a service and its engine with `kill -9` under writers, again and again, and then looks whether any promise was
 * broken. README.md tells how to run it by hand, and how to see it find a bug.
 */
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkRig, type RigFindings } from './rig-check.ts';
import { RigProcess } from './rig-process.ts';
import { RIG, type RigRequest } from './rig-protocol.ts';

const WRITERS = 8;
/** One in so many requests makes a new thing. */
const CREATE_ONE_IN = 10;
/** How long the tree runs before it is killed, in milliseconds. */
const UPTIME_MS = { min: 50, max: 550 };
/** How many requests the tree answers at least before it is killed, except by an early kill. */
const ANSWERS_MIN = 13;
/** One in so many kills comes at any time from the start on: while the engine recovers, or the outboxes are swept. */
const EARLY_ONE_IN = 5;
const EARLY_MS = { min: 100, max: 900 };
/** One in so many kills also loses all of the stream. */
const FLUSH_ONE_IN = 5;

/** What a run of the rig did and found. */
export interface RigReport extends RigFindings {
  kills: number;
  /** Kills that came before the service had answered. */
  earlyKills: number;
  flushes: number;
  acknowledged: number;
  retries: number;
  seconds: number;
  stream: 'Redis' | 'in process';
}

/** Runs the rig. `weakWrites` acknowledges before the journal is written: a run of it must find losses. */
export async function runKillRig(options: {
  kills: number;
  redisUrl?: string;
  weakWrites?: boolean;
}): Promise<RigReport> {
  const startedAt = performance.now();
  const directory = await mkdtemp(path.join(os.tmpdir(), 'desk-rig-'));
  const stream = options.redisUrl ? await rigRedis(options.redisUrl) : null;
  const rig = new RigProcess({ directory, redis: stream?.settings ?? null, weakWrites: options.weakWrites ?? false });
  try {
    const writers = new Writers(rig);
    const kills = await killAgainAndAgain({ rig, writers, flush: stream?.flush ?? null }, options.kills);
    const { acknowledged, failed, retries } = await writers.stop();
    const findings = await checkRig(rig.mongodbUri, acknowledged);
    return {
      ...findings,
      violations: [...failed, ...findings.violations],
      ...kills,
      acknowledged: acknowledged.length,
      retries,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      stream: stream ? 'Redis' : 'in process',
    };
  } finally {
    await rig.end();
    await stream?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Writers that ask for one thing after another, each until it is acknowledged. */
class Writers {
  readonly #acknowledged: RigRequest[] = [];
  /** What was answered with an error that no repetition changes, such as that an acknowledged thing is not there. */
  readonly #failed: string[] = [];
  readonly #things: string[] = [];
  readonly #done: Promise<unknown>;
  readonly #waiting: { answers: number; wake: () => void }[] = [];
  #retries = 0;
  #asked = 0;
  #answers = 0;
  #stopping = false;

  constructor(rig: RigProcess) {
    const write = async (): Promise<void> => {
      while (!this.#stopping) {
        const request = this.#next();
        const answer = await rig.ask(request);
        this.#countAnswer();
        this.#retries += answer.retries;
        if (answer.thing === null) this.#failed.push(`${request.key} failed: ${answer.error}`);
        else this.#acknowledged.push(request);
        if (answer.thing !== null && request.kind === 'create') this.#things.push(answer.thing);
      }
    };
    this.#done = Promise.all(Array.from({ length: WRITERS }, write));
    // `stop` reports it; a writer that ends early must not end the process.
    this.#done.catch(() => undefined);
  }

  /** Resolves when every writer's last request is answered. */
  async stop(): Promise<{ acknowledged: RigRequest[]; failed: string[]; retries: number }> {
    this.#stopping = true;
    await this.#done;
    return { acknowledged: this.#acknowledged, failed: this.#failed, retries: this.#retries };
  }

  /** Resolves when so many more requests are answered. Rejects when a writer gave up. */
  async answered(more: number): Promise<void> {
    const reached = new Promise<void>((wake) => this.#waiting.push({ answers: this.#answers + more, wake }));
    await Promise.race([reached, this.#done]);
  }

  #countAnswer(): void {
    this.#answers++;
    for (const { answers, wake } of this.#waiting) if (answers === this.#answers) wake();
  }

  #next(): RigRequest {
    const key = `k${this.#asked++}`;
    const by = 1 + Math.floor(Math.random() * 9);
    const thing = this.#things[Math.floor(Math.random() * this.#things.length)];
    return thing === undefined || this.#asked % CREATE_ONE_IN === 0
      ? { kind: 'create', key, by }
      : { kind: 'count', key, by, thing };
  }
}

interface Killed {
  rig: RigProcess;
  writers: Writers;
  flush: (() => Promise<void>) | null;
}

type Kills = Pick<RigReport, 'kills' | 'earlyKills' | 'flushes'>;

/** Starts the tree and kills it, so many times, and leaves it running. */
async function killAgainAndAgain({ rig, writers, flush }: Killed, times: number): Promise<Kills> {
  const done: Kills = { kills: 0, earlyKills: 0, flushes: 0 };
  while (done.kills < times) {
    const started = rig.start();
    if (done.kills % EARLY_ONE_IN === 0) {
      await delay(between(EARLY_MS));
    } else {
      await started;
      await Promise.all([delay(between(UPTIME_MS)), writers.answered(ANSWERS_MIN)]);
    }
    await rig.kill();
    done.kills++;
    if (!(await started)) done.earlyKills++;
    if (flush && done.kills % FLUSH_ONE_IN === 0) {
      await flush();
      done.flushes++;
    }
  }
  await rig.start();
  return done;
}

function between({ min, max }: { min: number; max: number }): number {
  return min + Math.random() * (max - min);
}

async function rigRedis(url: string) {
  const prefix = `desk-rig-${randomBytes(6).toString('hex')}:`;
  const redis = new Redis(url);
  const flush = async (): Promise<void> => void (await redis.del(`${prefix}ev:${RIG}`));
  return {
    settings: { url, prefix },
    flush,
    close: async (): Promise<void> => {
      await flush();
      redis.disconnect();
    },
  };
}
