import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Longer than any start takes, in milliseconds: that of an engine that recovers on a busy machine. */
const START_MS_MAX = 180_000;

/** A program and the engine that it starts as one process tree, which is killed and started again on the same data. */
export class ProcessTree<Ready extends object> {
  readonly #program: string;
  readonly #settings: object;
  #child: ChildProcess | null = null;
  #ready: Ready | null = null;
  #ended = false;

  /** `program` is a module of this folder. It reads its settings as JSON, and sends a message once it answers. */
  constructor(program: string, settings: object) {
    this.#program = program;
    this.#settings = settings;
  }

  /** What the program told once it answered; null while none runs. */
  get ready(): Ready | null {
    return this.#ready;
  }

  /** True once the tree was killed for good. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Starts the tree. Resolves when it answers, or with false when it was killed before it did. */
  async start(): Promise<boolean> {
    const child = spawn(
      process.execPath,
      [
        '--conditions=source',
        '--import',
        'tsx',
        fileURLToPath(new URL(this.#program, import.meta.url)),
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
      throw new Error(`${this.#program} ended at its start with code ${child.exitCode}.`);
    }
    this.#ready = first[0] as Ready;
    return true;
  }

  /** Kills program and engine with one signal, `kill -9`, and resolves when they are gone. */
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
}
