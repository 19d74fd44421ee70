/**
 * Kills a service and its engine with `kill -9` under writers, again and again, and then looks whether any promise was
 * broken. README.md tells how to run it by hand, and how to see it find a bug.
 */
import { Answers, killAgainAndAgain, withGround, type Kills } from './kill-loop.ts';
import { checkRig, type RigFindings } from './rig-check.ts';
import { RigProcess } from './rig-process.ts';
import { RIG, type RigRequest } from './rig-protocol.ts';

const WRITERS = 8;
/** One in so many requests makes a new thing. */
const CREATE_ONE_IN = 10;

/** What a run of the rig did and found. */
export interface RigReport extends RigFindings, Kills {
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
  return withGround(options.redisUrl, [RIG], async ({ directory, stream }) => {
    const rig = new RigProcess({ directory, redis: stream?.settings ?? null, weakWrites: options.weakWrites ?? false });
    try {
      const writers = new Writers(rig);
      const kills = await killAgainAndAgain({ tree: rig, writers, flush: stream?.flush ?? null }, options.kills);
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
    }
  });
}

/** Writers that ask for one thing after another, each until it is acknowledged. */
class Writers {
  readonly answers = new Answers();
  readonly done: Promise<unknown>;
  readonly #acknowledged: RigRequest[] = [];
  /** What was answered with an error that no repetition changes, such as that an acknowledged thing is not there. */
  readonly #failed: string[] = [];
  readonly #things: string[] = [];
  #retries = 0;
  #asked = 0;
  #stopping = false;

  constructor(rig: RigProcess) {
    const write = async (): Promise<void> => {
      while (!this.#stopping) {
        const request = this.#next();
        const answer = await rig.ask(request);
        this.answers.add();
        this.#retries += answer.retries;
        if (answer.thing === null) this.#failed.push(`${request.key} failed: ${answer.error}`);
        else this.#acknowledged.push(request);
        if (answer.thing !== null && request.kind === 'create') this.#things.push(answer.thing);
      }
    };
    this.done = Promise.all(Array.from({ length: WRITERS }, write));
    // `stop` reports it; a writer that ends early must not end the process.
    this.done.catch(() => undefined);
  }

  /** Resolves when every writer's last request is answered. */
  async stop(): Promise<{ acknowledged: RigRequest[]; failed: string[]; retries: number }> {
    this.#stopping = true;
    await this.done;
    return { acknowledged: this.#acknowledged, failed: this.#failed, retries: this.#retries };
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
