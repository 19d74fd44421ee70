import type { mongo } from 'mongoose';
import { OPERATION_MS_MAX, isDuplicateKey } from '../process/mongo.ts';
import type { Logger } from '../process/logger.ts';
import type { Journal } from '../write/journal.ts';
import { Consumer, storedCheckpoint } from './consumer.ts';
import type { Position, StreamEvent } from './entry.ts';
import type { PullEvents } from './pull.ts';
import type { EventStream } from './stream.ts';

/** The most copies that a mirror gives at once. */
export const ALL_MAX = 1_000;

/** A record as a mirror keeps it: as of a place in its service's log, and a version there. */
export type Mirrored<Rec extends object> = Rec & { _id: string; epoch: number; seq: number };

/** The kind of a mirrored record, and its fields after one event. */
export type MirroredChange<Records extends { [Kind in keyof Records]: object }> = {
  [Kind in keyof Records]: { kind: Kind; record: Records[Kind] };
}[keyof Records];

/** What a mirror keeps of a service. */
export interface MirrorPlan<Records extends { [Kind in keyof Records]: object }> {
  /** The service whose records are mirrored. */
  service: string;
  /** Where each kind of record is kept, and the field that finds one besides its id, if any. */
  records: { readonly [Kind in keyof Records]: { collection: string; key?: keyof Records[Kind] & string } };
  /** Null for an event that the mirror keeps nothing of. */
  read(event: StreamEvent): MirroredChange<Records> | null;
}

/** What carries the events to a mirror, and the database where it keeps its copies. */
export interface MirrorParts {
  journal: Journal;
  stream: EventStream;
  pull: PullEvents;
  logger: Logger;
}

/**
 * Copies of another service's records, kept by that service's events in the own database, so that no write waits for another service.
 * A mirror lags by milliseconds.
 */
export interface Mirror<Records extends { [Kind in keyof Records]: object }> {
  /** The copy of a record, by its id. Null where the mirror has none. */
  find<Kind extends keyof Records>(kind: Kind, id: string): Promise<Mirrored<Records[Kind]> | null>;
  /** The copies of records by id, at most ALL_MAX; in no order. */
  byIds<Kind extends keyof Records>(kind: Kind, ids: readonly string[]): Promise<Mirrored<Records[Kind]>[]>;
  /** The copy of a record, by its kind's key. Null where the mirror has none. */
  findByKey<Kind extends keyof Records>(kind: Kind, value: string): Promise<Mirrored<Records[Kind]> | null>;
  /** The copies of a kind of which there are few, at most ALL_MAX, by id. */
  all<Kind extends keyof Records>(kind: Kind): Promise<Mirrored<Records[Kind]>[]>;
  /** Comes back when the mirror knows everything up to a position of the service's log. */
  reached(position: Position): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a mirror, with an index for each key, and begins to follow the service. */
export async function openMirror<Records extends { [Kind in keyof Records]: object }>(
  { journal, stream, pull, logger }: MirrorParts,
  { service, records, read }: MirrorPlan<Records>,
): Promise<Mirror<Records>> {
  const collection = <Kind extends keyof Records>(kind: Kind) =>
    journal.db.collection<Mirrored<Records[Kind]>>(records[kind].collection);
  for (const kind of Object.keys(records) as (keyof Records)[]) {
    const { key } = records[kind];
    if (key) await collection(kind).createIndex({ [key]: 1 });
  }
  const findOne = async <Kind extends keyof Records>(kind: Kind, filter: object) =>
    (await collection(kind).findOne(filter as mongo.Filter<Mirrored<Records[Kind]>>, {
      maxTimeMS: OPERATION_MS_MAX,
    })) as Mirrored<Records[Kind]> | null;
  const consumer = new Consumer({
    service,
    stream,
    pull,
    checkpoint: storedCheckpoint(journal, service),
    logger,
    crash: journal.crash,
    onReset: async ({ epoch }) => ({ epoch, pos: 0 }), // Every effect is guarded: reading all of it again is safe.
    async handle(event) {
      const change = read(event);
      if (change) await upsertUnlessNewer(collection(change.kind), event, change.record);
    },
  });
  return {
    find: (kind, id) => findOne(kind, { _id: id }),
    findByKey(kind, value) {
      const { key } = records[kind];
      if (!key) throw new Error(`The mirror of ${service} has no key for ${String(kind)}.`);
      return findOne(kind, { [key]: value });
    },
    byIds: async (kind, ids) =>
      (await collection(kind)
        .find({ _id: { $in: [...ids] } } as unknown as mongo.Filter<Mirrored<Records[typeof kind]>>, {
          limit: ALL_MAX,
          maxTimeMS: OPERATION_MS_MAX,
        })
        .toArray()) as Mirrored<Records[typeof kind]>[],
    all: async (kind) =>
      (await collection(kind)
        .find({}, { sort: { _id: 1 }, limit: ALL_MAX, maxTimeMS: OPERATION_MS_MAX })
        .toArray()) as Mirrored<Records[typeof kind]>[],
    reached: (position) => consumer.reached(position),
    stop: () => consumer.stop(),
  };
}

/** Upserts a record unless a newer event was applied. Events of an epoch before a restore never count as newer. */
export async function upsertUnlessNewer<Rec extends object>(
  collection: mongo.Collection<Mirrored<Rec>>,
  { aggregate: _id, position: { epoch }, seq }: StreamEvent,
  record: Rec,
): Promise<void> {
  const older = [{ epoch: { $not: { $gte: epoch } } }, { epoch, seq: { $lt: seq } }];
  const filter = { _id, $or: older } as unknown as mongo.Filter<Mirrored<Rec>>;
  const update = { $set: { ...record, epoch, seq } } as unknown as mongo.UpdateFilter<Mirrored<Rec>>;
  try {
    await collection.updateOne(filter, update, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // It is there, and as new.
  }
}
