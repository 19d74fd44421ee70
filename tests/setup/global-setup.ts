import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startEngine, type RunningEngine } from '@desk/local/engine/engine';
import { processRuns } from '@desk/local/engine/holder';
import { ENGINES_VARIABLE } from '@desk/testkit/database';

declare global {
  // Jest loads set-up and tear-down apart; the global object is what they share.
  var deskTestEngines: TestEngines | undefined;
}

/** Longer than a local Redis ever takes to answer a ping. */
const REDIS_PING_MS_MAX = 500;

const REDIS_URL = 'redis://127.0.0.1:6379';

const DIRECTORY_PREFIX = 'desk-test-';

/** Offers the run a database, where `MONGODB_URI` names none (`testkit/src/database.ts` asks for it), and Redis, where one answers. */
export default async function setUp(): Promise<void> {
  if (!process.env['MONGODB_URI']) globalThis.deskTestEngines = await TestEngines.offer();
  if (!process.env['REDIS_URL'] && (await redisAnswers())) process.env['REDIS_URL'] = REDIS_URL;
}

/** The engines of a run, one for each of Jest's workers, on a directory of their own. A run whose suites ask for none starts none. */
export class TestEngines {
  readonly #directory: string;
  readonly #engines = new Map<string, Promise<RunningEngine>>();
  readonly #door = net.createServer((socket) => void this.#answer(socket));

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async offer(): Promise<TestEngines> {
    await sweepDirectories();
    const offered = new TestEngines(await mkdtemp(path.join(os.tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`)));
    const place = path.join(offered.#directory, 'engines.sock');
    await new Promise<void>((resolve) => offered.#door.listen(place, resolve));
    offered.#door.unref();
    process.env[ENGINES_VARIABLE] = place;
    return offered;
  }

  /** Stops the engines and removes their data. */
  async stop(): Promise<void> {
    this.#door.close();
    const stops = [...this.#engines.values()].map((engine) => engine.then((each) => each.stop()));
    await Promise.allSettled(stops);
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Is asked with a worker's name; answers with the address of its engine, or why there is none. */
  async #answer(socket: net.Socket): Promise<void> {
    const [name] = (await once(socket, 'data')) as [Buffer];
    const worker = name.toString();
    const directory = path.join(this.#directory, worker);
    const engine = this.#engines.get(worker) ?? startEngine({ directory });
    this.#engines.set(worker, engine);
    socket.end(await engine.then(({ uri }) => uri).catch(String));
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
