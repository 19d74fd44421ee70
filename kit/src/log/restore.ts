import type { mongo } from 'mongoose';
import type { Logger } from '../process/logger.ts';
import type { TimeSource } from '../time/time-source.ts';
import { beginEpoch } from '../write/restore.ts';
import type { EventStream } from './stream.ts';

/**
 * Finds out whether a database is an older copy that was put back: the stream then holds a later entry of the log than the log itself,
 * which publishes nothing before it is on disk. Begins a new epoch, so that everybody reads anew, and remembers how many events are gone. Call
 * it before the log is opened. A stream that is down or was emptied tells nothing.
 */
export async function noticeRestore(
  db: mongo.Db,
  service: string,
  { stream, time, logger }: { stream: EventStream; time: TimeSource; logger: Logger },
): Promise<void> {
  const told = await stream.last(service).catch(() => null);
  const epoch = (await db.collection<{ _id: string; epoch?: number }>('meta').findOne({ _id: 'log' }))?.epoch;
  if (!told || told.epoch !== epoch) return;
  // Read behind the stream: what it held was in the log before.
  const head = await db.collection<{ _id: number }>('log').findOne({}, { sort: { _id: -1 }, projection: { _id: 1 } });
  const lost = told.pos - (head?._id ?? 0);
  if (lost <= 0) return;
  if (await beginEpoch(db, { epoch, lost, now: time.now() }))
    logger.warn(
      { lost },
      'the database is an older copy that was put back: a new epoch begins, and everybody reads anew',
    );
}
