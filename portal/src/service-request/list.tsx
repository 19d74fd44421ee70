import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '../app/session-context.ts';
import { SERVICE_REQUEST_STATES, type ServiceRequestRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { apiFilter, matchesFilter, readSearch, type ListSearch } from './filter.ts';
import { REQUEST_CHANGES } from './live.ts';
import { catalogueQuery, requestsQuery } from './queries.ts';
import { SERVICE_REQUEST } from './record.ts';
import { StateBadge, stateCode } from './state-badge.tsx';

interface InRow {
  row: ServiceRequestRowFragment;
}

const REQUESTS: RecordList<ServiceRequestRowFragment> = {
  noun: SERVICE_REQUEST,
  title: 'requests.title',
  label: 'requests.label',
  counted: 'requests.count',
  start: { label: 'nav.catalogue', address: { to: '/catalogue' } },
  columns: [
    { name: 'title', label: 'request.field.item', cell: Title },
    { name: 'state', label: 'column.state', cell: ({ row }: InRow) => <StateBadge state={row.state} /> },
    { name: 'due-cell', label: 'request.fact.due', cell: DueAt },
    { name: 'organization', label: 'column.organization', cell: ({ row }: InRow) => row.organization?.name },
  ],
  isLate: ({ breached }) => breached,
  useRows,
  Filter,
  Empty,
};

/** The service requests that the address asks for, and the one that is open. */
export function RequestsPage() {
  return <RecordsPage of={REQUESTS} />;
}

/** The requests of a search, kept live. Another search is another list, and starts afresh. */
function useRows(): LiveRows<ServiceRequestRowFragment> {
  const { api } = useSession();
  const search = useListSearch();
  const filter = useMemo(() => apiFilter(search), [search]);
  const options = requestsQuery(api, filter);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: REQUEST_CHANGES,
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

function Title({ row: { title, titleFr } }: InRow) {
  return useSession().language === 'FR' ? titleFr : title;
}

function DueAt({ row: { dueAt } }: InRow) {
  const { format } = useSession();
  return dueAt ? format.instant(dueAt) : '–';
}

/** Choices that narrow the list. All of it stands in the address, so that a list can be kept and sent. */
function Filter() {
  const text = useText();
  const navigate = useNavigate();
  const { api, language, customer } = useSession();
  const search = useListSearch();
  const items = useQuery(catalogueQuery(api)).data ?? [];
  const change = (changes: ListSearch) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }) });
  return (
    <search className="filter">
      <FilterSelect
        label={text('request.filter.state')}
        value={search.state}
        choices={SERVICE_REQUEST_STATES.map((value) => {
          const { group, code } = stateCode(value, customer);
          return { value, label: text.word(group, code) };
        })}
        choose={(state) => change({ state, open: state ? undefined : true })}
      />
      <FilterSelect
        label={text('request.filter.item')}
        value={search.item}
        choices={items.map((item) => ({ value: item.id, label: ownName(item, language) }))}
        choose={(item) => change({ item })}
      />
    </search>
  );
}

function Empty() {
  const text = useText();
  const search = useListSearch();
  return (
    <>
      <p>{text('requests.empty')}</p>
      {Object.keys(search).length > 0 && <ClearFilter noun={SERVICE_REQUEST} />}
    </>
  );
}
