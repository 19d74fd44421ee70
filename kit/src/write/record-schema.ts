import { Schema } from 'mongoose';
import type { Actor } from '../api/actor.ts';
import type { Aggregate, Paths } from './record.ts';

/** The record that something stored belongs to: a comment's incident. */
export interface Subject {
  /** The record's noun in capitals: `INCIDENT`. */
  type: string;
  id: string;
}

/** A text; an empty one counts as missing. */
export const text = { type: String, required: true } as const;
export const maybeText = { type: String, default: null } as const;
export const instant = { type: Date, required: true } as const;
export const maybeInstant = { type: Date, default: null } as const;
export const flag = { type: Boolean, required: true } as const;
/** A number from 0 on. */
export const count = { type: Number, required: true, min: 0 } as const;
/** One value of an enum of the API. */
export const oneOf = (values: object) => ({ ...text, enum: Object.values(values) }) as const;
/** A list of values of an enum of the API. */
export const someOf = (values: object) => ({ type: [oneOf(values)], required: true }) as const;

/** Options of the schema of a record: an unknown path is refused, and mongoose adds nothing of its own. */
export const RECORD_OPTIONS = { strict: 'throw', id: false, versionKey: false } as const;
/** Options of the schema of a part of a record. */
export const PART_OPTIONS = { ...RECORD_OPTIONS, _id: false } as const;

/** The paths that every aggregate has. */
export const AGGREGATE = {
  _id: text,
  organizationId: text,
  version: count,
  number: { type: Number, default: null },
  nextFireAt: maybeInstant,
} satisfies Paths<Aggregate>;

/** A required path that holds an actor. */
export const actor = {
  type: new Schema<Actor>(
    {
      id: maybeText,
      kind: { ...text, enum: ['PERSON', 'CLIENT', 'SYSTEM'] satisfies Actor['kind'][] },
      actingFor: maybeText,
    } satisfies Paths<Actor>,
    PART_OPTIONS,
  ),
  required: true,
} as const;

/** A required path that holds a subject of one of the types. */
export const subject = (...types: string[]) =>
  ({
    type: new Schema<Subject>({ type: { ...text, enum: types }, id: text } satisfies Paths<Subject>, PART_OPTIONS),
    required: true,
  }) as const;
