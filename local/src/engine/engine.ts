import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EngineReport } from './child.ts';
import { findHolder, processRuns } from './holder.ts';

/** An embedded MongoDB engine that runs in a child process. It does not keep this process alive. */
export interface RunningEngine {
  /** Without a database name; every write through it is acknowledged by the journal. */
  uri: string;
  pid: number;
  /** Closes the engine and resolves when its process is gone. May be called again. */
  stop(): Promise<void>;
  /** Resolves with the reason, a sentence, if the engine ends without `stop`; otherwise stays pending. */
  died: Promise<string>;
}

/** Where the engine reports what it does; a pino logger fits. */
export interface EngineLogger {
  info(fields: object, message: string): void;
}

/** The engine did not start, or may not; the message says why and what to do. */
export class EngineFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EngineFailure';
  }
}

/** An engine whose launcher crashed closes by itself within 4 s (measured); so long a next one waits for it. */
const IN_USE_WAIT_MS_MAX = 5_000;
const IN_USE_RETRY_MS = 200;

/** Opening takes 0.1 to 1 s; the rest is for a repair of all collections after damage. */
const START_MS_MAX = 120_000;

/** Closing takes 0.3 s. After this the engine is killed, which loses no acknowledged write. */
const STOP_MS_MAX = 10_000;

/** Below this much free space the journal has no room for its next file of 100 MiB. */
const FREE_BYTES_MIN = 100 * 1024 * 1024;

const WRITE_PROBE_BYTES = 4096;

/**
 * Starts the embedded engine on a data directory, made when missing. One engine at a time has a directory: rejects
 * with an `EngineFailure` that names the holder, after up to 5 s when that one's launcher has crashed.
 */
export async function startEngine(options: { directory: string; logger?: EngineLogger }): Promise<RunningEngine> {
  const directory = prepareDirectory(path.resolve(options.directory));
  const waitUntil = performance.now() + IN_USE_WAIT_MS_MAX;
  while (performance.now() < waitUntil) {
    const child = spawnProgram('child', [directory]);
    const report = await firstReport(child, directory);
    if (report.kind === 'ready') {
      options.logger?.info({ directory, pid: child.pid }, 'embedded MongoDB engine ready');
      return superviseEngine({ child, directory, socketPath: report.socketPath });
    }
    if (report.kind === 'unsupported') throw new EngineFailure(report.message);
    if (report.kind === 'failed') {
      throw new EngineFailure(`The embedded MongoDB engine did not open ${directory}: ${report.message}.`);
    }
    const holder = findHolder(directory);
    if (holder && processRuns(holder.launcherPid)) break;
    options.logger?.info({ directory }, 'data directory still in use, waiting for its engine to close');
    await delay(IN_USE_RETRY_MS);
  }
  throw new EngineFailure(inUseSentence(directory));
}

/** Makes a directory for data and proves that it takes writes. Throws EngineFailure, whose message says what to do. */
export function prepareDirectory(directory: string): string {
  const probePath = path.join(directory, 'engine-write-probe');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const probe = openSync(probePath, 'w', 0o600);
    try {
      writeSync(probe, Buffer.alloc(WRITE_PROBE_BYTES));
      fsyncSync(probe);
    } finally {
      closeSync(probe);
      rmSync(probePath, { force: true });
    }
    return realpathSync(directory);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = DIRECTORY_FAULTS[code ?? ''] ?? message;
    throw new EngineFailure(`The data directory ${directory} cannot be used: ${why}.`);
  }
}

const DIRECTORY_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there; change its owner or choose another directory',
  EPERM: 'this user may not write there; change its owner or choose another directory',
  EROFS: 'its file system is read-only; choose another directory',
  ENOSPC: 'the disk is full; free some space and start again',
  EDQUOT: "this user's disk quota is used up; free some space and start again",
  EEXIST: 'a file of this name is in the way; choose another directory',
  ENOTDIR: 'a part of this path is a file; choose another directory',
};

