import { readFileSync } from 'node:fs';
import { readCriticalServices, type CriticalService } from './critical-service.ts';

/** Reads `data/critical-services.yaml`. Throws DataProblem, so that the service does not start with a wrong file. */
export function loadCriticalServices(): CriticalService[] {
  return readCriticalServices(readFileSync(new URL('../../data/critical-services.yaml', import.meta.url), 'utf8'));
}
