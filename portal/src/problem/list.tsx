import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '../app/session-context.ts';
import { PROBLEM_STATES, type ProblemRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { useServiceChoices, useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { apiFilter, matchesFilter, readSearch, type ListSearch } from './filter.ts';
import { PROBLEM_CHANGES } from './live.ts';
import { problemsQuery } from './queries.ts';
import { PROBLEM } from './record.ts';
import { useOpenOffered } from './rights.ts';
import { StateBadge } from './state-badge.tsx';

interface InRow {
  row: ProblemRowFragment;
}

const PROBLEMS: RecordList<ProblemRowFragment> = {
  noun: PROBLEM,
  title: 'problems.title',
  label: 'problems.label',
  counted: 'problems.count',
  start: { label: 'nav.openProblem', address: { to: '/open-problem', search: {} }, useShown: useOpenOffered },
  columns: [
    { name: 'title', label: 'column.title', cell: ({ row }: InRow) => row.title },
    { name: 'state', label: 'column.state', cell: ({ row }: InRow) => <StateBadge state={row.state} /> },
    { name: 'organization', label: 'problem.field.service', cell: AffectedService },
    { name: 'due-cell', label: 'problem.field.release', cell: ({ row }: InRow) => row.targetRelease ?? '–' },
  ],
  useRows,
  Filter,
  Empty,
};

/** The problems log as the address asks for it, and the problem that is open. */
export function ProblemsPage() {
  return <RecordsPage of={PROBLEMS} />;
}

/** The problems of a search, kept live. Another search is another list, and starts afresh. */
function useRows(): LiveRows<ProblemRowFragment> {
  const { api } = useSession();
  const search = useListSearch();
  const filter = useMemo(() => apiFilter(search), [search]);
  const options = problemsQuery(api, filter);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: PROBLEM_CHANGES,
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

function AffectedService({ row }: InRow) {
  const { language } = useSession();
  const services = useServices();
  return row.service && nameOf(services, row.service.id, language);
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
        <Link to="/known-errors" search={{}}>
          {text('problems.knownErrors')}
        </Link>
      </p>
      <search className="filter">
        <FilterSelect
          label={text('problem.filter.state')}
          value={search.state}
          choices={PROBLEM_STATES.map((state) => ({ value: state, label: text.word('problem.state', state) }))}
          choose={(state) => change({ state, open: state ? undefined : true })}
        />
        <FilterSelect
          label={text('problem.filter.service')}
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
      <p>{text('problems.empty')}</p>
      {Object.keys(search).length > 0 && <ClearFilter noun={PROBLEM} />}
    </>
  );
}
