import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useNow } from '../app/now.ts';
import { useSession } from '../app/session-context.ts';
import { CHANGE_STATES, CHANGE_TYPES, type ChangeRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { useServiceChoices } from '../service/queries.ts';
import { useText } from '../text/text.ts';
import { apiFilter, matchesFilter, PLANNED_SPANS, readSearch, type ListSearch } from './filter.ts';
import { CHANGE_CHANGES } from './live.ts';
import { changesQuery } from './queries.ts';
import { CHANGE } from './record.ts';
import { useProposeOffered } from './rights.ts';
import { StateBadge } from './state-badge.tsx';

interface InRow {
  row: ChangeRowFragment;
}

const CHANGES: RecordList<ChangeRowFragment> = {
  noun: CHANGE,
  title: 'changes.title',
  label: 'changes.label',
  counted: 'changes.count',
  start: { label: 'nav.propose', address: { to: '/propose' }, useShown: useProposeOffered },
  columns: [
    { name: 'priority', label: 'change.field.type', cell: Type },
    { name: 'title', label: 'column.title', cell: ({ row }: InRow) => row.title },
    { name: 'state', label: 'column.state', cell: ({ row }: InRow) => <StateBadge state={row.state} /> },
    { name: 'due-cell', label: 'change.field.plannedStart', cell: Window },
    { name: 'organization', label: 'column.organization', cell: ({ row }: InRow) => row.organization?.name },
  ],
  useRows,
  Filter,
  Empty,
};

/** The changes that the address asks for, and the one that is open. */
export function ChangesPage() {
  return <RecordsPage of={CHANGES} />;
}

/** The changes of a search, kept live. Another search is another list, and starts afresh. */
function useRows(): LiveRows<ChangeRowFragment> {
  const { api } = useSession();
  const search = useListSearch();
  const now = useNow();
  const filter = useMemo(() => apiFilter(search, now), [search, now]);
  const options = changesQuery(api, filter);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: CHANGE_CHANGES,
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

function Type({ row: { type } }: InRow) {
  const text = useText();
  return type ? text.word('change.type', type) : '–';
}

function Window({ row: { plannedStart } }: InRow) {
  const { format } = useSession();
  return plannedStart ? format.instant(plannedStart) : '–';
}

/** Choices that narrow the list. All of it stands in the address, so that a list can be kept and sent. */
function Filter() {
  const text = useText();
  const navigate = useNavigate();
  const search = useListSearch();
  const services = useServiceChoices();
  const change = (changes: ListSearch) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }) });
  const words = (group: string, codes: readonly string[]) =>
    codes.map((code) => ({ value: code, label: text.word(group, code) }));
  return (
    <search className="filter">
      <FilterSelect
        label={text('change.filter.state')}
        value={search.state}
        choices={words('change.state', CHANGE_STATES)}
        choose={(state) => change({ state, open: state ? undefined : true })}
      />
      <FilterSelect
        label={text('change.filter.type')}
        value={search.type}
        choices={words('change.type', CHANGE_TYPES)}
        choose={(type) => change({ type })}
      />
      <FilterSelect
        label={text('change.filter.planned')}
        value={search.planned}
        choices={words('change.planned', PLANNED_SPANS)}
        choose={(planned) => change({ planned })}
      />
      <FilterSelect
        label={text('change.filter.service')}
        value={search.service}
        choices={services}
        choose={(service) => change({ service })}
      />
    </search>
  );
}

function Empty() {
  const text = useText();
  const search = useListSearch();
  return (
    <>
      <p>{text('changes.empty')}</p>
      {Object.keys(search).length > 0 && <ClearFilter noun={CHANGE} />}
    </>
  );
}
