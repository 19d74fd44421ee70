import { NativeSelect, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useCommand } from '../app/commands.ts';
import { ariaKeys } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { INCIDENT_STATES, PRIORITIES } from '../generated/api.ts';
import { useOrganizations } from '../organization/choices.ts';
import { FilterSelect } from '../record/filter-select.tsx';
import { useText } from '../text/text.ts';
import { stateChoices, useChoices } from './choices.ts';
import { ORDERS, type ListOrder, type ListSearch } from './filter.ts';
import { INCIDENT_KEYS } from './keys.ts';
import { useTally } from './tally.ts';

/** The list waits this long after the last letter before it searches, in milliseconds. */
const SEARCH_MS = 250;

/** The views everybody needs, each with its live count where the tally has one. */
export function Views({ search }: { search: ListSearch }) {
  const text = useText();
  const { staff } = useSession();
  const counts = useTally().data;
  const onHold = counts?.byState.find(({ state }) => state === 'ON_HOLD')?.count;
  const views: {
    name: 'open' | 'unassigned' | 'breached' | 'waiting' | 'mine' | 'resolved' | 'all';
    search: ListSearch;
    count?: number | undefined;
  }[] = [
    { name: 'open', search: { open: true }, count: counts?.open },
    ...(staff ? ([{ name: 'mine', search: { open: true, assignee: 'me' } }] as const) : []),
    ...(staff
      ? ([{ name: 'unassigned', search: { open: true, unassigned: true }, count: counts?.unassigned }] as const)
      : []),
    { name: 'breached', search: { open: true, breached: true }, count: counts?.breached },
    { name: 'waiting', search: { state: 'ON_HOLD' }, count: onHold },
    { name: 'resolved', search: { state: 'RESOLVED' } },
    { name: 'all', search: {} },
  ];
  return (
    <nav className="views" aria-label={text('view.label')}>
      {views.map((view) => (
        <Link
          key={view.name}
          to="/incidents"
          search={{ ...NO_SEARCH, ...view.search, order: search.order }}
          // Every other condition must be absent for a view to be the one that is shown.
          activeOptions={{ explicitUndefined: true }}
        >
          {text(`view.${view.name}`)}
          {view.count !== undefined && <span className="count">{view.count}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** Words and choices that narrow the list. All of it stands in the address, so that a view can be kept and sent. */
export function ListFilter({ search }: { search: ListSearch }) {
  const text = useText();
  const navigate = useNavigate();
  const { customer } = useSession();
  const choices = useChoices([]);
  const organizations = useOrganizations();
  // Letters come one by one, and going back takes them back at once; a choice is taken back by itself.
  const change = (changes: ListSearch, { replace = false } = {}) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }), replace });
  return (
    <search className="filter">
      <SearchBox search={search} change={(typed) => change({ text: typed }, { replace: true })} />
      <FilterSelect
        label={text('filter.state')}
        value={search.state}
        choices={stateChoices(INCIDENT_STATES, customer, text)}
        choose={(state) => change({ state, hold: undefined, open: state ? undefined : true })}
      />
      <FilterSelect
        label={text('filter.priority')}
        value={search.priority}
        choices={PRIORITIES.map((priority) => ({ value: priority, label: text.word('priority', priority) }))}
        choose={(priority) => change({ priority })}
      />
      <FilterSelect
        label={text('filter.service')}
        value={search.service}
        choices={choices('services')}
        choose={(service) => change({ service })}
      />
      {organizations.length > 1 && (
        <FilterSelect
          label={text('filter.organization')}
          value={search.organization}
          choices={organizations}
          choose={(organization) => change({ organization })}
        />
      )}
      <NativeSelect
        aria-label={text('filter.order')}
        size="xs"
        value={search.order ?? 'newest'}
        data={(Object.keys(ORDERS) as ListOrder[]).map((order) => ({ value: order, label: text(`order.${order}`) }))}
        onChange={(event) => change({ order: event.currentTarget.value as ListOrder })}
      />
    </search>
  );
}

function SearchBox({ search, change }: { search: ListSearch; change: (text: string | undefined) => void }) {
  const text = useText();
  const box = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(search.text ?? '');
  const [seen, setSeen] = useState(search.text ?? '');
  if ((search.text ?? '') !== seen) {
    // The address changed otherwise than by typing here: a view was chosen, or the reader went back.
    setSeen(search.text ?? '');
    setWords(search.text ?? '');
  }
  useCommand(INCIDENT_KEYS.search, () => box.current?.focus());
  useEffect(() => {
    const typed = words.trim() || undefined;
    if ((typed ?? '') === (search.text ?? '').trim()) return;
    const timer = setTimeout(() => {
      setSeen(typed ?? '');
      change(typed);
    }, SEARCH_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      ref={box}
      size="xs"
      type="search"
      aria-label={text('filter.search')}
      placeholder={text('filter.search')}
      aria-keyshortcuts={ariaKeys(INCIDENT_KEYS.search)}
      maxLength={200}
      value={words}
      onChange={(event) => setWords(event.currentTarget.value)}
    />
  );
}

const NO_SEARCH: ListSearch = {
  open: undefined,
  unassigned: undefined,
  breached: undefined,
  state: undefined,
  priority: undefined,
  hold: undefined,
  organization: undefined,
  service: undefined,
  assignee: undefined,
  text: undefined,
};
