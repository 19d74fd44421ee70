import { ConfigProblem } from '@desk/kit/process/config';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSettings } from './engine/database.ts';
import { EngineFailure } from './engine/engine.ts';
import { engineAnswers, processRuns } from './engine/holder.ts';

/** What a desk makes in its data directory; all else there is somebody else's. */
const MADE = ['mongodb', 'mongod', 'secrets.json'];

/** Throws away what a desk keeps in a data directory. Refuses while a database there runs, and where the data are elsewhere. */
export async function resetData(directory: string, settings: DatabaseSettings): Promise<void> {
  if (settings.MONGODB_URI) {
    throw new ConfigProblem([
      'MONGODB_URI: names a database that --reset does not touch. Drop it there, or leave MONGODB_URI out.',
    ]);
  }
  if (await runs(directory)) {
    throw new EngineFailure(`A desk runs on ${directory}. Stop it first: --reset would take its data from under it.`);
  }
  for (const name of MADE) rmSync(path.join(directory, name), { recursive: true, force: true });
}

async function runs(directory: string): Promise<boolean> {
  const embedded = path.join(directory, 'mongodb');
  if (existsSync(embedded) && (await engineAnswers(realpathSync(embedded)))) return true;
  // mongod writes its process there, and empties the file when it ends in order.
  const lock = path.join(directory, 'mongod', 'mongod.lock');
  const pid = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : NaN;
  return pid > 0 && processRuns(pid);
}
