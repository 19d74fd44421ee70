import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../api/actor.ts';
import type { InputCheck } from '../api/input.ts';
import type { AnyDraft, Decision, EventDraft } from './event.ts';
import type { Aggregate } from './record.ts';
import type { Subject } from './record-schema.ts';

/** When something is done, and by whom. */
export interface Act {
  at: Date;
  by: Actor;
}

/** The context of an act: a rule gets it besides the record and its input, and notes in `check` what is wrong with the input. */
export interface ActContext extends Act {
  check: InputCheck;
}

/** The data that every event of a noun holds. */
export interface RecordEventData {
  subject: Subject;
  kind: string;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after the change, for subscribers who filter by them. */
  match: Readonly<Record<string, readonly unknown[]>>;
  /** Codes before and after, by the name of the field. */
  changes: readonly FieldChange[];
  /** True where every organization may learn of it. */
  published?: true;
}

/** One code before and after a change. */
export interface FieldChange {
  field: string;
  from: string | null;
  to: string | null;
}

/** Codes before and after a change, by name. */
export type Changes = Record<string, readonly [from: string | null, to: string | null]>;

/** Those of a service's published events, by type, that tell of one noun: `incident.created` of INCIDENT. */
export type NounEvents<Events, Noun extends string> = {
  [Type in keyof Events as Type extends `${Lowercase<Noun>}.${string}` ? Type : never]: Events[Type];
};

/** The data of any event of a noun. */
type NounData<Events, Noun extends string> = NounEvents<Events, Noun>[keyof NounEvents<Events, Noun>];

/** A draft of any event of a noun. */
export type NounDraft<Events, Noun extends string> = {
  [Type in keyof NounEvents<Events, Noun> & string]: EventDraft<Type, NounEvents<Events, Noun>[Type] & object>;
}[keyof NounEvents<Events, Noun> & string];

/** The kinds of a noun's events whose data hold `Own` beside what all hold. */
export type KindWith<Events, Noun extends string, Own = unknown> = {
  [Type in keyof NounEvents<Events, Noun>]: NounEvents<Events, Noun>[Type] extends Own & {
    kind: infer Kind extends string;
  }
    ? Kind
    : never;
}[keyof NounEvents<Events, Noun>];

/** The data that only the events of one kind hold. */
type OwnData<Events, Noun extends string, Kind extends string> = {
  [Type in keyof Events]: Type extends `${Lowercase<Noun>}.${Lowercase<Kind>}`
    ? Omit<Events[Type], keyof RecordEventData>
    : never;
}[keyof Events];

/** Data that may be left out where nothing of it is required. */
type WithData<Data> = object extends Data ? { data?: Data } : { data: Data };

/** The fields of a record that hold a code or an id. */
type CodedField<Rec> = { [Field in keyof Rec & string]: Rec[Field] extends string | null ? Field : never }[keyof Rec &
  string];

type MatchedField<Events, Noun extends string> =
  NounData<Events, Noun> extends { match: infer Match } ? keyof Match : never;

/** The words by which a noun's events tell of its records. */
export interface EventWords<Rec extends Aggregate, Events, Noun extends string> {
  /** The noun as the type of the subject: `INCIDENT`. The types of its events begin with it, in small letters. */
  noun: Noun;
  /** The version of the data of its events. */
  eventVersion: number;
  /** The record's fields under their API names. A field that follows from others by itself is left out. */
  fields: Partial<Record<keyof Rec & string, string>>;
  /** The fields whose values are codes or ids, so that events may hold them. */
  coded: readonly CodedField<Rec>[];
  /** The fields by which subscribers filter, under the names of the filter's conditions. Of a list, each value counts. */
  match: Readonly<Record<MatchedField<Events, Noun> & string, keyof Rec & string>>;
  /** True for a record that every organization may learn of. Left out: each is its organization's alone. */
  isPublished?: (record: Rec) => boolean;
}

/** An event, besides the records that it is about. */
export type EventOf<Events, Noun extends string, Kind extends string> = {
  kind: Kind;
  at: Date;
  by: Actor;
  changedFields: readonly string[];
  changes?: readonly FieldChange[];
  personal?: Record<string, unknown>;
  internal?: boolean;
  background?: boolean;
} & WithData<OwnData<Events, Noun, Kind>>;

/** The draft of one event of a noun. `records` are the record before and after a change, or the one that the event is about. */
export function describeEvent<
  Rec extends Aggregate,
  Events,
  Noun extends string,
  Kind extends KindWith<Events, Noun> & string,
