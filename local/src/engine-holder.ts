import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

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
  writeFileSync(holderPath(directory), JSON.stringify(holder));
}

/** The noted holder, or null where none is noted or the note is not readable (a crash may cut it short). */
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

/** Whether the process that started the holder's engine still runs, as far as this machine can see. */
export function launcherRuns(holder: EngineHolder): boolean {
  try {
    process.kill(holder.launcherPid, 0);
    return true;
  } catch (error) {
    // It runs, for another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function holderPath(directory: string): string {
  return path.join(directory, 'engine-holder.json');
}
