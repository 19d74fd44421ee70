import type { Model, mongo } from 'mongoose';
import type { CommitOrder, Stamp } from './commit-order.ts';
import type { CrashPoint } from './crash-point.ts';
import type { Drafts } from './decision.ts';
import { outboxEvent, type WaitingEvent } from './event.ts';
import { randomText, type Random } from './ids.ts';
import { findMisfit } from './schema-fit.ts';
import type { Aggregate, Stored } from './stored-record.ts';

/** Random bytes that hide a personal part behind its hash. */
const SALT_BYTES = 16;

/** One kind of record: where it is kept, and what of its service's journal each of its writes needs. */
export interface RecordKind<T extends Aggregate> {
  readonly model: Model<T>;
  /** What the ids of this kind begin with, before the underscore. */
  readonly prefix: string;
  readonly collection: mongo.Collection<Stored<T>>;
  readonly order: CommitOrder;
  readonly term: () => number;
  readonly barrier: (term?: number) => Promise<void>;
  readonly crash: CrashPoint;
  readonly random: Random;
  /** Tells the relay of a write. */
  readonly wake: () => void;
}

/** Throws when a record does not fit its kind, in its id or by the schema: a mistake of ours, which is not written. */
export async function requireFit<T extends Aggregate>({ model, prefix }: RecordKind<T>, record: T): Promise<void> {
  if (!record._id.startsWith(`${prefix}_`))
    throw new Error(`The id of a ${model.modelName} begins with ${prefix}_; ${record._id} does not.`);
  const misfit = findMisfit(record, await model.validate(record));
  if (misfit !== null) throw new Error(`A record of ${model.modelName} does not fit its schema at ${misfit}.`);
}

/** The events of an act as they wait in the outbox of a record that had a version before. */
export function waitingEvents(
  drafts: Drafts,
  { version, organizationId }: { version: number; organizationId: string },
  { stamp, random }: { stamp: Stamp; random: Random },
): WaitingEvent[] {
  return drafts.map((draft, index) => ({
    ...outboxEvent(draft, version + index + 1, organizationId, randomText(random, SALT_BYTES)),
    ...stamp,
  }));
}
