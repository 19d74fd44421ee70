import type { UseQueryResult } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import type { CountsFragment } from '../generated/api.ts';
import { useSnapshot } from '../live/snapshot.ts';
import { countsQuery } from './queries.ts';

/** The tally of open incidents, as the feed brings it. */
export function useTally(): UseQueryResult<CountsFragment> {
  return useSnapshot(countsQuery(useSession().api));
}
