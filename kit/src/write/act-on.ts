import { InputCheck } from '../api/input.ts';
import type { Reach, Viewer } from '../api/viewer.ts';
import type { Aggregates } from './aggregates.ts';
import type { Written } from './creation.ts';
import type { AnyDraft, Decision } from './event.ts';
import type { Aggregate } from './record.ts';
import { writeKey, type ChangeInput } from './request.ts';

/** Decides on a record. It may run again, on the record as another caller changed it meanwhile. */
export type Decide<Rec> = (record: Rec, check: InputCheck) => Decision<Rec, AnyDraft> | null;

/** One act of a viewer on a record. */
export interface ActRequest<Rec extends Aggregate> {
  viewer: Viewer;
  reach: Reach;
  records: Aggregates<Rec>;
  /** The mutation's name. */
  operation: string;
  input: ChangeInput;
  /** Finds the record within the viewer's reach. Refuses NOT_FOUND. */
  findRecord(): Promise<Rec>;
  /**
   * Looks up the records that the input names, and notes problems in `check`. The rule that it returns adds its own problems, and
   * refuses all of them at once.
   */
  prepare(found: Rec, check: InputCheck): Decide<Rec> | Promise<Decide<Rec>>;
}

/** Carries out an act. Refuses NOT_FOUND, FORBIDDEN, CONFLICT, IDEMPOTENCY_KEY_*, and whatever the rule refuses. */
export async function actOn<Rec extends Aggregate>(request: ActRequest<Rec>): Promise<Written<Rec>> {
  const { viewer, reach, records, operation, input } = request;
  const key = writeKey(viewer, operation, input);
  const found = await request.findRecord();
  const check = new InputCheck();
  const decide = await request.prepare(found, check);
  const { expectedVersion } = input;
  return records.change(found._id, { reach, key, expectedVersion }, (record) => decide(record, check));
}
