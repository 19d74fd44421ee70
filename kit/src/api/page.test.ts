import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import fc from 'fast-check';
import { Schema, type Connection as Database, type Model } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { Refusal } from './errors.ts';
import { connectMongo } from '../process/mongo.ts';
import {
  COUNT_MAX,
  PAGE_MAX,
  connection,
  countUpTo,
  findPage,
  listName,
  pageRequest,
  slicePage,
  type Page,
  type PageArguments,
  type SortField,
} from './page.ts';

/** A thing in a list: few different values, so that many rows are level, and nulls among them. */
interface Thing {
  _id: string;
  group: string;
  rank: number | null;
  at: Date | null;
  word: string | null;
}

const DAY = Date.UTC(2026, 3, 6);
const things: fc.Arbitrary<Thing[]> = fc.uniqueArray(
  fc.record({
    _id: fc.stringMatching(/^[a-z0-9]{1,6}$/),
    group: fc.constantFrom('a', 'b'),
    rank: fc.option(fc.integer({ min: -2, max: 2 })),
    at: fc.option(fc.integer({ min: 0, max: 3 }).map((hours) => new Date(DAY + hours))),
    word: fc.option(fc.constantFrom('', '$gt', 'Été', 'z')),
  }),
  { selector: ({ _id }) => _id, minLength: 5, maxLength: 30 },
);
const direction = fc.constantFrom<1 | -1>(1, -1);
const order = fc
  .tuple(
    fc.subarray<keyof Thing>(['rank', 'at', 'word']),
    fc.array(direction, { minLength: 4, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([fields, directions, nullsLast]) =>
    [...fields, '_id'].map((field, index): SortField => ({
      field,
      direction: directions[index] ?? 1,
      ...(index === 0 && nullsLast ? { nullsLast } : {}),
    })),
  );
const size = fc.integer({ min: 1, max: 12 });

const schema = new Schema<Thing>(
  { _id: String, group: String, rank: Number, at: Date, word: String },
  { strict: 'throw', id: false },
);
schema.index({ rank: -1, _id: -1 });
schema.index({ at: 1, _id: 1 });

let database: Database;
let Things: Model<Thing>;

beforeAll(async () => {
  database = await connectMongo(await databaseUri(), `page_${randomUUID().slice(0, 8)}`);
  Things = database.model<Thing>('Thing', schema, 'things');
  await Things.createIndexes();
});

afterAll(async () => {
  await database.dropDatabase();
  await database.close();
});

describe('a list of the database', () => {
  test('paging forward visits every row of the list once, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(things, order, size, async (rows, sort, first) => {
        await fill(rows);
        const visited = await walk((args) => listGroupA(sort, args), 'forward', first);
        expect(visited).toEqual(sortedGroupA(rows, sort));
      }),
      { numRuns: 100 },
    );
  });

  test('paging backward visits the same rows from the end', async () => {
    await fc.assert(
      fc.asyncProperty(things, order, size, async (rows, sort, last) => {
        await fill(rows);
        const visited = await walk((args) => listGroupA(sort, args), 'backward', last);
        expect(visited).toEqual(sortedGroupA(rows, sort));
      }),
      { numRuns: 100 },
    );
  });

  test('rows between two cursors are those between their places', async () => {
    await fc.assert(
      fc.asyncProperty(things, order, fc.nat(), fc.nat(), fc.boolean(), async (rows, sort, one, other, forward) => {
        await fill(rows);
        const all = sortedGroupA(rows, sort);
        fc.pre(all.length >= 2);
        const [low, high] = [one % all.length, other % all.length].sort((a, b) => a - b) as [number, number];
        const whole = await listGroupA(sort, { first: PAGE_MAX });
        const bounds = { after: cursorAt(whole, low), before: cursorAt(whole, high) };
        const between = await listGroupA(
          sort,
          forward ? { first: PAGE_MAX, ...bounds } : { last: PAGE_MAX, ...bounds },
        );
        expect(between.rows.map(({ _id }) => _id)).toEqual(all.slice(low + 1, high));
      }),
      { numRuns: 100 },
    );
  });

  test('rows that come and go between two pages neither repeat nor hide others', async () => {
    const sort: SortField[] = [
      { field: 'rank', direction: -1 },
      { field: '_id', direction: -1 },
    ];
    await fill(['b', 'd', 'f', 'h'].map((_id) => buildThing({ _id })));
    const first = await listGroupA(sort, { first: 2 });
    await Things.deleteOne({ _id: 'f' });
    await Things.create([buildThing({ _id: 'g' }), buildThing({ _id: 'c' })]);
    const second = await listGroupA(sort, { first: 9, after: cursorAt(first, 1) });
    expect([first, second].map(ids)).toEqual([
      ['h', 'f'],
      ['d', 'c', 'b'],
    ]);
  });

  test('a page says whether rows lie before and behind it', async () => {
    const sort: SortField[] = [{ field: '_id', direction: 1 }];
    await fill(['a', 'b', 'c'].map((_id) => buildThing({ _id })));
    const whole = await listGroupA(sort, { first: 3 });
    const edges = async (args: PageArguments) => {
      const { hasPreviousPage, hasNextPage } = await listGroupA(sort, args);
      return [hasPreviousPage, hasNextPage];
    };
    expect({
      whole: await edges({ first: 3 }),
      start: await edges({ first: 2 }),
      middle: await edges({ first: 1, after: cursorAt(whole, 0) }),
      end: await edges({ first: 1, after: cursorAt(whole, 1) }),
      lastTwo: await edges({ last: 2 }),
      lastTwoBeforeTheEnd: await edges({ last: 2, before: cursorAt(whole, 2) }),
      between: await edges({ first: 9, after: cursorAt(whole, 0), before: cursorAt(whole, 2) }),
    }).toEqual({
      whole: [false, false],
      start: [false, true],
      middle: [true, true],
      end: [true, false],
      lastTwo: [true, false],
      lastTwoBeforeTheEnd: [false, true],
      between: [true, true],
    });
  });

  test('a page deep in the list is found by its index, not by counting through', async () => {
    const sort: SortField[] = [
      { field: 'rank', direction: -1 },
      { field: '_id', direction: -1 },
    ];
    await fill(Array.from({ length: 2_000 }, (_, n) => buildThing({ _id: `t${String(n).padStart(4, '0')}`, rank: n })));
    const start = await findPage(Things, { filter: {}, sort }, pageRequest({ first: 1 }));
    const deep = start.cursorOf(buildThing({ _id: 't1000', rank: 1_000 }));
    const examined = await keysExamined(() =>
      findPage(Things, { filter: {}, sort }, pageRequest({ first: 10, after: deep })),
    );
    expect(examined).toBeLessThanOrEqual(2 * 11);
  });

  test('rows without a value come last where the order says so, upward and downward', async () => {
    await fill(
      [1, null, 0, null].map((hour, n) => buildThing({ _id: `t${n}`, at: hour === null ? null : hours(hour) })),
    );
    const listed = async (way: 1 | -1) =>
      ids(
        await listGroupA(
          [
            { field: 'at', direction: way, nullsLast: true },
            { field: '_id', direction: way },
          ],
          { first: 9 },
        ),
      );
    expect([await listed(1), await listed(-1)]).toEqual([
      ['t2', 't0', 't1', 't3'],
      ['t0', 't2', 't3', 't1'],
    ]);
  });

  test.each([
    ['among those with a value', 1_000],
    ['among those without', 2_500],
  ])('a page deep in a list that ends with rows without a value is found by its index, %s', async (_where, place) => {
    const sort: SortField[] = [
      { field: 'at', direction: 1, nullsLast: true },
      { field: '_id', direction: 1 },
    ];
    const rows = Array.from({ length: 3_000 }, (_, n) =>
      buildThing({ _id: `t${String(n).padStart(4, '0')}`, at: n < 2_000 ? hours(n) : null }),
    );
    await fill(rows);
    const start = await findPage(Things, { filter: {}, sort }, pageRequest({ first: 1 }));
    const deep = start.cursorOf(rows[place] as Thing);
    for (const page of [
      { first: 10, after: deep },
      { last: 10, before: deep },
    ]) {
      const examined = await keysExamined(() => findPage(Things, { filter: {}, sort }, pageRequest(page)));
      expect(examined).toBeLessThanOrEqual(2 * 11);
    }
  });

  test('counts are exact to the limit, and stop there', async () => {
    await fill(Array.from({ length: COUNT_MAX + 5 }, (_, n) => buildThing({ _id: `t${n}`, group: n < 7 ? 'a' : 'b' })));
    expect([await countUpTo(Things, { group: 'a' }), await countUpTo(Things, {})]).toEqual([7, COUNT_MAX]);
  });

  test('a count that takes too long is null', async () => {
    await fill(Array.from({ length: 3 }, (_, n) => buildThing({ _id: `t${n}` })));
    const hasty = new Schema<Thing>({ _id: String }, { strict: false, id: false });
    hasty.pre('countDocuments', function () {
      this.maxTimeMS(1);
    });
    const Hasty = database.model<Thing>('HastyThing', hasty, 'things');
    // The embedded engine runs no JavaScript: a long sum takes the time.
    const sum = { $add: ['$$value', '$$this'] };
    const slow = { $gt: [{ $reduce: { input: { $range: [0, 1_000_000] }, initialValue: 1, in: sum } }, 0] };
    expect(await countUpTo(Hasty, { $expr: slow })).toBeNull();
  });
});

