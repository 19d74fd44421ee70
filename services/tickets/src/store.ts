import type { Foundation } from '@desk/kit/service/service';
import type { Migration } from '@desk/kit/write/migration';
import { REQUEST_MIGRATIONS, openRequestStore, type RequestStore } from './service-request/store.ts';
import { INCIDENT_MIGRATIONS, openIncidentStore, type IncidentStore } from './incident/store.ts';
import { KNOWN_ERROR_MIGRATIONS, openKnownErrorStore, type KnownErrorStore } from './known-error/store.ts';
import { STORED_VERSIONS_MIGRATION } from './data-version/store.ts';
import { PROBLEM_MIGRATIONS, openProblemStore, type ProblemStore } from './problem/store.ts';

/** The store of each noun. */
export interface Store {
  incidents: IncidentStore;
  requests: RequestStore;
  problems: ProblemStore;
  knownErrors: KnownErrorStore;
}

/** Opens the stores: models, indexes, aggregates. */
export async function openStore(foundation: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<Store> {
  return {
    incidents: await openIncidentStore(foundation),
    requests: await openRequestStore(foundation),
    problems: await openProblemStore(foundation),
    knownErrors: await openKnownErrorStore(foundation),
  };
}

/** The migrations of stored records, in order. The list only grows. */
export const MIGRATIONS: readonly Migration[] = [
  ...INCIDENT_MIGRATIONS,
  ...REQUEST_MIGRATIONS,
  ...PROBLEM_MIGRATIONS,
  ...KNOWN_ERROR_MIGRATIONS,
  STORED_VERSIONS_MIGRATION,
];
