import { readFileSync } from 'node:fs';
import { readServices } from './list.ts';
import type { ListedService } from './opening.ts';

/** Reads `data/services.yaml`. Throws DataProblem, so that the directory does not start with a wrong file. */
export function loadServices(): ListedService[] {
  return readServices(readFileSync(new URL('../../data/services.yaml', import.meta.url), 'utf8'));
}
