import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useDesk, useLiveStatus } from './desk.tsx';
import type { CountsFragment } from './generated/api.ts';

/** How long the feed may take to bring the first tally before the page asks for it, in milliseconds. */
const TALLY_MS_MAX = 2_000;

/** The tally of open incidents, as the feed brings it. Where the feed is paused or late, it is asked for: that is dear. */
export function useTally(): UseQueryResult<CountsFragment> {
  const { queries } = useDesk();
  const paused = useLiveStatus() === 'PAUSED';
  const [late, setLate] = useState(false);
  const tally = useQuery({ ...queries.counts, enabled: paused || late });
  const missing = tally.data === undefined;
  useEffect(() => {
    if (!missing) return;
    const timer = setTimeout(() => setLate(true), TALLY_MS_MAX);
    return () => clearTimeout(timer);
  }, [missing]);
  return tally;
}
