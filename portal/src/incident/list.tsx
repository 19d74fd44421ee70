import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Due } from '../app/due.tsx';
import { useSession } from '../app/session-context.ts';
import { INCIDENT_STATES, type IncidentRowFragment } from '../generated/api.ts';
import { useLiveRows, type LiveRows } from '../live/live-rows.ts';
import { useOrganizations } from '../organization/choices.ts';
import { ClearFilter, RecordsPage, type RecordList } from '../record/list.tsx';
import { useText } from '../text/text.ts';
import { stateChoices } from './choices.ts';
import { apiFilter, compareRows, matchesFilter, ORDERS, readSearch } from './filter.ts';
import { ListFilter, Views } from './list-filter.tsx';
import { INCIDENT_CHANGES } from './live.ts';
import { incidentsQuery } from './queries.ts';
import { INCIDENT } from './record.ts';
import { useReportOffered } from './rights.ts';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { PriorityBadge, StateBadge } from './state-badge.tsx';

interface InRow {
  row: IncidentRowFragment;
}

const INCIDENTS: RecordList<IncidentRowFragment> = {
  noun: INCIDENT,
  title: 'incidents.title',
  label: 'list.label',
  counted: 'list.count',
  start: { label: 'nav.report', address: { to: '/report' }, useShown: useReportOffered },
  columns: [
    { name: 'priority', label: 'column.priority', cell: ({ row }: InRow) => <PriorityBadge priority={row.priority} /> },
    { name: 'title', label: 'column.title', cell: ({ row }: InRow) => row.title },
    { name: 'state', label: 'column.state', cell: ({ row }: InRow) => <StateBadge incident={row} /> },
    {
      name: 'due-cell',
      label: 'column.due',
      cell: ({ row }: InRow) => <Due dueAt={row.dueAt} breached={row.breached} />,
    },
    { name: 'organization', label: 'column.organization', cell: ({ row }: InRow) => row.organization?.name },
    { name: 'assignee', label: 'column.assignee', cell: Assignee },
  ],
  isLate: ({ breached }) => breached,
  useRows: useIncidentRows,
  Filter,
  Empty,
};

/** The incidents that the address asks for, and the one that is open. */
export function IncidentsPage() {
  return <RecordsPage of={INCIDENTS} />;
}

/** The incidents of a search, kept live. Another search or another order is another list, and starts afresh. */
function useIncidentRows(): LiveRows<IncidentRowFragment> {
  const { me, api } = useSession();
  const search = useListSearch();
  const order = search.order ?? 'newest';
  const filter = useMemo(() => apiFilter(search, me.id), [search, me.id]);
  const options = incidentsQuery(api, filter, ORDERS[order]);
  return useLiveRows(useInfiniteQuery(options), {
    queryKey: options.queryKey,
    changes: INCIDENT_CHANGES,
    rule: {
      // The server also looks for words where a row has none: what it found does not leave for want of them.
      matches: (row, shown) => matchesFilter(shown ? { ...filter, text: null } : filter, row),
      compare: (first, second) => compareRows(order, first, second),
    },
  });
}

function useListSearch() {
  return readSearch(useSearch({ strict: false }));
}

function Assignee({ row: { assignee } }: InRow) {
  const text = useText();
  const { me } = useSession();
  if (!assignee) return '–';
  return assignee.id === me.id ? text('list.me') : assignee.name;
}

function Filter() {
  const search = useListSearch();
  return (
    <>
      <Views search={search} />
      <ListFilter search={search} />
    </>
  );
}

/** Says what was looked for, in the reader's words, and offers to look for less. */
function Empty() {
  const search = useListSearch();
  const text = useText();
  const { customer, language } = useSession();
  const services = useServices();
  const organizations = useOrganizations();
  const states = search.state?.split(',') ?? [];
  const chosen = INCIDENT_STATES.filter((state) => states.includes(state));
  const parts = [
    search.text && text('filter.echo.text', { text: search.text }),
    search.organization &&
      (organizations.find(({ value }) => value === search.organization)?.label ?? search.organization),
    search.service && nameOf(services, search.service, language),
    ...stateChoices(chosen, customer, text).map(({ label }) => label),
    ...(search.hold?.split(',') ?? []).map((reason) => text.word('holdReason', reason)),
    ...(search.priority?.split(',') ?? []),
    search.breached && text('view.breached'),
    search.unassigned && text('view.unassigned'),
    search.assignee && text(search.assignee === 'me' ? 'view.mine' : 'filter.echo.assignee'),
    search.open !== undefined && text(search.open ? 'view.open' : 'filter.echo.ended'),
  ].filter(Boolean);
  return (
    <>
      <p>{parts.length > 0 ? text('list.empty.filtered', { filter: parts.join(' · ') }) : text('list.empty')}</p>
      {parts.length > 0 && <ClearFilter noun={INCIDENT} />}
    </>
  );
}
