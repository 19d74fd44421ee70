import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { makeSocketPath } from './socket.ts';
import { writeWhole } from './whole-file.ts';

/** Who has a data directory open. Written beside the data; to be believed only while the engine's own lock is held. */
export interface EngineHolder {
  enginePid: number;
  /** The process that started the engine: stopping it releases the directory. */
  launcherPid: number;
  /** ISO instant in UTC. */
  openedAt: string;
}

/** Notes the holder in the directory; the caller holds the engine's lock. */
export function writeHolder(directory: string, holder: EngineHolder): void {
  writeWhole(holderPath(directory), JSON.stringify(holder));
}

/** The noted holder, or null where none is noted or the note is not readable. */
export function findHolder(directory: string): EngineHolder | null {
  try {
    const holder = JSON.parse(readFileSync(holderPath(directory), 'utf8')) as Partial<EngineHolder>;
    const { enginePid, launcherPid, openedAt } = holder;
    if (enginePid === undefined || launcherPid === undefined || openedAt === undefined) return null;
    return { enginePid, launcherPid, openedAt };
  } catch {
    return null;
  }
}

/** Removes the note; the caller still holds the engine's lock. */
export function removeHolder(directory: string): void {
  rmSync(holderPath(directory), { force: true });
}

/** Whether an engine has a data directory open: it answers on the directory's socket. */
export function engineAnswers(directory: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(makeSocketPath(directory));
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_MS_MAX, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

const CONNECT_MS_MAX = 2_000;

/** Whether a process runs, as far as this machine can see. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, for another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function holderPath(directory: string): string {
  return path.join(directory, 'engine-holder.json');
}
