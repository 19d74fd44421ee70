import type { LogEntry } from '@desk/kit/log/entry';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import { rewriteRecords, type Migration, type Rewrite } from '@desk/kit/write/migration';
import type { Aggregate, Bookkeeping } from '@desk/kit/write/record';
import type { mongo } from 'mongoose';

const COLLECTIONS = ['organizations', 'people', 'clients', 'authorizations'];

/** A record that may lack the instants at which it was made and last changed: the version before had none. */
interface Dated extends Aggregate, Partial<Pick<Bookkeeping, 'outbox'>> {
  createdAt?: Date;
  updatedAt?: Date;
}

/** Every form that the directory's records had before today's, in order. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'createdAt and updatedAt',
    async run(db) {
      for (const name of COLLECTIONS) await rewriteRecords(db.collection<Dated>(name), datedByEvents(db));
    },
  },
  {
    name: 'profiles, invitations and suspensions',
    async run(db) {
      const principal = { suspendedAt: null };
      await rewriteRecords(db.collection<Aggregate>('organizations'), withFields({ address: null, contacts: [] }));
      await rewriteRecords(
        db.collection<Aggregate>('people'),
        withFields({ ...principal, phone: null, invitation: null }),
      );
      await rewriteRecords(db.collection<Aggregate>('clients'), withFields(principal));
    },
  },
];

/** Gives records fields that they did not have, all of them empty. */
function withFields(fields: Record<string, null | []>): Rewrite<Aggregate> {
  const [first = ''] = Object.keys(fields);
  return {
    old: { [first]: { $exists: false } },
    update: async (batch) => batch.map(() => ({ $set: fields })),
  };
}

/** Dates records by their first and last event, in the log or still in the outbox. */
function datedByEvents(db: mongo.Db) {
  const log = db.collection<LogEntry>('log');
  return {
    old: { createdAt: { $exists: false } },
    reads: ['outbox'] as const,
    async update(batch: readonly Dated[]) {
      const logged = await log
        .aggregate<{ _id: string; first: Date; last: Date }>(
          [
            { $match: { aggregate: { $in: batch.map(({ _id }) => _id) } } },
            { $group: { _id: '$aggregate', first: { $min: '$at' }, last: { $max: '$at' } } },
          ],
          { maxTimeMS: OPERATION_MS_MAX },
        )
        .toArray();
      const timesOf = new Map(logged.map(({ _id, first, last }) => [_id, [first, last]]));
      return batch.map(({ _id, outbox = [] }) => {
        const times = [...(timesOf.get(_id) ?? []), ...outbox.map(({ at }) => at)].map((at) => at.getTime());
        // Every record of the desk has an event. One without is somebody else's, and stays as it is.
        if (!times.length) return null;
        return { $set: { createdAt: new Date(Math.min(...times)), updatedAt: new Date(Math.max(...times)) } };
      });
    },
  };
}