describe('a list at hand', () => {
  test('paging forward and backward visits every row once, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(things, size, fc.constantFrom('forward', 'backward'), async (rows, many, way) => {
        const visited = await walk(async (args) => slicePage(rows, pageRequest(args)), way, many);
        expect(visited).toEqual(rows.map(({ _id }) => _id));
      }),
    );
  });

  test('a place that lies beyond the list gives an empty page', () => {
    const place = Buffer.from('["#",7]').toString('base64url');
    expect(slicePage([buildThing({})], pageRequest({ first: 5, after: place })).rows).toEqual([]);
  });
});

describe('a request for a page', () => {
  test.each<[string, PageArguments, string]>([
    ['neither first nor last', {}, 'first'],
    ['both', { first: 1, last: 1 }, 'first'],
    ['none', { first: 0 }, 'first'],
    ['fewer than none', { last: -1 }, 'last'],
    ['too many', { first: PAGE_MAX + 1 }, 'first'],
    ['text that is no cursor', { first: 1, after: 'abc' }, 'after'],
    ['an empty cursor', { first: 1, before: '' }, 'before'],
    ['a cursor with an operator', { first: 1, after: forged(['_id', { $gt: '' }]) }, 'after'],
    ['a cursor with an instant that is none', { first: 1, after: forged(['at', { $date: 'soon' }]) }, 'after'],
    ['a cursor with a list', { first: 1, before: forged(['_id', ['a']]) }, 'before'],
    ['a cursor without values', { first: 1, after: forged(['_id']) }, 'after'],
  ])('%s is bad input', (_what, args, path) => {
    expect(refusal(() => pageRequest(args))).toEqual({ code: 'BAD_USER_INPUT', path });
  });

  test('the sentence says what the page must be', () => {
    expect(() => pageRequest({})).toThrow('first: exactly one of first and last must be given, 1 to 100.');
  });

  test.each<[string, unknown[]]>([
    ['another order', [listName('things', '', '-at,_id'), { $date: '2026-04-06T00:00:00.000Z' }, 'a']],
    ['other rows in the same order', [listName('others', '', 'at,_id'), { $date: '2026-04-06T00:00:00.000Z' }, 'a']],
    ['a version before', ['at,_id', { $date: '2026-04-06T00:00:00.000Z' }, 'a']],
    ['too few values', [listName('things', '', 'at,_id'), { $date: '2026-04-06T00:00:00.000Z' }]],
    ['a value of the wrong type', [listName('things', '', 'at,_id'), 'yesterday', 'a']],
    ['a list at hand', ['#', 1]],
  ])('a cursor of %s does not fit a list of the database', async (_what, cursor) => {
    const sort: SortField[] = [
      { field: 'at', direction: 1 },
      { field: '_id', direction: 1 },
    ];
    const asked = listGroupA(sort, { first: 1, after: forged(cursor) });
    await expect(asked).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path: 'after', code: 'FOREIGN_CURSOR' }] },
    });
  });

  test('a cursor of the list of one record does not fit that of another, and fits its own whatever the filter', async () => {
    await fill([buildThing({ _id: 'a' }), buildThing({ _id: 'b' })]);
    const sort: SortField[] = [{ field: '_id', direction: 1 }];
    const list = (of: string, filter: object, after: string | null) =>
      findPage(Things, { of, filter, sort }, pageRequest({ first: 1, after }));
    const cursor = cursorAt(await list('one', {}, null), 0);
    expect(ids(await list('one', { group: 'a' }, cursor))).toEqual(['b']);
    await expect(list('two', {}, cursor)).rejects.toMatchObject({
      extensions: { fields: [{ path: 'after', code: 'FOREIGN_CURSOR' }] },
    });
  });

  test.each([[-1], [1.5], ['1'], [null]])('a place of %p does not fit a list at hand', (place) => {
    const asked = () => slicePage([buildThing({})], pageRequest({ last: 1, before: forged(['#', place]) }));
    expect(refusal(asked)).toEqual({ code: 'BAD_USER_INPUT', path: 'before' });
  });
});

