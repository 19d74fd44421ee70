import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useDesk } from '../desk.tsx';
import { useText } from '../text.ts';
import { HistoryEntries } from './history.tsx';
import { Loaded } from './loaded.tsx';

/** What others changed on an incident after a version: shown beside what the reader typed, which stays. */
export function ChangesSince({ incident, version }: { incident: { id: string; number: string }; version: number }) {
  const text = useText();
  const { queries } = useDesk();
  const queryClient = useQueryClient();
  const history = useInfiniteQuery(queries.history(incident.number));
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: queries.incident(incident.number).queryKey });
    void queryClient.invalidateQueries({ queryKey: queries.history(incident.number).queryKey });
  }, [queryClient, queries, incident.number, version]);
  return (
    <Loaded of={history} lines={1}>
      {({ pages }) => (
        <>
          <p>{text('conflict.kept')}</p>
          <HistoryEntries
            entries={pages.flatMap((page) => page?.nodes ?? []).filter((entry) => (entry.version ?? 0) > version)}
          />
        </>
      )}
    </Loaded>
  );
}
