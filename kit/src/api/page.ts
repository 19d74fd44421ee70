import type { QueryFilter, Model } from 'mongoose';
import { badInput, type Refusal } from './errors.ts';
import { contentHash } from '../process/ids.ts';
import { OPERATION_MS_MAX, isTimeLimit } from '../process/mongo.ts';
import type { Search } from './search.ts';
import { countRows, findRows } from './search-read.ts';

/** The largest page. */
export const PAGE_MAX = 100;
/** Counts are exact up to here, and stop here. */
export const COUNT_MAX = 10_000;

/** The page arguments of a list, as a client gives them. */
export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** A checked request for one page. */
export interface PageRequest {
  size: number;
  /** True for a page from the end of the list. */
  backward: boolean;
  after: Cursor | null;
  before: Cursor | null;
}

/** A row's place in a list: the list in its order, and the values of its sort fields. Instants are `{$date}`. */
interface Cursor {
  list: string;
  values: unknown[];
}

/** The list of rows that are at hand. Their cursors hold one value, the place. */
const BY_PLACE = '#';
/** How much of its hash names a list: enough to tell the lists of all services apart. */
const LIST_CHARACTERS = 12;

/** One field of an order. The last field of an order must be unique, so that no two rows share a place. */
export interface SortField {
  field: string;
  direction: 1 | -1;
  /** True where rows without a value come last in either direction; else null is the smallest value. For the first field only. */
  nullsLast?: boolean;
}

/** A list in the database. */
export interface List<T> {
  /** The id of the record whose list it is, as of a record's comments. Left out for a list of the whole collection. */
  of?: string;
  filter: QueryFilter<T>;
  /** What the list is searched for. */
  search?: Search | null | undefined;
  sort: readonly SortField[];
  /** The fields to read, or those to leave out. */
  projection?: Record<string, 0 | 1>;
}

/** A page of rows, in the order of the list. */
export interface Page<T> {
  rows: T[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** A row's cursor. */
  cursorOf: (row: T) => string;
}

/** Checks page arguments: `first` or `last`, 1 to 100, and cursors that a list handed out. Refuses BAD_USER_INPUT. */
export function pageRequest(args: PageArguments): PageRequest {
  const { first = null, last = null } = args;
  const size = first ?? last;
  if (size === null || (first !== null && last !== null)) {
    throw badInput([
      {
        path: 'first',
        code: 'EXACTLY_ONE',
        args: { of: ['first', 'last'] },
        message: `exactly one of first and last must be given, 1 to ${PAGE_MAX}.`,
      },
    ]);
  }
  const path = first === null ? 'last' : 'first';
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX) {
    throw badInput([
      {
        path,
        code: 'OUT_OF_RANGE',
        args: { min: 1, max: PAGE_MAX },
        message: `must be 1 to ${PAGE_MAX}, not ${size}.`,
      },
    ]);
  }
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
  { of = '', filter, search = null, sort, projection = {} }: List<T>,
  page: PageRequest,
): Promise<Page<T>> {
  const list = listName(model.collection.name, of, orderOf(sort));
  const ends = [{ after: page.after }, { before: page.before }];
  const bounds = ends.flatMap((end) => boundsOf(model, { list, sort }, end));
  const way = Object.fromEntries(
    sort.map(({ field, direction }) => [field, page.backward ? (-direction as 1 | -1) : direction]),
  );
  const found: T[] = [];
  for (const part of partsOf(sort, page)) {
    const missing = page.size + 1 - found.length;
    if (missing === 0) break;
    const conditions = { $and: [filter, part, ...bounds, ...(search ? byIndex(search) : [])] } as QueryFilter<T>;
    const rows = search?.words.length
      ? findRows(model, { filter: conditions, search, sort: way, projection, limit: missing })
      : model.find(conditions, projection).sort(way).limit(missing).maxTimeMS(OPERATION_MS_MAX).lean<T[]>();
    found.push(...(await rows));
  }
  return pageOf(found, page, (row) => cursorTo(list, valuesOf(sort, row)));
}

