import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePort } from '@desk/local/engine/ports';
import { askSetUp, setUpAnswers } from '@desk/testkit/set-up';

const MAIN = fileURLToPath(new URL('../../local/dist/main.js', import.meta.url));
/** How long a start may take on a machine that is busy with other suites. `bench` says how long it takes on a quiet one. */
const READY_MS_MAX = 180_000;
/** Where a run looks for free ports for its desks. Runs beside this one on the same machine begin elsewhere; below the ports that systems give to clients. */
export const PORT_FIRST = 20_000 + (process.pid % 500) * 20;

/** The whole desk as `npm start` runs it, in a process of its own, on a data directory of its own. */
export class DeskProcess {
  readonly directory: string;
  /** Where it listens, also after a restart. */
  readonly port: number;
  #child: ChildProcess | null = null;

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  /** Starts a desk with demo data, on a port of its own. */
  static async start(): Promise<DeskProcess> {
    const directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
    if (setUpAnswers()) await cp(await askSetUp('filled desk'), directory, { recursive: true });
    const { port } = await freePort(PORT_FIRST);
    const desk = new DeskProcess(directory, port);
    await desk.restart();
    return desk;
  }

  /** Fills a new directory with the data of a desk that was started once, and gives its path. */
  static async fill(directory: string): Promise<string> {
    await mkdir(directory);
    const { port } = await freePort(PORT_FIRST);
    const desk = new DeskProcess(directory, port);
    await desk.restart();
    await desk.#end('SIGTERM');
    return directory;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the desk again on the same data. Comes back when it is ready. */
  async restart(): Promise<void> {
    const { MONGODB_URI: _shared, REDIS_URL: _redis, ...environment } = process.env;
    const child = spawn(process.execPath, [MAIN, 'start', '--port', String(this.port), '--data', this.directory], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    try {
      await this.#ready(child);
    } catch (error) {
      // Whoever asked for a desk has none to stop.
      await this.kill();
      throw error;
    }
  }

  async #ready(child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => reject(new Error(`The desk was not ready in time: ${said}`)), READY_MS_MAX);
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        const portal = /^ Portal +http:\/\/localhost:(\d+)$/m.exec(said)?.[1];
        if (!portal) return;
        clearTimeout(timer);
        if (Number(portal) === this.port) resolve();
        else reject(new Error(`Somebody took port ${this.port} meanwhile.`));
      });
      child.stderr.on('data', (text: Buffer) => (said += text.toString()));
      child.once('exit', (code) => reject(new Error(`The desk ended with ${code}: ${said}`)));
    });
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends the process in order and removes its data. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}
