import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '../app/session-context.ts';
import { CONTINUITY_EVENT_KINDS, CONTINUITY_STAGES, type ContinuityEventRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { useText } from '../text/text.ts';
import { apiFilter, matchesFilter, readSearch, type ListSearch } from './filter.ts';
import { CONTINUITY_CHANGES } from './live.ts';
import { continuityEventsQuery } from './queries.ts';
import { CONTINUITY_EVENT } from './record.ts';
import { useDeclareOffered } from './rights.ts';

interface InRow {
  row: ContinuityEventRowFragment;
}

const EVENTS: RecordList<ContinuityEventRowFragment> = {
  noun: CONTINUITY_EVENT,
  title: 'continuity.title',
  label: 'continuity.list',
  counted: 'continuity.count',
  start: { label: 'nav.declare', address: { to: '/declare' }, useShown: useDeclareOffered },
  columns: [
    { name: 'priority', label: 'continuity.field.kind', cell: Kind },
    { name: 'title', label: 'column.title', cell: ({ row }: InRow) => row.title },
    { name: 'state', label: 'continuity.field.stage', cell: Stage },
    { name: 'due-cell', label: 'continuity.fact.began', cell: Began },
  ],
  useRows,
  Filter,
  Empty,
};

/** The continuity events that the address asks for, and the one that is open. */
export function ContinuityPage() {
  return <RecordsPage of={EVENTS} />;
}

/** The events of a search, kept live. Another search is another list, and starts afresh. */
function useRows(): LiveRows<ContinuityEventRowFragment> {
  const { api } = useSession();
  const search = useListSearch();
  const filter = useMemo(() => apiFilter(search), [search]);
  const options = continuityEventsQuery(api, filter);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: CONTINUITY_CHANGES,
    rule: {
      matches: (row) => matchesFilter(filter, row),
      compare: (first, second) =>
        first.createdAt < second.createdAt ? 1 : first.createdAt > second.createdAt ? -1 : 0,
    },
  });
}

function useListSearch(): ListSearch {
  return readSearch(useSearch({ strict: false }));
}

function Kind({ row }: InRow) {
  return useText().word('continuity.kind', row.kind);
}

function Stage({ row }: InRow) {
  return <span className="badge">{useText().word('continuity.stage', row.state)}</span>;
}

function Began({ row: { outageStartedAt } }: InRow) {
  const { format } = useSession();
  return outageStartedAt ? format.instant(outageStartedAt) : '–';
}

/** Choices that narrow the list. All of it stands in the address, so that a list can be kept and sent. */
function Filter() {
  const text = useText();
  const navigate = useNavigate();
  const search = useListSearch();
  const change = (changes: ListSearch) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }) });
  const words = (group: string, codes: readonly string[]) =>
    codes.map((code) => ({ value: code, label: text.word(group, code) }));
  return (
    <search className="filter">
      <FilterSelect
        label={text('continuity.filter.stage')}
        value={search.stage}
        choices={words('continuity.stage', CONTINUITY_STAGES)}
        choose={(stage) => change({ stage, open: stage ? undefined : true })}
      />
      <FilterSelect
        label={text('continuity.filter.kind')}
        value={search.kind}
        choices={words('continuity.kind', CONTINUITY_EVENT_KINDS)}
        choose={(kind) => change({ kind })}
      />
    </search>
  );
}

function Empty() {
  const text = useText();
  const search = useListSearch();
  return (
    <>
      <p>{text('continuity.empty')}</p>
      {Object.keys(search).length > 0 && <ClearFilter noun={CONTINUITY_EVENT} />}
    </>
  );
}
