import type { mongo } from 'mongoose';
import type { TimeSource } from '../time/time-source.ts';
import { DURABLE, OPERATION_MS_MAX } from '../process/mongo.ts';
import type { SearchWords } from '../api/search.ts';

/** Records that one step of a migration reads and writes. */
export const MIGRATION_BATCH = 500;

/**
 * A change of stored records to a new form. It may be interrupted and begun again, and several processes may run it at once; so it
 * changes only records in the old form. It leaves the journal's bookkeeping and the log as they are.
 */
export interface Migration {
  /** What the database remembers it by. Never changed, and never given to another migration. */
  name: string;
  run(db: mongo.Db): Promise<void>;
}

/**
 * Runs the migrations that a database has not had, in their order, and remembers each. Called before the service makes its indexes.
 * Returns the names of those that ran. Throws when the database had one that is not in the list: a newer version wrote it.
 */
export async function runMigrations(
  db: mongo.Db,
  migrations: readonly Migration[],
  time: TimeSource,
): Promise<string[]> {
  const done = db.collection<{ _id: string; doneAt: Date }>('migrations');
  const had = new Set((await done.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
  const unknown = [...had].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length) throw new Error(`A newer version migrated this database: ${unknown.join(', ')}. Start that one.`);
  const missing = migrations.filter(({ name }) => !had.has(name));
  for (const { name, run } of missing) {
    await run(db);
    await done.updateOne({ _id: name }, { $setOnInsert: { doneAt: time.now() } }, { upsert: true, ...DURABLE });
  }
  return missing.map(({ name }) => name);
}

/** How the records of a collection take a new form. */
export interface Rewrite<Rec extends { _id: string }> {
  /** Matches the records in the old form, and none in the new. */
  old: mongo.Filter<Rec>;
  /** The fields that `update` reads; none by default. */
  reads?: readonly (keyof Rec & string)[];
  /** The update of each record of a batch, in their order; null leaves the record as it is. */
  update: (batch: readonly Rec[]) => Promise<(RecordUpdate<Rec> | null)[]>;
}

type RecordUpdate<Rec extends { _id: string }> = mongo.UpdateFilter<Rec> | mongo.Document[];

/** Rewrites the records of a collection, in the order of their ids, MIGRATION_BATCH at a time. */
export async function rewriteRecords<Rec extends { _id: string }>(
  collection: mongo.Collection<Rec>,
  { old, reads = [], update }: Rewrite<Rec>,
): Promise<void> {
  const projection = Object.fromEntries(['_id', ...reads].map((field) => [field, 1]));
  for (let last = ''; ;) {
    const batch = (await collection
      .find({ _id: { $gt: last } } as mongo.Filter<Rec>, {
        projection,
        sort: { _id: 1 },
        limit: MIGRATION_BATCH,
        maxTimeMS: OPERATION_MS_MAX,
      })
      .toArray()) as unknown as Rec[];
    if (!batch.length) return;
    const updates = await update(batch);
    const writes = batch.flatMap(({ _id }, index) => {
      const update = updates[index];
      // The record may have taken the new form since it was read: the filter holds at the write.
      return update ? [{ updateOne: { filter: { $and: [{ _id }, old] }, update } }] : [];
    });
    if (writes.length) {
      const operations = writes as unknown as mongo.AnyBulkWriteOperation<Rec>[];
      await collection.bulkWrite(operations, { ordered: false, ...DURABLE });
    }
    last = (batch.at(-1) as Rec)._id;
  }
}

/** Gives the records of a collection the words that they are found by, and takes away the text index that stood in their place. */
export function wordsMigration<Rec extends { _id: string }>(
  collection: string,
  reads: readonly (keyof Rec & string)[],
  search: (record: Rec) => SearchWords,
): Migration {
  return {
    name: `${collection}-are-found-by-words`,
    async run(db) {
      const records = db.collection<Rec>(collection);
      await rewriteRecords(records, {
        old: { search: { $exists: false } },
        reads,
        update: async (batch) =>
          batch.map((record) => ({ $set: { search: search(record) } }) as unknown as mongo.UpdateFilter<Rec>),
      });
      await dropIndexesOf(db, { collection, field: '_fts' });
    },
  };
}

/** Error code of the database for an index that another process has dropped meanwhile. */
const INDEX_NOT_FOUND = 27;

/** Drops the indexes of a collection that hold a field. */
export async function dropIndexesOf(
  db: mongo.Db,
  { collection, field }: { collection: string; field: string },
): Promise<void> {
  if (!(await db.listCollections({ name: collection }).hasNext())) return;
  for (const { name, key } of await db.collection(collection).indexes()) {
    if (!name || !(field in key)) continue;
    await db
      .collection(collection)
      .dropIndex(name)
      .catch((error: { code?: number }) => {
        if (error.code !== INDEX_NOT_FOUND) throw error;
      });
  }
}
