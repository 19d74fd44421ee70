import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { Schema, type Connection as Database, type Model } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { connectMongo } from '../process/mongo.ts';
import { Refusal } from './errors.ts';
import { countUpTo, findPage, pageRequest, type SortField } from './page.ts';
import { searchFor } from './search.ts';
import { EXAMINED_MAX, FIRST_LOOK } from './search-read.ts';

interface Thing {
  _id: string;
  number: number;
  rank: number;
}

const FORM = { numberPrefix: 'THG' };
/** More than twice what one search looks through. */
const THINGS = 22_000;
const MIDDLE = THINGS / 2;
const NEWEST_FIRST: SortField[] = [{ field: 'number', direction: -1 }];
const BY_RANK: SortField[] = [
  { field: 'rank', direction: 1 },
  { field: '_id', direction: 1 },
];

let database: Database;
let Things: Model<Thing>;

/** The words of a thing, by its place: the first is the oldest. */
function wordsAt(place: number): string[] {
  return Object.entries({
    meter: true,
    even: place % 2 === 0,
    early: place < 1_500,
    seldom: place % 5_000 === 0,
    older: place <= MIDDLE,
    newer: place >= MIDDLE,
  }).flatMap(([word, holds]) => (holds ? [word] : []));
}

beforeAll(async () => {
  database = await connectMongo(await databaseUri(), `search_${randomUUID().slice(0, 8)}`);
  const schema = new Schema<Thing>({ _id: String, number: Number, rank: Number }, { strict: 'throw', id: false });
  Things = database.model<Thing>('Thing', schema, 'things');
  await Things.collection.createIndexes([
    { key: { number: 1 } },
    { key: { rank: 1, _id: 1 } },
    { key: { 'search.words': 1 } },
  ]);
  const rows = Array.from({ length: THINGS }, (_, place) => ({
    _id: `t${String(place).padStart(5, '0')}`,
    number: place,
    rank: place % 7,
    search: { words: wordsAt(place) },
  }));
  await Things.collection.insertMany(rows as never[]);
}, 60_000);

afterAll(async () => {
  await database.dropDatabase();
  await database.close();
});

async function search(text: string, { sort = NEWEST_FIRST, first = 3, after }: Asked = {}) {
  const list = { filter: {}, search: searchFor(FORM, text), sort };
  return findPage(Things, list, pageRequest({ first, ...(after ? { after } : {}) }));
}

interface Asked {
  sort?: SortField[];
  first?: number;
  after?: string;
}

async function numbersOf(text: string, asked?: Asked): Promise<number[]> {
  return (await search(text, asked)).rows.map(({ number }) => number);
}

describe('a search', () => {
  test('for words that most records hold answers in the order of the list', async () => {
    expect(await numbersOf('meter even')).toEqual([21_998, 21_996, 21_994]);
    expect(await numbersOf('meter even', { sort: BY_RANK })).toEqual([0, 14, 28]);
  });

  test('for a rare word answers in the order of the list, whatever else it looks for', async () => {
    expect(await numbersOf('seldom meter', { first: 9 })).toEqual([20_000, 15_000, 10_000, 5_000, 0]);
    expect(await numbersOf('seldom meter', { sort: BY_RANK, first: 9 })).toEqual([0, 20_000, 5_000, 10_000, 15_000]);
  });

  test('finds what only old records hold', async () => {
    expect(await numbersOf('early meter')).toEqual([1_499, 1_498, 1_497]);
  });

  test('goes on behind a cursor', async () => {
    const page = await search('meter even');
    const end = page.cursorOf(page.rows.at(-1) as Thing);
    expect(await numbersOf('meter even', { after: end })).toEqual([21_992, 21_990, 21_988]);
    const rare = await search('seldom', { first: 2 });
    expect(await numbersOf('seldom', { after: rare.cursorOf(rare.rows[1] as Thing) })).toEqual([10_000, 5_000, 0]);
  });

  test('for a number finds its record', async () => {
    for (const text of ['THG-000017', 'thg 17', '000017']) expect(await numbersOf(text)).toEqual([17]);
    expect(await numbersOf('17')).toEqual([17]);
  });

  test('that would look through too much says so, at its place', async () => {
    const refused = await search('older newer').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect((refused as Refusal).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'filter.text', code: 'TOO_BROAD', args: { max: EXAMINED_MAX } }],
    });
  });

  test('that other filters narrow looks through what they leave', async () => {
    const list = { filter: { number: { $gt: 9_000, $lt: 12_000 } }, search: searchFor(FORM, 'older newer') };
    const page = await findPage(Things, { ...list, sort: NEWEST_FIRST }, pageRequest({ first: 5 }));
    expect(page.rows.map(({ number }) => number)).toEqual([MIDDLE]);
    expect(await countUpTo(Things, list.filter, list.search)).toBe(1);
  });

  test('is counted where a rare word leads it, and not where none does', async () => {
    const count = (text: string) => countUpTo(Things, {}, searchFor(FORM, text));
    expect(await count('seldom meter')).toBe(5);
    expect(await count('early even')).toBe(750);
    expect(await count('THG-17')).toBe(1);
    expect(await count('nowhere')).toBe(0);
    expect(await count('older newer')).toBeNull();
  });

  test('examines no more records than its bound allows', async () => {
    for (const text of ['meter even', 'seldom meter', 'early meter', 'older newer']) {
      const examined = await recordsExamined(() => search(text).catch(() => undefined));
      expect(examined).toBeLessThanOrEqual(2 * (FIRST_LOOK + EXAMINED_MAX + 1));
    }
    expect(await recordsExamined(() => search('meter even'))).toBeLessThanOrEqual(FIRST_LOOK);
    expect(await recordsExamined(() => search('seldom meter'))).toBeLessThanOrEqual(20);
  });
});

interface Stats {
  totalDocsExamined: number;
}

/** How many records the database examines for what a read asks, by its own account. */
async function recordsExamined(act: () => Promise<unknown>): Promise<number> {
  const collection = Things.collection;
  const aggregate = collection.aggregate.bind(collection);
  const asked: object[][] = [];
  collection.aggregate = (stages: object[], options: object) => {
    asked.push(stages);
    return aggregate(stages, options);
  };
  await act();
  Reflect.deleteProperty(collection, 'aggregate');
  expect(asked.length).toBeGreaterThan(0);
  let examined = 0;
  for (const stages of asked) {
    const plan = (await database.collection('things').aggregate(stages).explain('executionStats')) as unknown as {
      executionStats?: Stats;
      stages?: { $cursor?: { executionStats: Stats } }[];
    };
    const stats = plan.executionStats ?? plan.stages?.[0]?.$cursor?.executionStats;
    examined += (stats as Stats).totalDocsExamined;
  }
  return examined;
}