/** One page of rows that are at hand, in the order of the list. Their cursors are their places. */
export function slicePage<T>(rows: readonly T[], page: PageRequest): Page<T> {
  const start = page.after ? placeIn(page.after, 'after') + 1 : 0;
  const end = page.before ? placeIn(page.before, 'before') : rows.length;
  const places = rows.map((row, place) => ({ row, place })).slice(start, Math.max(start, end));
  const found = page.backward ? places.reverse() : places;
  const cut = pageOf(found.slice(0, page.size + 1), page, ({ place }) => cursorTo(BY_PLACE, [place]));
  const placeOf = new Map(cut.rows.map(({ row, place }) => [row, place]));
  return { ...cut, rows: cut.rows.map(({ row }) => row), cursorOf: (row) => cursorTo(BY_PLACE, [placeOf.get(row)]) };
}

/** How many rows there are, exact up to COUNT_MAX. Null where counting took too long: the rows are worth more than their number. */
export async function countUpTo<T>(
  model: Model<T>,
  filter: QueryFilter<T>,
  search: Search | null = null,
): Promise<number | null> {
  try {
    if (search?.words.length) return await countRows(model, { filter, search });
    return await model
      .countDocuments({ $and: [filter, ...(search ? byIndex(search) : [])] } as QueryFilter<T>)
      .limit(COUNT_MAX)
      .maxTimeMS(OPERATION_MS_MAX);
  } catch (error) {
    if (isTimeLimit(error)) return null;
    throw error;
  }
}

/** The condition of a search that needs no word to lead it. */
function byIndex({ words, condition }: Search): object[] {
  return words.length ? [] : [condition];
}

/** Where a page lies, as the API shows it. */
export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** A page as the API shows it. */
export interface Connection<T> {
  edges: { node: T; cursor: string }[];
  nodes: T[];
  pageInfo: PageInfo;
  /** Called only when a client asks. */
  totalCount: () => Promise<number | null>;
}

/** A page as a Relay connection. `count` says how many rows the whole list has. */
export function connection<T>(page: Page<T>, count: () => Promise<number | null>): Connection<T> {
  const { rows, cursorOf } = page;
  return {
    edges: rows.map((node) => ({ node, cursor: cursorOf(node) })),
    nodes: rows,
    pageInfo: pageInfoOf(page),
    totalCount: count,
  };
}

/** Where a page lies in its list. */
export function pageInfoOf<T>({ rows, cursorOf, hasNextPage, hasPreviousPage }: Page<T>): PageInfo {
  const [first] = rows;
  const last = rows.at(-1);
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
}

/** The page of rows as they were found: one more than it shows when there are more, and from the end when it runs backward. */
export function pageOf<T>(found: readonly T[], page: PageRequest, cursorOf: (row: T) => string): Page<T> {
  const more = found.length > page.size;
  const rows = found.slice(0, page.size);
  return {
    rows: page.backward ? rows.reverse() : rows,
    hasNextPage: page.backward ? page.before !== null : more || page.before !== null,
    hasPreviousPage: page.backward ? more || page.after !== null : page.after !== null,
    cursorOf,
  };
}

/** The filter that keeps a page on its side of a cursor; none where the client gave no such cursor. */
function boundsOf<T>(
  model: Model<T>,
  { list, sort }: { list: string; sort: readonly SortField[] },
  { after = null, before = null }: Partial<Pick<PageRequest, 'after' | 'before'>>,
): QueryFilter<T>[] {
  const end = after ? 'after' : 'before';
  const cursor = after ?? before;
  if (!cursor) return [];
  const values = valuesIn(cursor, list, end);
  if (values.length !== sort.length) throw foreignCursor(end);
  const bound = beyond<T>(sort, values.map(revive), end === 'after' ? 1 : -1);
  try {
    // Mongoose would cast them anyway. Done here, a value of the wrong type counts as the client's mistake.
    model.find().cast(model, bound);
  } catch {
    throw foreignCursor(end);
  }
  return [bound];
}