>(
  { noun, eventVersion, match, isPublished }: EventWords<Rec, Events, Noun>,
  records: readonly [Rec, ...Rec[]],
  event: EventOf<Events, Noun, Kind>,
): NounDraft<Events, Noun> {
  const { kind, at, by, changedFields, changes = [], data, personal, internal, background } = event;
  const told: RecordEventData = {
    subject: { type: noun, id: records[0]._id },
    kind,
    changedFields,
    match: Object.fromEntries(
      Object.entries<keyof Rec & string>(match).map(([name, field]) => [
        name,
        [...new Set(records.flatMap((record) => record[field] as unknown))],
      ]),
    ),
    changes,
    ...(records.some((record) => isPublished?.(record)) ? { published: true } : {}),
  };
  const draft: EventDraft = {
    type: `${noun}.${kind}`.toLowerCase(),
    eventVersion,
    at,
    actor: by,
    data: { ...told, ...data },
    ...(personal ? { personal } : {}),
    ...(internal ? { internal } : {}),
    ...(background ? { background } : {}),
  };
  // Put together from what the types above ask for; TypeScript cannot follow a type that is made of texts.
  return draft as unknown as NounDraft<Events, Noun>;
}

/** The parts of a change's event that the records do not show. */
export type Told<Events, Noun extends string, Kind extends string> = {
  kind: Kind;
  act: Act;
  changes?: Changes;
  personal?: Record<string, unknown>;
  /** True for a change of the desk itself on which people decide nothing. */
  background?: boolean;
} & WithData<OwnData<Events, Noun, Kind>>;

/** Makes the decision of a rule: the new record, the event of the change, and the events that the change announces. */
export type DescribeChange<Rec extends Aggregate, Events, Noun extends string> = <
  Kind extends KindWith<Events, Noun> & string,
>(
  /** Null for a new record. */
  before: Rec | null,
  after: Rec,
  /** Null where the change has no event of its own, only announcements. */
  told: Told<Events, Noun, Kind> | null,
) => Decision<Rec, NounDraft<Events, Noun>>;

/**
 * The last step of a noun's rules. `announce` makes the events that a change announces besides its own, each with its own instant, as
 * the warnings of a clock. An announcement that fell due before the change comes before it.
 */
export function changeDescriber<Rec extends Aggregate, Events, Noun extends string>(
  words: EventWords<Rec, Events, Noun>,
  announce: (before: Rec, after: Rec) => readonly NounDraft<Events, Noun>[] = () => [],
): DescribeChange<Rec, Events, Noun> {
  return (before, after, told) => {
    const announced = before ? announce(before, after) : [];
    const isEarlier = (draft: AnyDraft) => told !== null && draft.at < told.act.at;
    const main = told ? [mainEvent(words, { before, after }, told)] : [];
    const [first, ...rest] = [
      ...announced.filter(isEarlier),
      ...main,
      ...announced.filter((draft) => !isEarlier(draft)),
    ];
    if (!first) throw new Error(`A change of ${words.noun} ${after._id} must be told of.`);
    return { record: after, events: [first, ...rest] };
  };
}

function mainEvent<Rec extends Aggregate, Events, Noun extends string, Kind extends KindWith<Events, Noun> & string>(
  words: EventWords<Rec, Events, Noun>,
  { before, after }: { before: Rec | null; after: Rec },
  told: Told<Events, Noun, Kind>,
): NounDraft<Events, Noun> {
  const { act, changes = {}, ...rest } = told;
  const changed = before ? fieldsOf(words).filter((field) => !isDeepStrictEqual(before[field], after[field])) : [];
  const coded = words.coded.filter((field) => changed.includes(field));
  const event = {
    ...rest,
    at: act.at,
    by: act.by,
    changedFields: changed.map((field) => words.fields[field] as string),
    changes: [
      ...coded.map((field) => ({
        field: words.fields[field] as string,
        from: (before?.[field] ?? null) as string | null,
        to: (after[field] ?? null) as string | null,
      })),
      ...Object.entries(changes).map(([field, [from, to]]) => ({ field, from, to })),
    ],
  } as unknown as EventOf<Events, Noun, Kind>;
  return describeEvent(words, before ? [before, after] : [after], event);
}

function fieldsOf<Rec extends Aggregate, Events, Noun extends string>({
  fields,
}: EventWords<Rec, Events, Noun>): (keyof Rec & string)[] {
  return Object.keys(fields) as (keyof Rec & string)[];
}
