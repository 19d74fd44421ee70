import type { QueryFilter, Model } from 'mongoose';
import { badInput } from './errors.ts';
import { OPERATION_MS_MAX } from './mongo.ts';

/** The largest page. */
export const PAGE_MAX = 100;
/** Counts are exact up to here, and never dearer. */
export const COUNT_MAX = 10_000;

/** What a client asks of a list, as GraphQL hands it over. */
export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** A checked request for one page. */
export interface PageRequest {
  size: number;
  /** True: from the end of the list. */
  backward: boolean;
  after: CursorValues | null;
  before: CursorValues | null;
}

/** The values of the sort fields of one row: its place in the list. Instants are `{$date}`. */
type CursorValues = unknown[];

/** One field of an order. The last one must be unique, so that no two rows share a place. */
export interface SortField {
  field: string;
  direction: 1 | -1;
}

/** A page of rows, in the order of the list. */
export interface Page<T> {
  rows: T[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** A row's cursor. */
  cursorOf: (row: T) => string;
}

/** Checks what a client asks of a list: `first` or `last`, 1 to 100, and cursors that a list handed out. Refuses BAD_USER_INPUT. */
export function pageRequest(args: PageArguments): PageRequest {
  const { first = null, last = null } = args;
  const size = first ?? last;
  if (size === null || (first !== null && last !== null)) {
    throw badInput([{ path: 'first', message: `Ask for a page: first or last, 1 to ${PAGE_MAX}.` }]);
  }
  const path = first === null ? 'last' : 'first';
  if (size < 1 || size > PAGE_MAX) throw badInput([{ path, message: `must be 1 to ${PAGE_MAX}, not ${size}.` }]);
  return {
    size,
    backward: first === null,
    after: readCursor(args.after, 'after'),
    before: readCursor(args.before, 'before'),
  };
}

/**
 * One page of a list by its order: an index is walked from the cursor, never counted through. Rows that come or go meanwhile
 * neither repeat nor hide others.
 */
export async function findPage<T>(
  model: Model<T>,
  filter: QueryFilter<T>,
  sort: readonly SortField[],
  page: PageRequest,
  projection: Record<string, 0 | 1> = {},
): Promise<Page<T>> {
  const bounds = [
    ...(page.after ? [beyond(sort, page.after, 1)] : []),
    ...(page.before ? [beyond(sort, page.before, -1)] : []),
  ];
  const found = await model
    .find({ $and: [filter, ...bounds] } as QueryFilter<T>, projection)
    .sort(
      Object.fromEntries(
        sort.map(({ field, direction }) => [field, page.backward ? (-direction as 1 | -1) : direction]),
      ),
    )
    .limit(page.size + 1)
    .maxTimeMS(OPERATION_MS_MAX)
    .lean<T[]>();
  return pageOf(found, page, (row) => writeCursor(sort, row));
}

/** One page of rows that are at hand, in the order of the list. Their cursors are their places. */
export function slicePage<T>(rows: readonly T[], page: PageRequest): Page<T> {
  const start = page.after ? Number(page.after[0]) + 1 : 0;
  const end = page.before ? Number(page.before[0]) : rows.length;
  const places = rows.map((row, place) => ({ row, place })).slice(start, Math.max(start, end));
  const found = page.backward ? places.reverse() : places;
  const cut = pageOf(found.slice(0, page.size + 1), page, ({ place }) => encode([place]));
  const placeOf = new Map(cut.rows.map(({ row, place }) => [row, place]));
  return { ...cut, rows: cut.rows.map(({ row }) => row), cursorOf: (row) => encode([placeOf.get(row)]) };
}

/** How many rows there are, exact up to COUNT_MAX. */
export async function countUpTo<T>(model: Model<T>, filter: QueryFilter<T>): Promise<number> {
  return model.countDocuments(filter).limit(COUNT_MAX).maxTimeMS(OPERATION_MS_MAX);
}

/** A page as the API shows it. */
export interface Connection<T> {
  edges: { node: T; cursor: string }[];
  nodes: T[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  /** Called only when a client asks. */
  totalCount: () => Promise<number>;
}

/** A page as a Relay connection. `count` says how many rows the whole list has. */
export function connection<T>(page: Page<T>, count: () => Promise<number>): Connection<T> {
  const { rows, cursorOf, hasNextPage, hasPreviousPage } = page;
  const [first] = rows;
  const last = rows.at(-1);
  return {
    edges: rows.map((node) => ({ node, cursor: cursorOf(node) })),
    nodes: rows,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: first === undefined ? null : cursorOf(first),
      endCursor: last === undefined ? null : cursorOf(last),
    },
    totalCount: count,
  };
}

/** `found` holds one row more than the page when there is more, and runs backward when the page does. */
function pageOf<T>(found: readonly T[], page: PageRequest, cursorOf: (row: T) => string): Page<T> {
  const more = found.length > page.size;
  const rows = found.slice(0, page.size);
  return {
    rows: page.backward ? rows.reverse() : rows,
    hasNextPage: page.backward ? page.before !== null : more,
    hasPreviousPage: page.backward ? more : page.after !== null,
    cursorOf,
  };
}

/** The rows after a place (`side` 1) or before it (-1). Null sorts as the smallest value, as MongoDB does. */
function beyond<T>(sort: readonly SortField[], values: CursorValues, side: 1 | -1): QueryFilter<T> {
  const branches = sort.map(({ field, direction }, index) => {
    const value = revive(values[index]);
    const equal = sort.slice(0, index).map(({ field: earlier }, place) => ({ [earlier]: revive(values[place]) }));
    const upward = direction * side === 1;
    // A comparison meets values of one type only, so null needs its own words.
    const next = value === null ? (upward ? { $ne: null } : { $in: [] }) : upward ? { $gt: value } : { $lt: value };
    const withNull = value !== null && !upward ? { $or: [{ [field]: next }, { [field]: null }] } : { [field]: next };
    return { $and: [...equal, withNull] };
  });
  return { $or: branches } as QueryFilter<T>;
}

function writeCursor(sort: readonly SortField[], row: unknown): string {
  const values = sort.map(({ field }) => (row as Record<string, unknown>)[field] ?? null);
  return encode(values.map((value) => (value instanceof Date ? { $date: value.toISOString() } : value)));
}

function encode(values: CursorValues): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function readCursor(cursor: string | null | undefined, path: string): CursorValues | null {
  if (!cursor) return null;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.every(isCursorValue)) return values;
  } catch {
    // Not one of ours; said below.
  }
  throw badInput([{ path, message: 'is not a cursor that this list handed out.' }]);
}

/** Texts, numbers, null and instants only: nothing that a database could take for an operator. */
function isCursorValue(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return true;
  return typeof value === 'object' && Object.keys(value).join() === '$date' && !Number.isNaN(revive(value) as number);
}

function revive(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? new Date((value as { $date: string }).$date) : (value ?? null);
}
