import { useQuery, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLiveStatus } from './feed-context.ts';

/** How long the feed may take to bring the first snapshot before the page asks for it, in milliseconds. */
const SNAPSHOT_MS_MAX = 2_000;

/** What a live snapshot holds, as the feed brings it. Where the feed is paused or late, it is asked for: that is dear. */
export function useSnapshot<Value, Key extends readonly unknown[]>(
  query: UseQueryOptions<Value, Error, Value, Key>,
): UseQueryResult<Value> {
  const paused = useLiveStatus() === 'PAUSED';
  const [late, setLate] = useState(false);
  const snapshot = useQuery({ ...query, enabled: paused || late });
  const missing = snapshot.data === undefined;
  useEffect(() => {
    if (!missing) return;
    const timer = setTimeout(() => setLate(true), SNAPSHOT_MS_MAX);
    return () => clearTimeout(timer);
  }, [missing]);
  return snapshot;
}
