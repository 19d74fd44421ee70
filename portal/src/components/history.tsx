import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { nameOf } from '../choices.ts';
import { useDesk } from '../desk.tsx';
import type { HistoryQuery } from '../generated/api.ts';
import { findMessage, useText, wordFor } from '../text.ts';
import { actorName } from './actor.ts';
import { Loaded } from './loaded.tsx';

type Entry = NonNullable<HistoryQuery['incident']>['history']['nodes'][number];

/** What happened to an incident, the newest first. */
export function History({ id }: { id: string }) {
  const text = useText();
  const { queries } = useDesk();
  const history = useInfiniteQuery(queries.history(id));
  return (
    <Loaded of={history}>
      {({ pages }) => (
        <>
          <HistoryEntries entries={pages.flatMap((page) => [...(page?.nodes ?? [])].reverse())} />
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

/** Entries of a history: who, when, from what, to what. */
export function HistoryEntries({ entries }: { entries: readonly Entry[] }) {
  const text = useText();
  const { format } = useDesk();
  const word = useFieldWord(entries);
  return (
    <ol className="history">
      {entries.map((entry, index) => (
        <li key={`${entry.at}-${entry.kind}-${index}`}>
          <time dateTime={entry.at}>{format.instant(entry.at)}</time>
          <div>
            <strong>{wordFor(text, 'event', entry.kind)}</strong>{' '}
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
                  {text('history.change', { field: wordFor(text, 'changed', field) })} {from !== null && <s>{from}</s>}{' '}
                  {to !== null && <span>{to}</span>}
                  {from === null && to === null && <span>{text('links.hidden')}</span>}
                </p>
              ))}
            {entry.remark && <p className="remark">{entry.remark}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** The words for codes in changes, by the name of the changed field. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  state: 'state',
  priority: 'priority',
  impact: 'impact',
  urgency: 'urgency',
  environment: 'environment',
  holdReason: 'holdReason',
  hold: 'holdReason',
  resolutionCode: 'resolutionCode',
  resolution: 'resolutionCode',
  cause: 'cause',
  RESPONSE: 'breachCause',
  RESOLUTION: 'breachCause',
  UPDATE: 'breachCause',
};

/** Gives the words for the values of changes. Who is named in one usually acts in another entry; staff look up the rest. */
function useFieldWord(entries: readonly Entry[]): (field: string, value: string) => string {
  const text = useText();
  const { staff, customer, references, language, format, queries } = useDesk();
  const names = new Map(entries.map(({ actor }) => [actor?.person?.id, actor?.person?.name]));
  const unknown = entries.some(({ changes }) =>
    changes.some(({ field, from, to }) => isPerson(field) && [from, to].some((id) => id !== null && !names.has(id))),
  );
  const analysts = useQuery({ ...queries.analysts, enabled: staff && unknown }).data ?? [];
  for (const { id, name } of analysts) names.set(id, name);
  return (field, value) => {
    if (isPerson(field)) return names.get(value) ?? text('actor.person');
    const words = FIELD_WORDS[field.split('.')[0] ?? ''];
    const group = words === 'state' && customer ? 'customerState' : words;
    if (group && findMessage(`${group}.${value}`)) return wordFor(text, group, value);
    if (field.startsWith('service')) return nameOf(references.services, value, language);
    if (field.startsWith('category')) return nameOf(references.incidentCategories, value, language);
    if (field.startsWith('assignmentGroup')) return nameOf(references.assignmentGroups, value, language);
    return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? format.instant(value) : value;
  };
}

function isPerson(field: string): boolean {
  return field.startsWith('assignee');
}
