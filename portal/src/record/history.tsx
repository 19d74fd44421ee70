import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ComponentType } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { actorName } from '../person/actor.ts';
import { useText } from '../text/text.ts';
import type { HistoryEntry, PageRecord, RecordNoun } from './noun.ts';
import { historyQuery, refreshRecord } from './queries.ts';

/** What happened to a record, the newest first. */
export function History<Rec extends PageRecord>({ noun, id }: { noun: RecordNoun<Rec>; id: string }) {
  const text = useText();
  const { api } = useSession();
  const history = useInfiniteQuery(historyQuery(noun, api, id));
  return (
    <Loaded of={history}>
      {({ pages }) => (
        <>
          <Entries noun={noun} entries={pages.flatMap((page) => [...(page?.nodes ?? [])].reverse())} />
          {history.hasNextPage && (
            <Button variant="default" size="compact-sm" onClick={() => void history.fetchNextPage()}>
              {text('history.more')}
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}

/** Makes the part that shows, beside what the reader typed, what others changed on a record after a version. */
export function changesSince<Rec extends PageRecord>(
  noun: RecordNoun<Rec>,
): ComponentType<{ record: Rec; version: number }> {
  return function ChangesSince({ record, version }) {
    const text = useText();
    const { api } = useSession();
    const queryClient = useQueryClient();
    const history = useInfiniteQuery(historyQuery(noun, api, record.number));
    useEffect(() => {
      refreshRecord(noun, queryClient, record.number);
    }, [queryClient, record.number, version]);
    return (
      <Loaded of={history} lines={1}>
        {({ pages }) => (
          <>
            <p>{text('conflict.kept')}</p>
            <Entries
              noun={noun}
              entries={pages.flatMap((page) => page?.nodes ?? []).filter((entry) => (entry.version ?? 0) > version)}
            />
          </>
        )}
      </Loaded>
    );
  };
}

/** Entries of a history: who, when, from what, to what. */
function Entries<Rec extends PageRecord>(props: { noun: RecordNoun<Rec>; entries: readonly HistoryEntry[] }) {
  const { noun, entries } = props;
  const text = useText();
  const { format } = useSession();
  const word = noun.useFieldWord(entries);
  return (
    <ol className="history">
      {entries.map((entry, index) => (
        <li key={`${entry.at}-${entry.kind}-${index}`}>
          <time dateTime={entry.at}>{format.instant(entry.at)}</time>
          <div>
            <strong>{text.word(`${noun.name}.event`, entry.kind)}</strong>{' '}
            <span className="quiet">{actorName(entry.actor, text)}</span>
            {entry.changes
              .map(({ field, from, to }) => ({
                field,
                from: from === null ? null : word(field, from),
                to: to === null ? null : word(field, to),
              }))
              // What reads the same before and after is no change to this reader; what tells neither is another organization's.
              .filter(({ from, to }) => from !== to || from === null)
              .map(({ field, from, to }) => (
                <p key={field} className="change">
                  {text('history.change', { field: text.word(`${noun.name}.changed`, field) })}{' '}
                  {from !== null && <s>{from}</s>} {to !== null && <span>{to}</span>}
                  {from === null && to === null && <span>{text('history.hidden')}</span>}
                </p>
              ))}
            {entry.remark && <p className="remark">{entry.remark}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
