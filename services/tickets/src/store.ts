import type { Foundation } from '@desk/kit/service';
import type { Aggregates } from '@desk/kit/aggregates';
import { RECORD_ONLY, type Aggregate, type Stored } from '@desk/kit/stored-record';
import { inScope } from '@desk/kit/write-scope';
import { OPERATION_MS_MAX } from '@desk/kit/mongo';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/page';
import type { Paths } from '@desk/kit/types';
import type { Reach } from '@desk/kit/viewer';
import { Schema, type Model, type QueryFilter, type mongo } from 'mongoose';
import type { Comment, InternalNote } from './comment.ts';
import type { AnswerTime } from './incident-clocks.ts';
import {
  CauseCategory,
  ContactRank,
  Environment,
  HoldReason,
  Impact,
  IncidentLinkKind,
  IncidentSource,
  IncidentState,
  Priority,
  ResolutionCode,
  Urgency,
  type IncidentFilter,
  type IncidentOrder,
  type IncidentQueueCounts,
} from './generated/api.ts';
import {
  OPEN_STATES,
  parseIncidentNumber,
  type Hold,
  type Incident,
  type IncidentContact,
  type IncidentLink,
} from './incident.ts';
import type { Clock, ClockInterval, ClockWarning } from './clock.ts';
import type { HistoryEvent } from './history.ts';
import { findHistory } from './history-page.ts';

/** The questions that the tickets service asks its database, and the aggregates through which it writes. */
export interface Store {
  incidents: Aggregates<Incident>;
  comments: Aggregates<Comment>;
  notes: Aggregates<InternalNote>;
  /** One incident by id or number. Null when there is none within reach. */
  findIncident(reach: Reach, idOrNumber: string): Promise<Incident | null>;
  /** Incidents by id, in one query, within reach; in no order. */
  incidentsById(reach: Reach, ids: readonly string[]): Promise<Incident[]>;
  /** Those of the numbers whose incidents are within reach. */
  numbersWithin(reach: Reach, numbers: readonly number[]): Promise<Set<number>>;
  /** A page of incidents within reach. */
  listIncidents(
    reach: Reach,
    filter: IncidentFilter,
    order: IncidentOrder | null,
    page: PageRequest,
  ): Promise<Page<Incident>>;
  countIncidents(reach: Reach, filter: IncidentFilter): Promise<number>;
  /** Open incidents by state and priority, in one pass over an index. */
  tally(reach: Reach): Promise<Tally>;
  listComments(incidentId: string, page: PageRequest): Promise<Page<Comment>>;
  countComments(incidentId: string): Promise<number>;
  /** The first public answer of the SME's people in a stretch of time. Null when there is none. */
  findAnswer(incidentId: string, time: AnswerTime): Promise<Comment | null>;
  listNotes(incidentId: string, page: PageRequest): Promise<Page<InternalNote>>;
  countNotes(incidentId: string): Promise<number>;
  /** A page of what the log, and the outboxes that are not in it yet, tell of an incident; internal events to staff only. */
  history(incident: Incident, staff: boolean, page: PageRequest): Promise<Page<HistoryEvent>>;
}

export type Tally = Pick<IncidentQueueCounts, 'open' | 'unassigned' | 'breached' | 'byState' | 'byPriority'>;

/**
 * Records of one kind whose outboxes a history reads at most. They wait for milliseconds; this many only where the log
 * stands still, and then the newest come into the history with it.
 */
const OUTBOXES_MAX = 200;

