import './list.css';
import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ComponentType, type ReactNode, type RefObject } from 'react';
import { ApiError } from '../api/client.ts';
import { Failure } from '../api/failure.tsx';
import { Waiting } from '../api/waiting.tsx';
import { useCommand } from '../app/commands.ts';
import { ariaKeys, LIST_KEYS } from '../app/keys.ts';
import { alwaysShown, type Address, type NavigationEntry } from '../app/noun.ts';
import type { LiveRow } from '../live/live-list.ts';
import type { LiveRows } from '../live/live-rows.ts';
import { useText, type MessageId } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';

/** One thing at a time on a screen of this width: `list.css` has the same. */
const NARROW = '(max-width: 60rem)';

/** A row of a list of records. */
export interface RecordRow extends LiveRow {
  number: string;
}

/** A column of a list. Its name is the class of its cells. */
interface Column<Row extends RecordRow> {
  name: string;
  label: MessageId;
  cell: ComponentType<{ row: Row }>;
}

/** A list of records and the record beside it, as a noun describes it. */
export interface RecordList<Row extends RecordRow> {
  /** The noun of its records: where one is, and what an open one is called. */
  noun: { list: Address; address(number: string): Address; label: MessageId };
  title: MessageId;
  /** What the list is called, for a screen reader. */
  label: MessageId;
  /** How many there are, of a `count`. */
  counted: MessageId;
  /** Leads to the form for a new one. Left out: a new one begins elsewhere. */
  start?: NavigationEntry;
  /** Behind the number, which comes first and leads to the record. */
  columns: readonly Column<Row>[];
  /** True for a row that stands out because something of it is late. */
  isLate?(row: Row): boolean;
  /** The rows that the address asks for, kept live. */
  useRows(): LiveRows<Row>;
  /** Stands between the title and the rows. */
  Filter: ComponentType;
  /** Stands in the place of rows where there are none. */
  Empty: ComponentType;
}

/** The live list, and beside it the record that is open. On a narrow screen the open record stands alone. */
export function RecordsPage<Row extends RecordRow>({ of }: { of: RecordList<Row> }) {
  const text = useText();
  const { id } = useParams({ strict: false });
  const openNumber = id ?? null;
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const [seen, setSeen] = useState(openNumber);
  const [returnTo, setReturnTo] = useState<string | null>(null);
  if (seen !== openNumber) {
    setSeen(openNumber);
    setReturnTo(openNumber ? null : seen);
  }
  return (
    <div className={openNumber ? 'split' : 'split list-only'}>
      {!(openNumber && narrow) && <ListPane {...{ of, openNumber, returnTo }} />}
      {openNumber && (
        <section className="record-pane" aria-label={text(of.noun.label)}>
          <Outlet />
        </section>
      )}
    </div>
  );
}

/** Leads to the whole list. */
export function ClearFilter({ noun }: { noun: { list: Address } }) {
  const text = useText();
  return (
    <Link {...noun.list} search={{}}>
      {text('list.clear')}
    </Link>
  );
}

function ListPane<Row extends RecordRow>(props: {
  of: RecordList<Row>;
  openNumber: string | null;
  returnTo: string | null;
}) {
  const { of, openNumber, returnTo } = props;
  const text = useText();
  const rows = of.useRows();
  const loaded = rows.list !== null;
  // The open record is the page's subject; without one the list is.
  const Heading = openNumber ? 'h2' : 'h1';
  // Back in the list, the keyboard goes on from the row that was open, unless it is somewhere by now.
  useEffect(() => {
    if (!returnTo || !loaded || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`a[data-row="${returnTo}"]`)?.focus();
  }, [returnTo, loaded]);
  return (
    <section className="list-pane" aria-label={text(of.label)}>
      <Heading>{text(of.title)}</Heading>
      {of.start && <Start {...of.start} />}
      <of.Filter />
      <Rows {...{ of, rows, openNumber }} />
    </section>
  );
}

function Start({ label, address, useShown = alwaysShown }: NavigationEntry) {
  const text = useText();
  if (!useShown()) return null;
  return (
    <p>
      <Link {...address}>{text(label)}</Link>
    </p>
  );
}

interface RowsProps<Row extends RecordRow> {
  of: RecordList<Row>;
  rows: LiveRows<Row>;
  openNumber: string | null;
}

