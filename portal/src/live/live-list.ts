/** What a live list needs to know of a row. */
export interface LiveRow {
  id: string;
  version: number;
  updatedAt: string;
}

/**
 * A list that changes while it is read. The order is frozen when the reader asks for the list; from then on rows change
 * in place and nothing moves. What came in since waits to be shown, what no longer belongs stays and says so.
 */
export interface LiveList<Row extends LiveRow> {
  order: readonly string[];
  rows: ReadonlyMap<string, Row>;
  /** Ids of rows that belong to the list and are not shown yet. */
  waiting: ReadonlySet<string>;
  /** Ids of shown rows that no longer belong to the list. */
  left: ReadonlySet<string>;
}

/** How one list decides what belongs to it. */
export interface ListRule<Row> {
  /** `shown`: the row stands in the list already. */
  matches: (row: Row, shown: boolean) => boolean;
  /** Below zero when the first row stands above the second. */
  compare: (first: Row, second: Row) => number;
  /** True when rows follow that are not loaded: what would stand behind the last loaded row is none of the reader's news. */
  more: boolean;
}

/** The list as the server gave it, in the server's order. */
export function adoptRows<Row extends LiveRow>(rows: readonly Row[]): LiveList<Row> {
  return {
    order: rows.map((row) => row.id),
    rows: new Map(rows.map((row) => [row.id, row])),
    waiting: new Set(),
    left: new Set(),
  };
}

/** The next page of the same list: its rows follow the others. */
export function appendRows<Row extends LiveRow>(list: LiveList<Row>, rows: readonly Row[]): LiveList<Row> {
  const more = rows.filter((row) => !list.rows.has(row.id));
  const waiting = new Set(list.waiting);
  for (const row of rows) waiting.delete(row.id);
  return {
    ...list,
    order: [...list.order, ...more.map((row) => row.id)],
    rows: new Map([...list.rows, ...more.map((row) => [row.id, row] as const)]),
    waiting,
  };
}

/** What a second reading of the list found. Shown rows change in place; new ones wait; missing ones are marked as left. */
export function mergeRows<Row extends LiveRow>(
  list: LiveList<Row>,
  rows: readonly Row[],
  rule: ListRule<Row>,
): LiveList<Row> {
  const found = new Set(rows.map((row) => row.id));
  const merged = rows.reduce((result, row) => applyRow(result, row, { ...rule, more: false }), list);
  if (rule.more) return merged;
  const left = new Set(merged.left);
  for (const id of list.order) if (!found.has(id)) left.add(id);
  return { ...merged, left };
}

/** One changed row: in place when it is shown, else waiting when it now belongs to the list. An older state changes nothing. */
export function applyRow<Row extends LiveRow>(list: LiveList<Row>, row: Row, rule: ListRule<Row>): LiveList<Row> {
  const shown = list.rows.get(row.id);
  const belongs = rule.matches(row, shown !== undefined);
  if (!shown) return waits(list, row, rule) ? { ...list, waiting: withId(list.waiting, row.id, belongs) } : list;
  if (row.version < shown.version || (row.version === shown.version && row.updatedAt < shown.updatedAt)) return list;
  return {
    ...list,
    rows: new Map(list.rows).set(row.id, row),
    left: withId(list.left, row.id, !belongs),
  };
}

/** A row that the reader may no longer see: it stays where it is, marked as left. */
export function removeRow<Row extends LiveRow>(list: LiveList<Row>, id: string): LiveList<Row> {
  const waiting = withId(list.waiting, id, false);
  return list.rows.has(id) ? { ...list, waiting, left: withId(list.left, id, true) } : { ...list, waiting };
}

/** True when a row that is not shown concerns the reader: it waits already, or it belongs among the loaded rows. */
function waits<Row extends LiveRow>(list: LiveList<Row>, row: Row, rule: ListRule<Row>): boolean {
  if (list.waiting.has(row.id)) return true;
  if (!rule.matches(row, false)) return false;
  const last = list.rows.get(list.order.at(-1) ?? '');
  return !rule.more || !last || rule.compare(row, last) < 0;
}

function withId(ids: ReadonlySet<string>, id: string, present: boolean): ReadonlySet<string> {
  if (ids.has(id) === present) return ids;
  const changed = new Set(ids);
  if (present) changed.add(id);
  else changed.delete(id);
  return changed;
}