/** Opens the store: models, indexes, aggregates. */
export async function openStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<Store> {
  const Incidents: Model<Incident> = connection.model<Incident>('Incident', incidentSchema, 'incidents');
  const Comments: Model<Comment> = connection.model<Comment>('Comment', commentSchema, 'comments');
  const Notes: Model<InternalNote> = connection.model<InternalNote>('InternalNote', noteSchema, 'notes');
  const incidents = await journal.aggregates<Incident>(Incidents, 'inc');
  const comments = await journal.aggregates<Comment>(Comments, 'com');
  const notes = await journal.aggregates<InternalNote>(Notes, 'note');

  return {
    incidents,
    comments,
    notes,
    findIncident(reach, idOrNumber) {
      const number = parseIncidentNumber(idOrNumber);
      return Incidents.findOne(
        { ...(number === null ? { _id: idOrNumber } : { number }), ...within(reach) },
        RECORD_ONLY,
      )
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Incident | null>();
    },
    incidentsById: (reach, ids) =>
      Incidents.find({ _id: { $in: [...ids] }, ...within(reach) }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Incident[]>(),
    async numbersWithin(reach, numbers) {
      const found = await Incidents.find(
        { $and: [NUMBERED, { number: { $in: [...numbers] } }, within(reach)] },
        { number: 1 },
      )
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Pick<Incident, 'number'>[]>();
      return new Set(found.flatMap(({ number }) => number ?? []));
    },
    listIncidents(reach, filter, order, page) {
      const asked = incidentFilter(reach, filter);
      const listed = order?.field === 'NUMBER' ? { $and: [asked, NUMBERED] } : asked;
      return findPage(Incidents, listed, sortOf(order), page, RECORD_ONLY);
    },
    countIncidents: (reach, filter) => countUpTo(Incidents, incidentFilter(reach, filter)),
    tally: (reach) => tally(Incidents, reach),
    listComments: (incidentId, page) => findPage(Comments, { incidentId }, BY_ID, page, RECORD_ONLY),
    countComments: (incidentId) => countUpTo(Comments, { incidentId }),
    findAnswer: (incidentId, { after, until }) =>
      Comments.findOne(
        { incidentId, at: { $gt: after, $lte: until }, fromSme: true, 'author.kind': 'PERSON' },
        RECORD_ONLY,
      )
        .sort({ at: 1, _id: 1 })
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Comment | null>(),
    listNotes: (incidentId, page) => findPage(Notes, { incidentId }, BY_ID, page, RECORD_ONLY),
    countNotes: (incidentId) => countUpTo(Notes, { incidentId }),
    async history({ _id: incidentId }, staff, page) {
      const outboxes = await Promise.all([
        outboxesOf(incidents, { _id: incidentId }),
        outboxesOf(comments, { incidentId }),
        outboxesOf(notes, { incidentId }),
      ]);
      return findHistory(log, { incidentId, staff, outbox: journal.order.merge(outboxes.flat()) }, page);
    },
  };
}

/** Writings have ids that grow with time, except those whose id comes from a retry key: time decides, then the id. */
const BY_ID: SortField[] = [
  { field: 'at', direction: 1 },
  { field: '_id', direction: 1 },
];

/** What each order of incidents sorts by; ties go by id. An incident has a number of its own, which needs no more. */
const ORDERS: Record<IncidentOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
  DUE_AT: [{ field: 'dueAt', nullsLast: true }, { field: '_id' }],
  PRIORITY: [{ field: 'priority' }, { field: '_id' }],
  NUMBER: [{ field: 'number' }],
};

/** All are. Said in a filter, it lets the unique index of numbers, which is partial, give their order. */
const NUMBERED = { number: { $gt: 0 } };