/** The rows of a live list. `j` and `k` move the focus from row to row, Enter opens. */
function Rows<Row extends RecordRow>({ of, rows, openNumber }: RowsProps<Row>) {
  const text = useText();
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body, openNumber);
  if (rows.error && !rows.list) {
    return (
      <>
        <Failure error={rows.error} retry={rows.showNew} />
        {/* An old or mistyped address may name what the API knows no id or code of. */}
        {rows.error instanceof ApiError && rows.error.code === 'BAD_USER_INPUT' && <ClearFilter noun={of.noun} />}
      </>
    );
  }
  if (!rows.list) return <Waiting lines={6} failure={rows.failure} />;
  const { list } = rows;
  return (
    <>
      {rows.error && <Failure error={rows.error} retry={rows.showNew} />}
      <ListHead of={of} rows={rows} />
      {list.order.length === 0 ? (
        <div className="empty">
          <of.Empty />
        </div>
      ) : (
        // The roles are written out: a table laid out as cards on a narrow screen would lose them.
        <table className="records" role="table" aria-label={text(of.label)}>
          <thead role="rowgroup">
            <tr role="row">
              {(['column.number', ...of.columns.map(({ label }) => label)] as const).map((label) => (
                <th key={label} role="columnheader" scope="col">
                  {text(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" ref={body}>
            {list.order.map((id) => {
              const row = list.rows.get(id);
              return row && <ListRow key={id} {...{ of, row, openNumber }} left={list.left.has(id)} />;
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

/** Lets `j` and `k` move the focus from row to row, from the open one at first. */
function useRowKeys(body: RefObject<HTMLTableSectionElement | null>, openNumber: string | null): void {
  const move = (step: 1 | -1) => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
    const focused = links.findIndex((link) => link === document.activeElement);
    const from = focused >= 0 ? focused : links.findIndex((link) => link.dataset.row === openNumber);
    const next = links[Math.min(links.length - 1, Math.max(0, from < 0 ? 0 : from + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useCommand(LIST_KEYS.next, () => move(1));
  useCommand(LIST_KEYS.previous, () => move(-1));
}

/** How many records there are, and the way to those that came in since. */
function ListHead<Row extends RecordRow>({ of, rows }: Pick<RowsProps<Row>, 'of' | 'rows'>) {
  const text = useText();
  const announce = useAnnounce();
  const waiting = rows.list?.waiting.size ?? 0;
  useCommand(LIST_KEYS.showNew, waiting > 0 ? rows.showNew : null);
  const told = useRef(0);
  useEffect(() => {
    if (waiting > told.current) announce('new', text('list.new', { count: waiting }));
    told.current = waiting;
  }, [waiting, announce, text]);
  return (
    <p className="list-head">
      <span>{rows.total !== null && text(of.counted, { count: rows.total })}</span>
      {waiting > 0 && (
        <Button size="compact-sm" onClick={rows.showNew} aria-keyshortcuts={ariaKeys(LIST_KEYS.showNew)}>
          {text('list.new', { count: waiting })}
        </Button>
      )}
      <button type="button" className="plain" onClick={rows.showNew}>
        {text('list.refresh')}
      </button>
    </p>
  );
}

function ListRow<Row extends RecordRow>(props: {
  of: RecordList<Row>;
  row: Row;
  openNumber: string | null;
  left: boolean;
}) {
  const { of, row, left } = props;
  const text = useText();
  const navigate = useNavigate();
  const open = row.number === props.openNumber;
  const address = of.noun.address(row.number);
  const classes = [open && 'open', left && 'left', of.isLate?.(row) && 'late'].filter(Boolean).join(' ');
  const cell = ({ name, cell: Cell }: Column<Row>): ReactNode => (
    <td key={name} role="cell" className={name}>
      <Cell row={row} />
      {left && name === 'title' && <span className="badge">{text('list.left')}</span>}
    </td>
  );
  return (
    // The whole row is a larger target for the pointer; keyboard and screen reader have the link in it.
    <tr
      role="row"
      className={classes}
      aria-current={open ? 'true' : undefined}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) return;
        void navigate(address);
      }}
    >
      <td role="cell" className="number">
        <Link {...address} data-row={row.number}>
          {row.number}
        </Link>
      </td>
      {of.columns.map(cell)}
    </tr>
  );
}
