import { NativeSelect, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useCommand } from '../commands.ts';
import { stateChoices, useChoices, useOrganizations } from '../choices.ts';
import { useDesk } from '../desk.tsx';
import type { Choice } from '../forms/field.tsx';
import { ORDERS, PRIORITIES, STATES, type ListOrder, type ListSearch } from '../incident-filter.ts';
import { ariaKeys } from '../keys.ts';
import { useTally } from '../tally.ts';
import { useText, wordFor } from '../text.ts';

/** The list waits this long after the last letter before it searches, in milliseconds. */
const SEARCH_MS = 250;

/** The views everybody needs, each with its live count where the tally has one. */
export function Views({ search }: { search: ListSearch }) {
  const text = useText();
  const { staff } = useDesk();
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
  const { customer } = useDesk();
  const choices = useChoices(false);
  const organizations = useOrganizations();
  const box = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(search.text ?? '');
  const [seen, setSeen] = useState(search.text ?? '');
  if ((search.text ?? '') !== seen) {
    // The address changed otherwise than by typing here: a view was chosen, or the reader went back.
    setSeen(search.text ?? '');
    setWords(search.text ?? '');
  }
  useCommand('search', () => box.current?.focus());
  // Letters come one by one, and going back takes them back at once; a choice is taken back by itself.
  const change = (changes: ListSearch, { replace = false } = {}) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...changes }), replace });
  useEffect(() => {
    const typed = words.trim() || undefined;
    if ((typed ?? '') === (search.text ?? '').trim()) return;
    const timer = setTimeout(() => {
      setSeen(typed ?? '');
      change({ text: typed }, { replace: true });
    }, SEARCH_MS);
    return () => clearTimeout(timer);
  });
  const select = (
    label: string,
    value: string | undefined,
    data: Choice[],
    apply: (value: string | undefined) => ListSearch,
  ) => {
    // An address may combine what the list offers apart.
    const other =
      value && !data.some((choice) => choice.value === value) ? [{ value, label: wordsOf(value, data) }] : [];
    return (
      <NativeSelect
        aria-label={label}
        size="xs"
        value={value ?? ''}
        data={[{ value: '', label }, ...data, ...other]}
        onChange={(event) => change(apply(event.currentTarget.value || undefined))}
      />
    );
  };
  return (
    <search className="filter">
      <TextInput
        ref={box}
        size="xs"
        type="search"
        aria-label={text('filter.search')}
        placeholder={text('filter.search')}
        aria-keyshortcuts={ariaKeys('search')}
        maxLength={200}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {select(text('filter.state'), search.state, stateChoices(STATES, customer, text), (state) => ({
        state,
        hold: undefined,
        open: state ? undefined : true,
      }))}
      {select(
        text('filter.priority'),
        search.priority,
        PRIORITIES.map((priority) => ({ value: priority, label: wordFor(text, 'priority', priority) })),
        (priority) => ({ priority }),
      )}
      {select(text('filter.service'), search.service, choices('services'), (service) => ({ service }))}
      {organizations.length > 1 &&
        select(text('filter.organization'), search.organization, organizations, (organization) => ({ organization }))}
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

/** The words for a combination, such as `P1,P2`. */
function wordsOf(value: string, choices: Choice[]): string {
  const parts = value.split(',').map((part) => choices.find((choice) => choice.value.split(',').includes(part)));
  return [...new Set(parts.map((choice) => choice?.label ?? value))].join(' · ');
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
