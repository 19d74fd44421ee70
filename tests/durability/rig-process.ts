import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RigReady, RigRequest, RigSettings } from './rig-protocol.ts';

/** Longer than any start takes, in milliseconds: that of an engine that recovers on a busy machine. */
const START_MS_MAX = 180_000;
/** A request without an answer counts as lost after this, in milliseconds. */
const REQUEST_MS_MAX = 2_000;
const RETRY_MS = 20;
/** A writer gives up after so many requests to a running service. While none runs it waits: how long a start takes is the machine's. */
const SENT_MAX = 3_000;

/** What became of a request, after so many repetitions. */
export type RigAnswer = { thing: string; retries: number } | { thing: null; error: string; retries: number };

/** The rig's service and engine as one process tree, which is killed and started again on the same data. */
export class RigProcess {
  readonly #settings: RigSettings;
  #child: ChildProcess | null = null;
  #ready: RigReady | null = null;
  #ended = false;

  constructor(settings: RigSettings) {
    this.#settings = settings;
  }

  /** The service's database; only while it runs. */
  get mongodbUri(): string {
    if (!this.#ready) throw new Error('The rig service does not run.');
    return this.#ready.mongodbUri;
  }

  /** Starts the tree. Resolves when it answers, or with false when it was killed before it did. */
  async start(): Promise<boolean> {
    const child = spawn(
      process.execPath,
      [
        '--conditions=source',
        '--import',
        'tsx',
        fileURLToPath(new URL('./rig-service.ts', import.meta.url)),
        JSON.stringify(this.#settings),
      ],
      {
        // tsx is looked up from the working directory.
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        // A group of its own, for one signal to end all of it.
        detached: true,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    this.#child = child;
    const exited = once(child, 'exit').then(() => null);
    const late = AbortSignal.timeout(START_MS_MAX);
    const first = await Promise.race([once(child, 'message', { signal: late }), exited]);
    if (!first) {
      if (child.signalCode === 'SIGKILL') return false;
      throw new Error(`The rig service ended at its start with code ${child.exitCode}.`);
    }
    this.#ready = first[0] as RigReady;
    return true;
  }

  /** Kills service and engine with one signal, `kill -9`, and resolves when they are gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGKILL');
    await once(child, 'exit');
    this.#ready = null;
  }

  /** Kills the tree for good: who still asks is answered with an error. */
  end(): Promise<void> {
    this.#ended = true;
    return this.kill();
  }

  /** Arms a crash: the tree kills itself at the n-th pass of the place, `drain.afterAppend:3`. */
  crashAt(setting: string): void {
    this.#child?.send(setting);
  }

  /** Resolves when the tree has killed itself. */
  async crashed(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#ready = null;
  }

  /**
   * Asks until it is acknowledged, whatever happens to the service meanwhile, and resolves with the thing's id and how
   * often the request was repeated; or without an id, on an answer that no repetition changes.
   */
  async ask(request: RigRequest): Promise<RigAnswer> {
    let last = 'none';
    for (let sent = 0; sent < SENT_MAX && !this.#ended;) {
      if (this.#ready) {
        sent++;
        const answer = await askOnce(this.#ready.url, request);
        if (answer?.status === 200) return { thing: answer.text, retries: sent - 1 };
        if (answer?.status === 409) return { thing: null, error: answer.text, retries: sent - 1 };
        last = answer?.text ?? 'none';
      }
      await delay(RETRY_MS);
    }
    const why = this.#ended ? 'before the rig ended' : `in ${SENT_MAX} requests`;
    throw new Error(`${request.key} was never acknowledged ${why}. The last answer: ${last}.`);
  }
}

/** Null when no answer came. */
async function askOnce(url: string, request: RigRequest): Promise<{ status: number; text: string } | null> {
  try {
    const signal = AbortSignal.timeout(REQUEST_MS_MAX);
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(request), signal });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}
