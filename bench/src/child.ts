import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where a child runs: servers under measurement have core 0 for themselves, everything else shares core 1. */
export type Core = 0 | 1;

export interface ChildOptions {
  /** A program: `.ts` of ours below `bench/src`, or `.mjs` of a peer. */
  file: string;
  core: Core;
  env?: Record<string, string>;
  /** Options of Node itself. */
  nodeOptions?: readonly string[];
  /** Throws away what the child prints: a gateway writes a line for each request. */
  quiet?: boolean;
}

/** A process that this run started. It answers calls; it is ended by its id. */
export interface Child {
  pid: number;
  /** Asks the child for something. Rejects when it throws, ends, or takes longer than CALL_MS_MAX. */
  call<Answer>(name: string, argument?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** Longest wait for one answer of a child, in milliseconds. */
const CALL_MS_MAX = 120_000;
/** Longest wait for a child to end by itself, in milliseconds. */
const STOP_MS_MAX = 10_000;
const TASKSET = '/usr/bin/taskset';

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** Starts a program and waits until it says that it is ready. What it writes goes to our own output. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const process_ = spawnPinned(options);
  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  const fail = (reason: string) => {
    for (const { reject } of calls.values()) reject(new Error(`${path.basename(options.file)} ${reason}`));
    calls.clear();
  };
  const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  process_.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  process_.once('error', (error) => fail(`did not start: ${error.message}`));
  process_.on('message', ({ id, result, error }: Answer) => {
    const call = calls.get(id);
    calls.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  const wait = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        calls.delete(id);
        reject(new Error(`${path.basename(options.file)} did not answer within ${CALL_MS_MAX} ms`));
      }, CALL_MS_MAX);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      calls.set(id, {
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      });
    });

  await wait(READY);
  return {
    pid: process_.pid ?? 0,
    call: <Answer>(name: string, argument?: unknown) => {
      const id = ++last;
      const answer = wait(id);
      process_.send({ id, name, argument });
      return answer as Promise<Answer>;
    },
    async stop() {
      if (process_.exitCode === null && process_.signalCode === null) process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_MS_MAX);
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * The child's side: says that it is ready, and answers each call by its name. Ends when the parent does, so that a run that
 * is killed leaves nothing behind.
 */
export function answerCalls(handlers: Record<string, (argument: never) => unknown>): void {
  process.on('message', ({ id, name, argument }: { id: number; name: string; argument: unknown }) => {
    const handler = handlers[name] as ((argument: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!handler) throw new Error(`no such call: ${name}`);
        return handler(argument);
      })
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) =>
          process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  process.send?.({ id: READY });
}

/** The id under which a child says that it is ready. */
const READY = 0;

function spawnPinned({ file, core, env = {}, nodeOptions = [], quiet = false }: ChildOptions): ChildProcess {
  // Our own packages run as they are built: what is measured is what people run.
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const node = [process.execPath, ...nodeOptions, ...loader, path.join(ROOT, 'bench', file)];
  const command = existsSync(TASKSET) ? [TASKSET, '--cpu-list', String(core), ...node] : node;
  const [program = '', ...args] = command;
  return spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true', ...env },
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
  });
}