describe('a connection', () => {
  test('shows its rows with their cursors, and where it lies', () => {
    const rows = [buildThing({ _id: 'a' }), buildThing({ _id: 'b' }), buildThing({ _id: 'c' })];
    const page = slicePage(rows, pageRequest({ first: 2 }));
    const shown = connection(page, async () => 3);
    expect(shown).toMatchObject({
      edges: [
        { node: rows[0], cursor: cursorAt(page, 0) },
        { node: rows[1], cursor: cursorAt(page, 1) },
      ],
      nodes: [rows[0], rows[1]],
      pageInfo: {
        hasNextPage: true,
        hasPreviousPage: false,
        startCursor: cursorAt(page, 0),
        endCursor: cursorAt(page, 1),
      },
    });
  });

  test('an empty page has no cursors', () => {
    const { pageInfo } = connection(slicePage([], pageRequest({ last: 5 })), async () => 0);
    expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });

  test('counts its rows only when the total is read', async () => {
    let counted = 0;
    const { totalCount } = connection(slicePage([], pageRequest({ first: 1 })), async () => ++counted);
    expect([counted, await totalCount()]).toEqual([0, 1]);
  });
});

const ROUNDS_MAX = 100;

/** The ids of a list, page by page from one end to the other, in the order of the list. */
async function walk(list: (args: PageArguments) => Promise<Page<Thing>>, way: string, many: number): Promise<string[]> {
  const visited: string[] = [];
  let cursor: string | null = null;
  for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) {
    const forward: boolean = way === 'forward';
    const page: Page<Thing> = await list(forward ? { first: many, after: cursor } : { last: many, before: cursor });
    expect(page.rows.length).toBeLessThanOrEqual(many);
    visited.splice(forward ? visited.length : 0, 0, ...ids(page));
    if (!(forward ? page.hasNextPage : page.hasPreviousPage)) return visited;
    cursor = cursorAt(page, forward ? page.rows.length - 1 : 0);
  }
  throw new Error('The list does not end.');
}

