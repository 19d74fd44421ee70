import type { mongo } from 'mongoose';
import { DURABLE } from '../process/mongo.ts';

/** What a service's database remembers of its last restore. */
interface Restore {
  /** The epoch of the log since then. */
  epoch: number;
  /** How many events are gone that were told before it; each may have numbered a record. */
  lost: number;
}

/** Records that may have been numbered before a restore without an event that was told: creations of about a second. */
export const UNTOLD_MAX = 200;

interface Meta extends Partial<Restore> {
  _id: string;
}

/**
 * Begins a new epoch of the log whose epoch is `epoch`, after a restore that lost at most so many events. False when another process began
 * it first.
 */
export async function beginEpoch(
  db: mongo.Db,
  { epoch, lost, now }: { epoch: number; lost: number; now: Date },
): Promise<boolean> {
  const meta = db.collection<Meta>('meta');
  const next = Math.max(Math.floor(now.getTime() / 1_000), epoch + 1);
  // The restore first: an epoch without it would give numbers again.
  await meta.updateOne({ _id: 'restore' }, { $set: { epoch: next, lost } }, { upsert: true, ...DURABLE });
  const { modifiedCount } = await meta.updateOne({ _id: 'log', epoch }, { $set: { epoch: next } }, DURABLE);
  return modifiedCount === 1;
}

/**
 * The number above which the records of a collection are numbered: the highest that may have been given before a restore. It is found
 * out once for each restore. 0 where there was none.
 */
export async function numberFloor(db: mongo.Db, collection: string): Promise<number> {
  const meta = db.collection<Meta & { number?: number }>('meta');
  const restore = await meta.findOne({ _id: 'restore' });
  const known = await meta.findOne({ _id: `numbers of ${collection}` });
  const before = known?.number ?? 0;
  if (!restore || known?.epoch === restore.epoch) return before;
  const last = await db
    .collection<{ number: number }>(collection)
    .findOne({ number: { $gt: 0 } }, { sort: { number: -1 }, projection: { number: 1 } });
  const number = Math.max(last?.number ?? 0, before) + (restore.lost ?? 0) + UNTOLD_MAX;
  await meta.updateOne(
    { _id: `numbers of ${collection}` },
    { $set: { epoch: restore.epoch ?? 0, number } },
    { upsert: true, ...DURABLE },
  );
  return number;
}
