import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startEngine, type RunningEngine } from '@desk/local/engine/engine';
import { processRuns } from '@desk/local/engine/holder';
import { SET_UP_VARIABLE } from '@desk/testkit/set-up';
import { DeskProcess } from '../desk/desk-process.ts';

declare global {
  // Jest loads set-up and tear-down apart; the global object is what they share.
  var deskTestGround: SharedGround | undefined;
}

/** Longer than a local Redis ever takes to answer a ping. */
const REDIS_PING_MS_MAX = 500;

const REDIS_URL = 'redis://127.0.0.1:6379';

const DIRECTORY_PREFIX = 'desk-test-';

/** Offers the run what its suites share, where `MONGODB_URI` names no database, and Redis, where one answers. */
export default async function setUp(): Promise<void> {
  if (!process.env['MONGODB_URI']) globalThis.deskTestGround = await SharedGround.offer();
  if (!process.env['REDIS_URL'] && (await redisAnswers())) process.env['REDIS_URL'] = REDIS_URL;
}

/**
 * What the suites of a run share, made when the first of them asks for it: an engine for each of Jest's workers, and the data of a desk
 * that was filled once, so that each suite with a desk of its own begins on a copy.
 */
export class SharedGround {
  readonly #directory: string;
  readonly #engines = new Map<string, Promise<RunningEngine>>();
  #filled: Promise<string> | null = null;
  readonly #door = net.createServer((socket) => void this.#answer(socket));

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async offer(): Promise<SharedGround> {
    await sweepDirectories();
    const offered = new SharedGround(await mkdtemp(path.join(os.tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`)));
    const place = path.join(offered.#directory, 'set-up.sock');
    await new Promise<void>((resolve) => offered.#door.listen(place, resolve));
    offered.#door.unref();
    process.env[SET_UP_VARIABLE] = place;
    return offered;
  }

  /** Stops the engines and removes their data. */
  async stop(): Promise<void> {
    this.#door.close();
    const stops = [...this.#engines.values()].map((engine) => engine.then((each) => each.stop()));
    await Promise.allSettled(stops);
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Is asked for `engine <worker>` or `filled desk`; answers with `OK` and its address or directory, or why there is none. */
  async #answer(socket: net.Socket): Promise<void> {
    const [wanted] = (await once(socket, 'data')) as [Buffer];
    const [what, worker = ''] = wanted.toString().split(' ');
    const found = what === 'engine' ? this.#engineOf(worker) : this.#filledDesk();
    socket.end(await found.then((place) => `OK ${place}`).catch(String));
  }

  async #engineOf(worker: string): Promise<string> {
    const engine = this.#engines.get(worker) ?? startEngine({ directory: path.join(this.#directory, worker) });
    this.#engines.set(worker, engine);
    return (await engine).uri;
  }

  #filledDesk(): Promise<string> {
    this.#filled ??= DeskProcess.fill(path.join(this.#directory, 'desk'));
    return this.#filled;
  }
}

/** Removes what runs that were killed left behind; a directory's name holds the id of the process that made it. */
async function sweepDirectories(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = new RegExp(`^${DIRECTORY_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || processRuns(Number(pid))) continue;
    // What is another user's, or is still being closed, stays for a later run.
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function redisAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(REDIS_URL);
    const socket = net.connect(Number(port), hostname);
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(REDIS_PING_MS_MAX, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('connect', () => socket.write('PING\r\n'));
  });
}
