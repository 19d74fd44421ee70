import type { Viewer } from '@desk/kit/viewer';
import DataLoader from 'dataloader';
import type { Organization } from './organization.ts';
import type { Person } from './person.ts';
import { sightOf, type Sight } from './policy.ts';
import type { Store } from './store.ts';

/** The directory as one viewer sees it in one request. */
export interface View {
  /** What the viewer sees, but for the other sides of authorizations. */
  sight: Sight;
  /** All organizations that the viewer sees: asks the store at most once a request. */
  wholeSight: () => Promise<Sight>;
  /** Organizations by id; those asked for in one tick together. Null for what is out of sight. */
  organizations: DataLoader<string, Organization | null>;
  /** People by id, in one query for those asked for in one tick. Null for who is out of sight. */
  people: DataLoader<string, Person | null>;
}

/** The view of a viewer at an instant. */
export function viewOf(store: Store, viewer: Viewer, at: Date): View {
  const sight = sightOf(viewer);
  let whole: Promise<Sight> | null = null;
  const wholeSight = () => (whole ??= widen(store, sight, at));
  return {
    sight,
    wholeSight,
    organizations: new DataLoader(async (ids) => {
      const found = byId(await store.organizationsById(sight, ids));
      const missing = ids.filter((id) => !found.has(id));
      // Nearly all that is asked for is found at once; who is on the other side of an authorization is asked only for the rest.
      if (missing.length && hasOtherSides(sight)) {
        for (const one of await store.organizationsById(await wholeSight(), missing)) found.set(one._id, one);
      }
      return ids.map((id) => found.get(id) ?? null);
    }),
    people: new DataLoader(async (ids) => {
      const found = byId(await store.peopleById(sight, ids));
      return ids.map((id) => found.get(id) ?? null);
    }),
  };
}

async function widen(store: Store, sight: Sight, at: Date): Promise<Sight> {
  if (sight === 'ALL' || !hasOtherSides(sight)) return sight;
  const others = await store.counterpartiesOf(sight.own, at);
  return { ...sight, organizations: [...new Set([...sight.organizations, ...others])] };
}

function hasOtherSides(sight: Sight): boolean {
  return sight !== 'ALL' && sight.own.length > 0;
}

function byId<T extends { _id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record._id, record]));
}