/** Starts a program of ours, with a channel to it: from `dist` under plain node; from the sources, as in tests, through tsx. */
export function spawnProgram(name: string, args: readonly string[]): ChildProcess {
  const extension = path.extname(new URL(import.meta.url).pathname);
  const program = fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
  const loader = extension === '.ts' ? ['--conditions=source', '--import', 'tsx'] : [];
  return spawn(process.execPath, [...loader, program, ...args], {
    // tsx is looked up from the working directory.
    cwd: path.dirname(program),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The child's report. Rejects when it ends without one, or takes longer than `START_MS_MAX` (then it is killed). */
async function firstReport(child: ChildProcess, directory: string): Promise<EngineReport> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<EngineReport>((resolve, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new EngineFailure(`The embedded MongoDB engine did not open ${directory} in ${START_MS_MAX / 1000} s.`));
      }, START_MS_MAX);
      child.once('message', (report) => resolve(report as EngineReport));
      child.once('error', (error) =>
        reject(new EngineFailure(`The engine's process did not start: ${error.message}.`)),
      );
      // "close" comes after the last message, "exit" may come before it.
      child.once('close', (code, signal) =>
        reject(new EngineFailure(deathReason({ code, signal, directory, freeBytes: freeBytes(directory) }))),
      );
    });
  } finally {
    clearTimeout(timer);
  }
}

function superviseEngine(ready: { child: ChildProcess; directory: string; socketPath: string }): RunningEngine {
  const { child, directory, socketPath } = ready;
  let stopping: Promise<void> | null = null;
  const closed = new Promise<string>((resolve) => {
    child.once('close', (code, signal) =>
      resolve(deathReason({ code, signal, directory, freeBytes: freeBytes(directory) })),
    );
  });
  const died = new Promise<string>((resolve) => {
    void closed.then((reason) => {
      if (!stopping) resolve(reason);
    });
  });
  child.unref();
  child.channel?.unref();

  async function stopChild(): Promise<void> {
    child.ref();
    child.channel?.ref();
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await closed;
    clearTimeout(timer);
  }

  return {
    uri: engineUri(socketPath),
    pid: child.pid ?? 0,
    stop: () => (stopping ??= stopChild()),
    died,
  };
}

/**
 * Majority and journal, because the engine loses acknowledged writes at a crash without the journal; no retryable
 * writes, because it has no sessions.
 */
function engineUri(socketPath: string): string {
  return `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true&w=majority&journal=true&retryWrites=false`;
}

/** Why the engine's process ended, as a sentence: the engine itself writes none for the two commonest reasons. */
export function deathReason(end: {
  code: number | null;
  signal: NodeJS.Signals | null;
  directory: string;
  freeBytes: number;
}): string {
  const { code, signal, directory, freeBytes } = end;
  const what = `The embedded MongoDB engine on ${directory} ended`;
  if (signal === 'SIGABRT' && freeBytes < FREE_BYTES_MIN) {
    return `${what}: the disk is full. Free some space and start again; no acknowledged write is lost.`;
  }
  if (signal === 'SIGABRT') return `${what}: it aborted. Start again; no acknowledged write is lost.`;
  if (signal === 'SIGKILL') return `${what}: it was killed, by a person or because the machine is out of memory.`;
  if (signal) return `${what}: it was ended by ${signal}.`;
  if (code === 14) return `${what}: it may not write some of its files. Check their owner and that none is read-only.`;
  if (code === 0) return `${what}: it was asked to close by another process.`;
  return `${what} with exit code ${code}.`;
}

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    // The directory is gone; then free space is not the reason.
    return Number.POSITIVE_INFINITY;
  }
}

function inUseSentence(directory: string): string {
  const holder = findHolder(directory);
  const who = holder
    ? `process ${holder.launcherPid} (its engine is process ${holder.enginePid}) since ${holder.openedAt}`
    : 'another process';
  return (
    `The data directory ${directory} is in use by ${who}. Stop that process, or choose another directory; ` +
    'two engines never share one.'
  );
}
