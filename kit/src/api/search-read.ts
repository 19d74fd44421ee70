import type { Model, mongo } from 'mongoose';
import { OPERATION_MS_MAX } from '../process/mongo.ts';
import { badInput } from './errors.ts';
import type { Search } from './search.ts';

/** The most records that one search looks through. */
export const EXAMINED_MAX = 10_000;
/** What a search looks through first: the page of a frequent word is full by then. */
export const FIRST_LOOK = 500;
/** A word that so few records hold leads the search: they are read and sorted, whatever the order. */
export const RARE_MAX = 1_000;

/** One stretch of a list that is searched for words. */
export interface SearchedRows {
  /** What every row of the list meets, and the page's side of its cursors. */
  filter: object;
  search: Search;
  sort: Record<string, 1 | -1>;
  projection: Record<string, 0 | 1>;
  limit: number;
}

/**
 * The first rows that a search finds, in the order of the list. It reads the rows of its rarest word where they
 * are few, else the list in its own order, and ends at EXAMINED_MAX records. Refuses BAD_USER_INPUT (TOO_BROAD) where neither finds enough rows by then.
 */
export async function findRows<T>(model: Model<T>, rows: SearchedRows): Promise<T[]> {
  const { filter, search, sort, projection, limit } = rows;
  const rarest = await rarestOf(model, search);
  const after = Object.keys(projection).length ? [{ $project: projection }] : [];
  const byWord = () =>
    read<T>(model, [
      ...holding(rarest.word, search),
      { $match: { $and: [filter, search.condition] } },
      { $sort: sort },
      { $limit: limit },
      ...after,
    ]);
  if (rarest.count <= RARE_MAX) return byWord();
  for (const count of [FIRST_LOOK, EXAMINED_MAX]) {
    const looked = [{ $match: filter }, { $sort: sort }, { $limit: count }];
    const found = await read<T>(model, [...looked, { $match: search.condition }, { $limit: limit }, ...after]);
    if (found.length === limit || !(await hasMoreThan(model, filter, { sort, count }))) return found;
  }
  if (rarest.count <= EXAMINED_MAX) return byWord();
  throw tooBroad();
}

/** How many rows a search finds in a list. Null where more than EXAMINED_MAX records would have to be looked through. */
export async function countRows<T>(
  model: Model<T>,
  { filter, search }: Pick<SearchedRows, 'filter' | 'search'>,
): Promise<number | null> {
  const rarest = await rarestOf(model, search);
  const isRare = rarest.count <= EXAMINED_MAX;
  if (!isRare && (await hasMoreThan(model, filter, { count: EXAMINED_MAX }))) return null;
  const stages = isRare ? holding(rarest.word, search) : [];
  const [counted] = await read<{ n: number }>(model, [
    ...stages,
    { $match: { $and: [filter, search.condition] } },
    { $count: 'n' },
  ]);
  return counted?.n ?? 0;
}

/** The word that the fewest records hold, and how many, counted up to one more than EXAMINED_MAX. */
async function rarestOf<T>(model: Model<T>, { field, words }: Search): Promise<{ word: string; count: number }> {
  const counted = await Promise.all(
    words.map(async (word) => ({
      word,
      count: await model.collection.countDocuments({ [field]: word }, { limit: EXAMINED_MAX + 1, ...BOUNDED }),
    })),
  );
  return counted.reduce((rarest, each) => (each.count < rarest.count ? each : rarest));
}

/** The stages that read the records of a word. The limit keeps the database from joining them with what follows. */
function holding(word: string, { field, condition }: Search): mongo.Document[] {
  const rows = '$or' in condition ? condition : { [field]: word };
  return [{ $match: rows }, { $limit: EXAMINED_MAX + 1 }];
}

async function hasMoreThan<T>(
  model: Model<T>,
  filter: object,
  { sort, count }: { sort?: Record<string, 1 | -1>; count: number },
): Promise<boolean> {
  const [next] = await read(model, [
    { $match: filter },
    ...(sort ? [{ $sort: sort }] : []),
    { $skip: count },
    { $limit: 1 },
    { $project: { _id: 1 } },
  ]);
  return next !== undefined;
}

const BOUNDED = { maxTimeMS: OPERATION_MS_MAX };

function read<R>(model: Pick<Model<unknown>, 'collection'>, stages: mongo.Document[]): Promise<R[]> {
  return model.collection.aggregate(stages, BOUNDED).toArray() as Promise<unknown> as Promise<R[]>;
}

function tooBroad() {
  return badInput([
    {
      path: 'filter.text',
      code: 'TOO_BROAD',
      args: { max: EXAMINED_MAX },
      message: `must hold a rarer word, or other filters must narrow the list: the search stops at ${EXAMINED_MAX} records.`,
    },
  ]);
}
