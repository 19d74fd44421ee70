import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { historyQuery, incidentQuery } from '../api/queries.ts';
import { useQueryClient } from '@tanstack/react-query';
import { HistoryEntries } from './history.tsx';
import { Waiting } from './waiting.tsx';
import { useText } from '../text.ts';

/** What others changed on an incident after a version: shown beside what the reader typed, which stays. */
export function ChangesSince({ incident, version }: { incident: { id: string; number: string }; version: number }) {
  const text = useText();
  const queryClient = useQueryClient();
  const history = useInfiniteQuery(historyQuery(incident.number));
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: incidentQuery(incident.number).queryKey });
    void queryClient.invalidateQueries({ queryKey: historyQuery(incident.number).queryKey });
  }, [queryClient, incident.number, version]);
  if (!history.data) return <Waiting lines={1} />;
  const entries = history.data.pages
    .flatMap((page) => page?.nodes ?? [])
    .filter((entry) => (entry.version ?? 0) > version);
  return (
    <>
      <p>{text('conflict.kept')}</p>
      <HistoryEntries entries={entries} />
    </>
  );
}
