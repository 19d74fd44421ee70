import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { ManualTime } from '../time/time-source.ts';
import { MIGRATION_BATCH, rewriteRecords, runMigrations, type Migration } from './migration.ts';
import { NOON, buildDraft, buildThing, openDesk, type Desk } from './things.fixture.ts';

/** A thing as it was stored before `madeAt` had its name. */
interface OldThing {
  _id: string;
  at?: Date;
  madeAt?: Date;
  count: number;
}

let desk: Desk;
let db: mongo.Db;
let things: mongo.Collection<OldThing>;
const time = new ManualTime(NOON);

beforeAll(async () => {
  desk = await openDesk();
  db = desk.journal.db;
  things = db.collection<OldThing>('things');
});

afterEach(async () => {
  for (const name of ['things', 'migrations']) await db.collection(name).deleteMany({});
});

afterAll(() => desk.close());

async function fillThings(count: number): Promise<void> {
  await things.insertMany(
    Array.from({ length: count }, (_, i) => ({ _id: `thing_${String(i).padStart(5, '0')}`, at: NOON, count: i })),
  );
}

/** Names `at` as it is called now. `visit` gets each batch before it is written. */
function renameAt(visit: (batch: readonly OldThing[]) => Promise<void> = async () => {}): Migration {
  return {
    name: 'thing-made-at',
    run: async (database) =>
      rewriteRecords(database.collection<OldThing>('things'), {
        old: { at: { $exists: true } },
        update: async (batch) => {
          await visit(batch);
          return batch.map(() => ({ $rename: { at: 'madeAt' } }));
        },
      }),
  };
}

function named(name: string, ran: string[] = []): Migration {
  return {
    name,
    run: async () => {
      ran.push(name);
    },
  };
}

async function inOldForm(): Promise<number> {
  return things.countDocuments({ at: { $exists: true } });
}

describe('migrations', () => {
  test('run in their order, each once', async () => {
    const ran: string[] = [];
    const list = [named('b', ran), named('a', ran)];
    expect([await runMigrations(db, list, time), await runMigrations(db, list, time)]).toEqual([['b', 'a'], []]);
    expect(ran).toEqual(['b', 'a']);
  });

  test('that came later run alone', async () => {
    await runMigrations(db, [named('a')], time);
    expect(await runMigrations(db, [named('a'), named('b')], time)).toEqual(['b']);
  });

  test('are remembered with the instant at which they were done', async () => {
    await runMigrations(db, [named('a')], time);
    expect(await db.collection('migrations').find().toArray()).toEqual([{ _id: 'a', doneAt: NOON }]);
  });

  test('that a newer version ran stop an older one, which would not know the records', async () => {
    await runMigrations(db, [named('a'), named('b')], time);
    await expect(runMigrations(db, [named('a')], time)).rejects.toThrow('newer version migrated this database: b');
  });

  test('behind one that failed do not run', async () => {
    const ran: string[] = [];
    const failing = { name: 'a', run: () => Promise.reject(new Error('the machine ends')) };
    await expect(runMigrations(db, [failing, named('b', ran)], time)).rejects.toThrow('the machine ends');
    expect(ran).toEqual([]);
    expect(await runMigrations(db, [named('a', ran), named('b', ran)], time)).toEqual(['a', 'b']);
  });
});

describe('records in an old form', () => {
  const COUNT = 2 * MIGRATION_BATCH + 7;

  test('all take the new one, and keep the rest', async () => {
    await fillThings(COUNT);
    await runMigrations(db, [renameAt()], time);
    expect(await inOldForm()).toBe(0);
    expect(await things.countDocuments({ madeAt: NOON })).toBe(COUNT);
    expect(await things.findOne({ count: 7 })).toEqual({ _id: 'thing_00007', madeAt: NOON, count: 7 });
  });

  test('are read in batches that do not grow with the collection', async () => {
    await fillThings(COUNT);
    const sizes: number[] = [];
    await runMigrations(db, [renameAt(async (batch) => void sizes.push(batch.length))], time);
    expect(sizes).toEqual([MIGRATION_BATCH, MIGRATION_BATCH, 7]);
  });

  test('take it at the next start where the first was interrupted', async () => {
    await fillThings(COUNT);
    let batches = 0;
    const interrupted = renameAt(async () => {
      if (++batches === 2) throw new Error('the machine ends');
    });
    await expect(runMigrations(db, [interrupted], time)).rejects.toThrow('the machine ends');
    const left = await inOldForm();
    expect(await runMigrations(db, [renameAt()], time)).toEqual(['thing-made-at']);
    expect([left, await inOldForm(), await things.countDocuments({ madeAt: NOON })]).toEqual([
      MIGRATION_BATCH + 7,
      0,
      COUNT,
    ]);
  });

  test('take it once where two processes start at the same time', async () => {
    await fillThings(COUNT);
    await Promise.all([runMigrations(db, [renameAt()], time), runMigrations(db, [renameAt()], time)]);
    expect([await inOldForm(), await things.countDocuments({ madeAt: NOON })]).toEqual([0, COUNT]);
  });

  test('that took it between a read and its write are left alone', async () => {
    await fillThings(3);
    const later = new Date('2026-03-02T13:00:00.000Z');
    const meanwhile = renameAt(async () => {
      await things.updateOne({ count: 1 }, { $set: { madeAt: later }, $unset: { at: '' } });
    });
    await runMigrations(db, [meanwhile], time);
    expect(await things.findOne({ count: 1 })).toMatchObject({ madeAt: later });
  });

  test('keep what the journal holds with them, and are changed as before', async () => {
    const { record } = await desk.things.create(buildThing(), [buildDraft()]);
    const before = await desk.things.collection.findOne({ _id: record._id });
    const retitle: Migration = {
      name: 'thing-title',
      run: async (database) =>
        rewriteRecords(database.collection<{ _id: string; title: string }>('things'), {
          old: { title: record.title },
          reads: ['title'],
          update: async (batch) => batch.map(({ title }) => ({ $set: { title: `${title}!` } })),
        }),
    };
    await runMigrations(db, [retitle], time);
    const after = await desk.things.collection.findOne({ _id: record._id });
    expect(after).toEqual({ ...before, title: `${record.title}!` });
    await desk.log.drain();
    expect((await desk.log.verify()).verified).toBe(true);
  });
});
