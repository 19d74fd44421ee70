import DataLoader from 'dataloader';
import { PAGE_MAX } from './page.ts';

/** Loads the records of one request by id: those asked for in one tick in one query for each PAGE_MAX. Null for what is out of reach. */
export type RecordLoader<T> = DataLoader<string, T | null>;

/** A loader for one request. `byIds` finds records of some ids within the viewer's reach, in any order. */
export function recordLoader<T extends { _id: string }>(
  byIds: (ids: readonly string[]) => Promise<T[]>,
): RecordLoader<T> {
  return new DataLoader(
    async (ids) => {
      const found = new Map((await byIds(ids)).map((record) => [record._id, record]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: PAGE_MAX },
  );
}