/**
 * The parts of a list that one walk of an index does not join, in the order in which the page meets them: rows with a
 * value and rows without, where those without come last against the index's own order. Else the list is one part.
 */
function partsOf(sort: readonly SortField[], { backward }: PageRequest): object[] {
  const [first] = sort;
  if (!first?.nullsLast || first.direction === -1) return [{}];
  const parts = [{ [first.field]: { $ne: null } }, { [first.field]: null }];
  return backward ? parts.reverse() : parts;
}

/**
 * The rows after a place (`side` 1) or before it (-1): beyond it in the first field, or level there and beyond it in the
 * next, and so on. Each branch is one range of an index in the list's order, and the database merges them.
 */
function beyond<T>(sort: readonly SortField[], values: readonly unknown[], side: 1 | -1): QueryFilter<T> {
  const branches = sort.map(({ field, direction, nullsLast }, index) => ({
    ...Object.fromEntries(sort.slice(0, index).map((level, place) => [level.field, values[place]])),
    [field]: strictlyBeyond(values[index], direction === side, nullsLast ? side === 1 : direction !== side),
  }));
  return { $or: branches };
}

/** MongoDB's comparisons match values of one type only, so null and a range that ends in nulls need operators of their own. */
function strictlyBeyond(value: unknown, upward: boolean, towardsNulls: boolean): object {
  if (value === null) return towardsNulls ? { $in: [] } : { $ne: null };
  if (towardsNulls) return { $not: upward ? { $lte: value } : { $gte: value } };
  return upward ? { $gt: value } : { $lt: value };
}

/** An order as text, `-createdAt,-_id`. */
function orderOf(sort: readonly SortField[]): string {
  return sort.map(({ field, direction }) => `${direction === 1 ? '' : '-'}${field}`).join();
}

/**
 * The name of a list that its cursors hold, so that they fit no other: of its rows, of the record that has it, and of its order. It does not
 * depend on the filter or the viewer's reach: a cursor is a place among all rows.
 */
export function listName(...parts: readonly string[]): string {
  return contentHash(parts).slice(0, LIST_CHARACTERS);
}

function valuesOf(sort: readonly SortField[], row: unknown): unknown[] {
  const values = sort.map(({ field }) => (row as Record<string, unknown>)[field] ?? null);
  return values.map((value) => (value instanceof Date ? { $date: value.toISOString() } : value));
}

function placeIn(cursor: Cursor, path: string): number {
  const [place] = valuesIn(cursor, BY_PLACE, path);
  if (!Number.isSafeInteger(place) || (place as number) < 0) throw foreignCursor(path);
  return place as number;
}

/** The values in a cursor: texts, numbers, null or `{$date}`. Refuses BAD_USER_INPUT for a cursor of another list. */
export function valuesIn({ list, values }: Cursor, expected: string, path: string): readonly unknown[] {
  if (list !== expected) throw foreignCursor(path);
  return values;
}

/** The cursor of a row by its place in a list. */
export function cursorTo(list: string, values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

function readCursor(cursor: string | null | undefined, path: string): Cursor | null {
  if (cursor === null || cursor === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [list, ...values] = Array.isArray(read) ? read : [];
    if (typeof list === 'string' && values.length > 0 && values.every(isCursorValue)) return { list, values };
  } catch {
    // Refused below.
  }
  throw foreignCursor(path);
}

/** The refusal of a cursor that belongs to another list or order. */
export function foreignCursor(path: string): Refusal {
  return badInput([
    { path, code: 'FOREIGN_CURSOR', message: 'must be a cursor that this list handed out in this order.' },
  ]);
}

/** True for texts, numbers, booleans, null and instants: nothing that a database could take for an operator. */
function isCursorValue(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return true;
  if (typeof value !== 'object' || Object.keys(value).join() !== '$date') return false;
  return !Number.isNaN((revive(value) as Date).getTime());
}

function revive(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? new Date((value as { $date: string }).$date) : value;
}