async function fill(rows: Thing[]): Promise<void> {
  await Things.deleteMany({});
  await Things.insertMany(rows);
}

async function listGroupA(sort: SortField[], args: PageArguments): Promise<Page<Thing>> {
  return findPage(Things, { filter: { group: 'a' }, sort }, pageRequest(args));
}

/** What the list must be, worked out without the database. */
function sortedGroupA(rows: Thing[], sort: SortField[]): string[] {
  const compared = (a: Thing, b: Thing, { field, direction: way, nullsLast }: SortField) => {
    const [left, right] = [a, b].map((thing) => thing[field as keyof Thing]);
    if (left === right || left?.valueOf() === right?.valueOf()) return 0;
    if (left === null || left === undefined) return nullsLast ? 1 : -way;
    if (right === null || right === undefined) return nullsLast ? -1 : way;
    if (typeof left === 'string') return way * Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
    return left < right ? -way : way;
  };
  return rows
    .filter(({ group }) => group === 'a')
    .sort((a, b) => sort.reduce((level, each) => level || compared(a, b, each), 0))
    .map(({ _id }) => _id);
}

function ids(page: Page<Thing>): string[] {
  return page.rows.map(({ _id }) => _id);
}

function cursorAt(page: Page<Thing>, place: number): string {
  return page.cursorOf(page.rows[place] as Thing);
}

function forged(values: unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function hours(count: number): Date {
  return new Date(DAY + count * 3_600_000);
}

function buildThing(thing: Partial<Thing>): Thing {
  return { _id: 'a', group: 'a', rank: 1, at: null, word: null, ...thing };
}

function refusal(act: () => unknown): { code: string; path: string | undefined } | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [field] = error.extensions['fields'] as { path: string }[];
    return { code: error.code, path: field?.path };
  }
}

/** How many index keys the queries that `act` makes read, by the database's own account. */
async function keysExamined(act: () => Promise<unknown>): Promise<number> {
  const filters: Record<string, unknown>[] = [];
  database.set('debug', (_collection: string, method: string, filter: unknown, options: unknown) => {
    if (method === 'find') filters.push({ filter, options });
  });
  await act();
  database.set('debug', false);
  expect(filters.length).toBeGreaterThan(0);
  let examined = 0;
  for (const { filter, options } of filters as {
    filter: object;
    options: { sort: Record<string, 1 | -1>; limit: number };
  }[]) {
    const plan = (await database
      .collection('things')
      .find(filter, { sort: options.sort, limit: options.limit })
      .explain('executionStats')) as unknown as {
      executionStats: { totalKeysExamined: number; totalDocsExamined: number };
    };
    examined += Math.max(plan.executionStats.totalKeysExamined, plan.executionStats.totalDocsExamined);
  }
  return examined;
}
