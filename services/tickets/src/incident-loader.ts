import { PAGE_MAX } from '@desk/kit/page';
import type { Reach } from '@desk/kit/viewer';
import DataLoader from 'dataloader';
import type { Incident } from './incident.ts';
import type { Store } from './store.ts';

/** Loads incidents of one request by id: those asked for in one tick in one query for each PAGE_MAX. Null for what is out of reach. */
export type IncidentLoader = DataLoader<string, Incident | null>;

/** A loader for one request. */
export function incidentLoader(store: Pick<Store, 'incidentsById'>, reach: Reach): IncidentLoader {
  return new DataLoader(
    async (ids) => {
      const found = new Map((await store.incidentsById(reach, ids)).map((incident) => [incident._id, incident]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: PAGE_MAX },
  );
}
