import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';
import { nameOf, stateChoices, useOrganizations } from '../choices.ts';
import { useCommand } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { STATES, type ListSearch } from '../incident-filter.ts';
import { ariaKeys } from '../keys.ts';
import { useText, wordFor } from '../text.ts';
import { Due } from './due.tsx';
import { Failure } from './failure.tsx';
import type { LiveRows, Row } from './live-rows.ts';
import { PriorityBadge, StateBadge } from './state-badge.tsx';
import { Waiting } from './waiting.tsx';

/** The rows of a live list. `j` and `k` move the focus from row to row, Enter opens. */
export function IncidentList(props: { rows: LiveRows; search: ListSearch; openNumber: string | null }) {
  const { rows, search, openNumber } = props;
  const text = useText();
  const body = useRef<HTMLTableSectionElement>(null);
  const move = useCallback(
    (step: 1 | -1) => {
      const links = [...(body.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
      const focused = links.findIndex((link) => link === document.activeElement);
      const from = focused >= 0 ? focused : links.findIndex((link) => link.dataset.row === openNumber);
      const next = links[Math.min(links.length - 1, Math.max(0, from < 0 ? 0 : from + step))];
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    },
    [openNumber],
  );
  useCommand('next', () => move(1));
  useCommand('previous', () => move(-1));
  const waiting = rows.list?.waiting.size ?? 0;
  useCommand('showNew', waiting > 0 ? rows.showNew : null);
  const { announce } = useDesk();
  const told = useRef(0);
  useEffect(() => {
    if (waiting > told.current) announce('new', text('list.new', { count: waiting }));
    told.current = waiting;
  }, [waiting, announce, text]);

  if (rows.error && !rows.list) return <Failure error={rows.error} retry={rows.showNew} />;
  if (!rows.list) return <Waiting lines={6} failure={rows.failure} />;
  const { list } = rows;
  return (
    <>
      {rows.error && <Failure error={rows.error} retry={rows.showNew} />}
      <p className="list-head">
        <span>{text('list.count', { count: rows.total })}</span>
        {waiting > 0 && (
          <Button size="compact-sm" onClick={rows.showNew} aria-keyshortcuts={ariaKeys('showNew')}>
            {text('list.new', { count: waiting })}
          </Button>
        )}
        <button type="button" className="plain" onClick={rows.showNew}>
          {text('list.refresh')}
        </button>
      </p>
      {list.order.length === 0 ? (
        <Empty search={search} />
      ) : (
        // The roles are written out: a table laid out as cards on a narrow screen would lose them.
        <table className="incidents" role="table" aria-label={text('list.label')}>
          <thead role="rowgroup">
            <tr role="row">
              {(['number', 'priority', 'title', 'state', 'due', 'organization', 'assignee'] as const).map((column) => (
                <th key={column} role="columnheader" scope="col">
                  {text(`column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" ref={body}>
            {list.order.map((id) => {
              const row = list.rows.get(id);
              return (
                row && <IncidentRow key={id} {...{ row }} left={list.left.has(id)} open={row.number === openNumber} />
              );
            })}
          </tbody>
        </table>
      )}
      {rows.more && (
        <Button variant="default" size="compact-sm" loading={rows.refreshing} onClick={rows.loadMore}>
          {text('list.more')}
        </Button>
      )}
    </>
  );
}

function IncidentRow({ row, left, open }: { row: Row; left: boolean; open: boolean }) {
  const text = useText();
  const { me } = useDesk();
  const navigate = useNavigate();
  const classes = [open && 'open', left && 'left', row.breached && 'late'].filter(Boolean).join(' ');
  return (
    // The whole row is a larger target for the pointer; keyboard and screen reader have the link in it.
    <tr
      role="row"
      className={classes}
      aria-current={open ? 'true' : undefined}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) return;
        void navigate({ to: '/incidents/$id', params: { id: row.number }, search: true });
      }}
    >
      <td role="cell" className="number">
        <Link to="/incidents/$id" params={{ id: row.number }} search={true} data-row={row.number}>
          {row.number}
        </Link>
      </td>
      <td role="cell" className="priority">
        <PriorityBadge priority={row.priority} />
      </td>
      <td role="cell" className="title">
        {row.title}
        {left && <span className="badge">{text('list.left')}</span>}
      </td>
      <td role="cell" className="state">
        <StateBadge incident={row} />
      </td>
      <td role="cell" className="due-cell">
        <Due dueAt={row.dueAt} breached={row.breached} />
      </td>
      <td role="cell" className="organization">
        {row.organization?.name}
      </td>
      <td role="cell" className="assignee">
        {row.assignee ? (row.assignee.id === me.id ? text('list.me') : row.assignee.name) : '–'}
      </td>
    </tr>
  );
}

/** Says what was looked for, in the reader's words, and offers to look for less. */
function Empty({ search }: { search: ListSearch }) {
  const text = useText();
  const { customer, references, language } = useDesk();
  const organizations = useOrganizations();
  const states = search.state?.split(',') ?? [];
  const chosen = STATES.filter((state) => states.includes(state));
  const parts = [
    search.text && text('filter.echo.text', { text: search.text }),
    search.organization &&
      (organizations.find(({ value }) => value === search.organization)?.label ?? search.organization),
    search.service && nameOf(references.services, search.service, language),
    ...stateChoices(chosen, customer, text).map(({ label }) => label),
    ...(search.hold?.split(',') ?? []).map((reason) => wordFor(text, 'holdReason', reason)),
    ...(search.priority?.split(',') ?? []),
    search.breached && text('view.breached'),
    search.unassigned && text('view.unassigned'),
    search.assignee && text(search.assignee === 'me' ? 'view.mine' : 'filter.echo.assignee'),
    search.open !== undefined && text(search.open ? 'view.open' : 'filter.echo.ended'),
  ].filter(Boolean);
  return (
    <div className="empty">
      <p>{parts.length > 0 ? text('list.empty.filtered', { filter: parts.join(' · ') }) : text('list.empty')}</p>
      {parts.length > 0 && (
        <Link to="/incidents" search={{}}>
          {text('list.clear')}
        </Link>
      )}
    </div>
  );
}
