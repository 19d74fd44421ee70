import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '../app/session-context.ts';
import { KNOWN_ERROR_STATES, type KnownErrorRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { useServiceChoices, useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { apiFilter, matchesFilter, readSearch, type ListSearch } from './filter.ts';
import { KNOWN_ERROR_CHANGES } from './live.ts';
import { knownErrorsQuery } from './queries.ts';
import { KNOWN_ERROR } from './record.ts';

interface InRow {
  row: KnownErrorRowFragment;
}

const KNOWN_ERRORS: RecordList<KnownErrorRowFragment> = {
  noun: KNOWN_ERROR,
  title: 'knownErrors.title',
  label: 'knownErrors.list',
  counted: 'knownErrors.count',
  columns: [
    { name: 'title', label: 'column.title', cell: ({ row }: InRow) => row.title },
    { name: 'state', label: 'column.state', cell: State },
    { name: 'organization', label: 'knownError.field.service', cell: Services },
    { name: 'due-cell', label: 'knownError.field.codes', cell: ({ row }: InRow) => row.errorCodes.join(', ') || '–' },
  ],
  useRows,
  Filter,
  Empty,
};

/** The known errors that the address asks for, and the one that is open. */
export function KnownErrorsPage() {
  return <RecordsPage of={KNOWN_ERRORS} />;
}

/** The known errors of a search, kept live. Another search is another list, and starts afresh. */
function useRows(): LiveRows<KnownErrorRowFragment> {
  const { api } = useSession();
  const search = useListSearch();
  const filter = useMemo(() => apiFilter(search), [search]);
  const options = knownErrorsQuery(api, filter);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: KNOWN_ERROR_CHANGES,
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

function State({ row }: InRow) {
  return <span className="badge">{useText().word('knownError.state', row.state)}</span>;
}

function Services({ row }: InRow) {
  const { language } = useSession();
  const services = useServices();
  return (row.services ?? []).map(({ id }) => nameOf(services, id, language)).join(' · ');
}

/** Choices that narrow the list. All of it stands in the address, so that a list can be kept and sent. */
function Filter() {
  const text = useText();
  const navigate = useNavigate();
  const search = useListSearch();
  const services = useServiceChoices();
  const change = (changes: ListSearch) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }) });
  return (
    <>
      <p>
        <Link to="/problems" search={{ open: true }}>
          {text('knownErrors.problems')}
        </Link>
      </p>
      <search className="filter">
        <FilterSelect
          label={text('knownError.filter.state')}
          value={search.state}
          choices={KNOWN_ERROR_STATES.map((state) => ({ value: state, label: text.word('knownError.state', state) }))}
          choose={(state) => change({ state })}
        />
        <FilterSelect
          label={text('knownError.filter.service')}
          value={search.service}
          choices={services}
          choose={(service) => change({ service })}
        />
      </search>
    </>
  );
}

function Empty() {
  const text = useText();
  const search = useListSearch();
  return (
    <>
      <p>{text('knownErrors.empty')}</p>
      {Object.keys(search).length > 0 && <ClearFilter noun={KNOWN_ERROR} />}
    </>
  );
}
