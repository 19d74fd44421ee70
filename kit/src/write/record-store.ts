import type { Connection, Model, Schema } from 'mongoose';
import { numberIn } from '../api/numbers.ts';
import { notFound } from '../api/errors.ts';
import { InputCheck } from '../api/input.ts';
import { checkReference, type RecordNames } from '../api/reference.ts';
import { withinReach, type Reach } from '../api/viewer.ts';
import { OPERATION_MS_MAX } from '../process/mongo.ts';
import type { Aggregates } from './aggregates.ts';
import type { Journal } from './journal.ts';
import { RECORD_ONLY, type Aggregate, type RecordKind } from './record.ts';

/** The records of a noun, and the questions that every noun asks of them. */
export interface RecordStore<T extends Aggregate> {
  records: Aggregates<T>;
  model: Model<T>;
  /** One record by id or number. Null when there is none within reach. */
  find(reach: Reach, idOrNumber: string): Promise<T | null>;
  /** The record that `input.id` of a mutation names. Refuses NOT_FOUND, and BAD_USER_INPUT for what is neither id nor number. */
  require(reach: Reach, idOrNumber: string): Promise<T>;
  /** Records by id, in one query, within reach; in no order. */
  byIds(reach: Reach, ids: readonly string[]): Promise<T[]>;
  /** Those of the numbers whose records are within reach. */
  numbersWithin(reach: Reach, numbers: readonly number[]): Promise<Set<number>>;
}

/** True of every record. In a filter it lets the database use the unique index of numbers, which is partial. */
export const NUMBERED = { number: { $gt: 0 } };

/** Where the records of a noun are kept. */
export interface RecordParts<T extends Aggregate> {
  collection: string;
  schema: Schema<T>;
  /** The part of a filter that keeps a read within a reach. Left out: the records of the organizations in it. */
  within?: (reach: Reach) => object;
  /** The words that a record is found by. Left out: nobody searches the records. */
  search?: RecordKind<T>['search'];
}

/** Opens the records of a noun: model, indexes, aggregates. */
export async function openRecords<T extends Aggregate>(
  { connection, journal }: { connection: Connection; journal: Journal },
  names: RecordNames,
  { collection, schema, within = withinReach, search }: RecordParts<T>,
): Promise<RecordStore<T>> {
  const model = connection.model<T>(collection, schema, collection);
  const find = (reach: Reach, idOrNumber: string): Promise<T | null> => {
    const number = numberIn(names, idOrNumber);
    const named = number === null ? { _id: idOrNumber } : { number };
    return model
      .findOne({ $and: [named, within(reach)] } as object, RECORD_ONLY)
      .maxTimeMS(OPERATION_MS_MAX)
      .lean<T | null>();
  };
  return {
    model,
    records: await journal.aggregates<T>(model, names.idPrefix, search),
    find,
    async require(reach, idOrNumber) {
      const check = new InputCheck();
      checkReference(names, idOrNumber, { check, path: 'input.id' });
      check.done();
      const found = await find(reach, idOrNumber);
      if (!found) throw notFound();
      return found;
    },
    byIds: (reach, ids) =>
      model
        .find({ $and: [{ _id: { $in: [...ids] } }, within(reach)] } as object, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<T[]>(),
    async numbersWithin(reach, numbers) {
      const found = await model
        .find({ $and: [NUMBERED, { number: { $in: [...numbers] } }, within(reach)] } as object, { number: 1 })
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Pick<T, 'number'>[]>();
      return new Set(found.flatMap(({ number }) => number ?? []));
    },
  };
}

/** Records by id, in one query, within reach; in no order. */
export function findByIds<T extends Aggregate>(model: Model<T>, reach: Reach, ids: readonly string[]): Promise<T[]> {
  return model
    .find({ _id: { $in: [...ids] }, ...withinReach(reach) } as object, RECORD_ONLY)
    .maxTimeMS(OPERATION_MS_MAX)
    .lean<T[]>();
}