function sortOf(order: IncidentOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

function within(reach: Reach): { organizationId?: { $in: string[] } } {
  return inScope({ organizations: reach });
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function incidentFilter(reach: Reach, filter: IncidentFilter): QueryFilter<Incident> {
  const conditions: QueryFilter<Incident>[] = [within(reach)];
  const anyOf = (field: keyof Incident | 'hold.reason', values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('state', filter.state);
  anyOf('hold.reason', filter.holdReason);
  anyOf('priority', filter.priority);
  anyOf('organizationId', filter.organizationId);
  anyOf('serviceId', filter.serviceId);
  anyOf('environment', filter.environment);
  anyOf('assignmentGroupId', filter.assignmentGroupId);
  anyOf('assigneeId', filter.assigneeId);
  if (typeof filter.open === 'boolean')
    conditions.push({ state: { [filter.open ? '$in' : '$nin']: [...OPEN_STATES] } });
  if (typeof filter.unassigned === 'boolean') conditions.push({ assigneeId: filter.unassigned ? null : { $ne: null } });
  if (typeof filter.breached === 'boolean') conditions.push({ breached: filter.breached });
  if (filter.createdFrom) conditions.push({ createdAt: { $gte: filter.createdFrom } });
  if (filter.createdBefore) conditions.push({ createdAt: { $lt: filter.createdBefore } });
  if (filter.text) conditions.push(textCondition(filter.text));
  return { $and: conditions };
}

/** Words are looked up in the text index; a number is a number. Quotes and minus signs of a client mean themselves. */
function textCondition(text: string): QueryFilter<Incident> {
  const number = parseIncidentNumber(text);
  if (number !== null) return { number };
  const words = text.split(/[^\p{L}\p{N}_.]+/u).filter(Boolean);
  return { $text: { $search: words.map((word) => `"${word}"`).join(' ') || '"' } };
}

async function tally(model: Model<Incident>, reach: Reach): Promise<Tally> {
  const rows = await model.collection
    .aggregate<{
      _id: { state: IncidentState; priority: Priority; breached: boolean; unassigned: boolean };
      count: number;
    }>(
      [
        { $match: { ...within(reach), state: { $in: [...OPEN_STATES] } } },
        {
          $group: {
            _id: {
              state: '$state',
              priority: '$priority',
              breached: '$breached',
              unassigned: { $eq: ['$assigneeId', null] },
            },
            count: { $sum: 1 },
          },
        },
      ],
      { maxTimeMS: OPERATION_MS_MAX },
    )
    .toArray();
  const sum = (holds: (row: (typeof rows)[number]['_id']) => boolean) =>
    rows.reduce((total, { _id, count }) => total + (holds(_id) ? count : 0), 0);
  return {
    open: sum(() => true),
    unassigned: sum(({ unassigned }) => unassigned),
    breached: sum(({ breached }) => breached),
    byState: OPEN_STATES.map((state) => ({ state, count: sum((row) => row.state === state) })),
    byPriority: Object.values(Priority).map((priority) => ({
      priority,
      count: sum((row) => row.priority === priority),
    })),
  };
}

/** The outboxes of records that match, the oldest record's first. */
async function outboxesOf<T extends Aggregate>(aggregates: Aggregates<T>, filter: object) {
  const records = await aggregates.collection
    .find({ ...filter, dirty: true } as mongo.Filter<Stored<T>>, {
      projection: { outbox: 1 },
      sort: { at: 1, _id: 1 },
      limit: OUTBOXES_MAX,
      maxTimeMS: OPERATION_MS_MAX,
    })
    .toArray();
  return (records as unknown as Pick<Stored<T>, '_id' | 'outbox'>[]).map(({ _id, outbox }) =>
    outbox.map((event) => ({ ...event, aggregate: _id })),
  );
}

const text = { type: String, required: true } as const;
const words = { type: String, default: null } as const;
const instant = { type: Date, required: true } as const;
const maybeInstant = { type: Date, default: null } as const;
const count = { type: Number, required: true, min: 0 } as const;
const oneOf = (values: object) => ({ type: String, required: true, enum: Object.values(values) }) as const;
const strict = { _id: false, strict: 'throw' } as const;

const actor = new Schema(
  { id: words, kind: { ...text, enum: ['PERSON', 'CLIENT', 'SYSTEM'] }, actingFor: words } satisfies Paths<
    Incident['requester']
  >,
  { ...strict, id: false },
);

const AGGREGATE = {
  _id: text,
  organizationId: text,
  version: count,
  number: { type: Number, default: null },
  nextFireAt: maybeInstant,
} satisfies Paths<Aggregate>;

const interval = new Schema<ClockInterval>(
  { from: instant, to: maybeInstant, state: text, cause: text } satisfies Paths<ClockInterval>,
  strict,
);
const warning = new Schema<ClockWarning>({ percent: count, at: instant } satisfies Paths<ClockWarning>, strict);
const clock = new Schema<Clock>(
  {
    kind: text,
    policyId: text,
    policyVersion: count,
    calendarId: text,
    calendarVersion: count,
    budgetMs: count,
    startedAt: instant,
    intervals: [interval],
    dueAt: maybeInstant,
    stoppedAt: maybeInstant,
    outcome: words,
    breachedAt: maybeInstant,
    breachCause: words,
    warned: [warning],
  } satisfies Paths<Clock>,
  strict,
);

const hold = new Schema<Hold>(
  {
    reason: oneOf(HoldReason),
    since: instant,
    pausing: { type: Boolean, required: true },
    vendorReference: words,
    waitsFor: words,
    until: maybeInstant,
  } satisfies Paths<Hold>,
  strict,
);
const contact = new Schema<IncidentContact>(
  { rank: oneOf(ContactRank), name: text, phone: text, availability: text } satisfies Paths<IncidentContact>,
  strict,
);
const link = new Schema<IncidentLink>(
  { kind: oneOf(IncidentLinkKind), target: text, targetId: words } satisfies Paths<IncidentLink>,
  strict,
);
const resolution = new Schema(
  { code: oneOf(ResolutionCode), text, cause: oneOf(CauseCategory) } satisfies Paths<
    NonNullable<Incident['resolution']>
  >,
  strict,
);
const override = new Schema(
  { computed: oneOf(Priority), reason: { type: String } } satisfies Paths<NonNullable<Incident['priorityOverride']>>,
  strict,
);

const incidentSchema = new Schema<Incident>(
  {
    ...AGGREGATE,
    title: text,
    description: text,
    serviceId: text,
    categoryId: words,
    environment: oneOf(Environment),
    impact: oneOf(Impact),
    urgency: oneOf(Urgency),
    priority: oneOf(Priority),
    priorityOverride: { type: override, default: null },
    requester: { type: actor, required: true },
    state: oneOf(IncidentState),
    hold: { type: hold, default: null },
    assignmentGroupId: words,
    assigneeId: words,
    contacts: [contact],
    clocks: [clock],
    breached: { type: Boolean, required: true },
    dueAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
    resolution: { type: resolution, default: null },
    resolvedAt: maybeInstant,
    closesAt: maybeInstant,
    closedAt: maybeInstant,
    reopenCount: count,
    reassignmentCount: count,
    links: [link],
    source: oneOf(IncidentSource),
    externalNumber: words,
  } satisfies Paths<Incident>,
  { strict: 'throw', id: false, versionKey: false },
);
// An index for each order of the lists, and one led by the organization for those who see their own only. The order of
// numbers has the journal's unique index.
incidentSchema.index({ createdAt: -1, _id: -1 });
incidentSchema.index({ organizationId: 1, createdAt: -1, _id: -1 });
incidentSchema.index({ updatedAt: -1, _id: -1 });
incidentSchema.index({ organizationId: 1, updatedAt: -1, _id: -1 });
incidentSchema.index({ dueAt: 1, _id: 1 });
incidentSchema.index({ organizationId: 1, dueAt: 1, _id: 1 });
incidentSchema.index({ priority: 1, _id: 1 });
incidentSchema.index({ organizationId: 1, priority: 1, _id: 1 });
incidentSchema.index({ organizationId: 1, number: 1 });
// What people ask for most: the open ones in two orders, and an analyst's own.
incidentSchema.index({ state: 1, createdAt: -1, _id: -1 });
incidentSchema.index({ state: 1, dueAt: 1, _id: 1 });
incidentSchema.index({ assigneeId: 1, state: 1, createdAt: -1 });
// The tally.
incidentSchema.index({ state: 1, organizationId: 1, priority: 1, breached: 1, assigneeId: 1 });
incidentSchema.index(
  { title: 'text', description: 'text', 'resolution.text': 'text' },
  { default_language: 'none', name: 'words' },
);

const WRITING = {
  ...AGGREGATE,
  incidentId: text,
  text,
  author: { type: actor, required: true },
  at: instant,
} satisfies Paths<InternalNote>;

const commentSchema = new Schema<Comment>(
  { ...WRITING, fromSme: { type: Boolean, required: true } } satisfies Paths<Comment>,
  { strict: 'throw', id: false, versionKey: false },
);
commentSchema.index({ incidentId: 1, at: 1, _id: 1 });

const noteSchema = new Schema<InternalNote>(WRITING, { strict: 'throw', id: false, versionKey: false });
noteSchema.index({ incidentId: 1, at: 1, _id: 1 });
