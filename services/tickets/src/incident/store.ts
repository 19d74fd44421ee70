import type { Page, PageRequest, SortField } from '@desk/kit/api/page';
import { countUpTo, findPage } from '@desk/kit/api/page';
import { searchFor, wordsOf, type SearchWords } from '@desk/kit/api/search';
import { withinReach, type Reach } from '@desk/kit/api/viewer';
import type { Comment } from '@desk/kit/conversation/message';
import { openConversation, type Conversation, type ConversationNames } from '@desk/kit/conversation/store';
import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { dropIndexesOf, rewriteRecords, wordsMigration, type Migration } from '@desk/kit/write/migration';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { NUMBERED, openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  actor,
  count,
  flag,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type Model, type QueryFilter, type mongo } from 'mongoose';
import {
  CauseCategory,
  Environment,
  Impact,
  IncidentClockKind,
  IncidentContactRank,
  IncidentHoldReason,
  IncidentLinkKind,
  IncidentResolutionCode,
  IncidentSource,
  IncidentState,
  Priority,
  Urgency,
  type IncidentFilter,
  type IncidentOrder,
  type IncidentQueueCounts,
} from '../generated/api.ts';
import { clockSchema } from '../sla/store.ts';
import type { TimeSpan } from './clocks.ts';
import { INCIDENT } from './event.ts';
import {
  INCIDENT_NAMES,
  OPEN_STATES,
  type Incident,
  type IncidentContact,
  type IncidentHold,
  type IncidentLink,
} from './incident.ts';

/** The questions about incidents that the service asks its database, and the aggregates through which it writes. */
export interface IncidentStore extends RecordStore<Incident>, Conversation {
  /** The ids of the incidents that an incident's links of a kind lead to, one after another, to an end, at most `max`. */
  idsBehind(incident: Incident, kind: IncidentLinkKind, max: number): Promise<string[]>;
  /** A page of incidents within reach. */
  list(reach: Reach, list: IncidentList, page: PageRequest): Promise<Page<Incident>>;
  count(reach: Reach, filter: IncidentFilter): Promise<number | null>;
  /** Open incidents by state and priority, in one pass over an index. */
  tally(reach: Reach): Promise<Tally>;
  /** A page of the incidents within reach that a record caused, the newest first. */
  listCausedBy(reach: Reach, problemId: string, page: PageRequest): Promise<Page<Incident>>;
  countCausedBy(reach: Reach, problemId: string): Promise<number | null>;
  /** At most `max` of the open incidents that a problem caused, by id, from the one behind an id on. */
  openCausedBy(problemId: string, after: string, max: number): Promise<Incident[]>;
  /** The first public answer of the SME's people in a stretch of time. Null when there is none. */
  findAnswer(incidentId: string, span: TimeSpan): Promise<Comment | null>;
  /** The request for an incident's history in the log; with internal events for staff only. */
  history(incidentId: string, internal: boolean): Promise<{ log: Log; asked: HistoryRequest }>;
}

/** Which incidents, and in which order; the newest first when `order` is null. */
export interface IncidentList {
  filter: IncidentFilter;
  order: IncidentOrder | null;
}

export type Tally = Pick<IncidentQueueCounts, 'open' | 'unassigned' | 'breached' | 'byState' | 'byPriority'>;

const CONVERSATION: ConversationNames = {
  noun: INCIDENT,
  comments: { collection: 'comments', prefix: 'com' },
  notes: { collection: 'notes', prefix: 'note' },
};

/** Opens the store of incidents: models, indexes, aggregates. */
export async function openIncidentStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<IncidentStore> {
  const parts = { collection: COLLECTION, schema: incidentSchema, search: searchWords };
  const incidents = await openRecords<Incident>({ connection, journal }, INCIDENT_NAMES, parts);
  const { model, byIds } = incidents;
  const conversation = await openConversation({ connection, journal }, CONVERSATION);
  const { comments, notes } = conversation;
  return {
    ...incidents,
    ...conversation,
    async idsBehind(incident, kind, max) {
      const ids: string[] = [];
      for (let id = targetOf(incident, kind); id && ids.length < max;) {
        ids.push(id);
        const [next] = await byIds('ALL', [id]);
        id = next && targetOf(next, kind);
      }
      return ids;
    },
    list(reach, { filter, order }, page) {
      const asked = incidentFilter(reach, filter);
      const listed = order?.field === 'NUMBER' ? { $and: [asked, NUMBERED] } : asked;
      const search = searchFor(INCIDENT_NAMES, filter.text);
      return findPage(model, { filter: listed, search, sort: sortOf(order), projection: RECORD_ONLY }, page);
    },
    count: (reach, filter) => countUpTo(model, incidentFilter(reach, filter), searchFor(INCIDENT_NAMES, filter.text)),
    tally: (reach) => tally(model, reach),
    listCausedBy: (reach, problemId, page) =>
      findPage(
        model,
        { of: problemId, filter: causedBy(reach, problemId), sort: sortOf(null), projection: RECORD_ONLY },
        page,
      ),
    countCausedBy: (reach, problemId) => countUpTo(model, causedBy(reach, problemId)),
    openCausedBy: (problemId, after, max) =>
      model
        .find({ ...causedBy('ALL', problemId), state: { $in: [...OPEN_STATES] }, _id: { $gt: after } }, RECORD_ONLY)
        .sort({ _id: 1 })
        .limit(max)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Incident[]>(),
    findAnswer: (incidentId, span) => findAnswer(comments.model, incidentId, span),
    async history(incidentId, internal) {
      const own = { collection: COLLECTION, filter: { _id: incidentId }, oldestBy: 'createdAt' };
      const outbox = await waitingIn(journal, [own, comments.outboxes(incidentId), notes.outboxes(incidentId)]);
      return { log, asked: { subjectId: incidentId, internal, outbox } };
    },
  };
}

const COLLECTION = 'incidents';

function targetOf({ links }: Incident, kind: IncidentLinkKind): string | null | undefined {
  return links.find((link) => link.kind === kind)?.targetId;
}

function causedBy(reach: Reach, problemId: string): QueryFilter<Incident> {
  const link = { kind: 'CAUSED_BY_PROBLEM', targetId: problemId } satisfies Partial<IncidentLink>;
  return { ...withinReach(reach), links: { $elemMatch: link } };
}

function findAnswer(model: Model<Comment>, incidentId: string, { after, until }: TimeSpan): Promise<Comment | null> {
  const filter = {
    'subject.id': incidentId,
    createdAt: { $gt: after, $lte: until },
    fromStaff: true,
    'author.kind': 'PERSON',
  };
  return model
    .findOne(filter as object, RECORD_ONLY)
    .sort({ createdAt: 1, _id: 1 })
    .maxTimeMS(OPERATION_MS_MAX)
    .lean<Comment | null>();
}

/** What each order of incidents sorts by; ties go by id. An incident has a number of its own, which needs no more. */
const ORDERS: Record<IncidentOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
  DUE_AT: [{ field: 'dueAt', nullsLast: true }, { field: '_id' }],
  PRIORITY: [{ field: 'priority' }, { field: '_id' }],
  NUMBER: [{ field: 'number' }],
};

function sortOf(order: IncidentOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function incidentFilter(reach: Reach, filter: IncidentFilter): QueryFilter<Incident> {
  const conditions: QueryFilter<Incident>[] = [withinReach(reach)];
  const anyOf = (field: keyof Incident | 'hold.reason', values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('_id', filter.ids);
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
  if (filter.updatedFrom) conditions.push({ updatedAt: { $gte: filter.updatedFrom } });
  if (filter.updatedBefore) conditions.push({ updatedAt: { $lt: filter.updatedBefore } });
  return { $and: conditions };
}

type Found = Pick<Incident, 'title' | 'description' | 'resolution'>;

/** The words that an incident is found by. */
function searchWords({ title, description, resolution }: Found): SearchWords {
  return { words: wordsOf([title, resolution?.text ?? null, description]) };
}

async function tally(model: Model<Incident>, reach: Reach): Promise<Tally> {
  const rows = await model.collection
    .aggregate<{
      _id: { state: IncidentState; priority: Priority; breached: boolean; unassigned: boolean };
      count: number;
    }>(
      [
        { $match: { ...withinReach(reach), state: { $in: [...OPEN_STATES] } } },
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

const hold = new Schema<IncidentHold>(
  {
    reason: oneOf(IncidentHoldReason),
    since: instant,
    pausing: flag,
    vendorReference: maybeText,
    waitsFor: maybeText,
    until: maybeInstant,
  } satisfies Paths<IncidentHold>,
  PART_OPTIONS,
);
const contact = new Schema<IncidentContact>(
  { rank: oneOf(IncidentContactRank), name: text, phone: text, availability: text } satisfies Paths<IncidentContact>,
  PART_OPTIONS,
);
const link = new Schema<IncidentLink>(
  { kind: oneOf(IncidentLinkKind), target: text, targetId: maybeText } satisfies Paths<IncidentLink>,
  PART_OPTIONS,
);
const resolution = new Schema(
  { code: oneOf(IncidentResolutionCode), text, cause: oneOf(CauseCategory) } satisfies Paths<
    NonNullable<Incident['resolution']>
  >,
  PART_OPTIONS,
);
const override = new Schema(
  { computed: oneOf(Priority), reason: { type: String } } satisfies Paths<NonNullable<Incident['priorityOverride']>>,
  PART_OPTIONS,
);

const incidentSchema = new Schema<Incident>(
  {
    ...AGGREGATE,
    title: text,
    description: text,
    serviceId: text,
    categoryId: maybeText,
    environment: oneOf(Environment),
    impact: oneOf(Impact),
    urgency: oneOf(Urgency),
    priority: oneOf(Priority),
    priorityOverride: { type: override, default: null },
    requester: actor,
    state: oneOf(IncidentState),
    hold: { type: hold, default: null },
    assignmentGroupId: maybeText,
    assigneeId: maybeText,
    contacts: [contact],
    clocks: [clockSchema(IncidentClockKind)],
    breached: flag,
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
    externalNumber: maybeText,
  } satisfies Paths<Incident>,
  RECORD_OPTIONS,
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
// The most frequent questions: open incidents in two orders, and an analyst's own.
incidentSchema.index({ state: 1, createdAt: -1, _id: -1 });
incidentSchema.index({ state: 1, dueAt: 1, _id: 1 });
incidentSchema.index({ assigneeId: 1, state: 1, createdAt: -1 });
// Questions that few incidents answer: without these, a page of none reads the whole collection.
incidentSchema.index({ serviceId: 1, createdAt: -1, _id: -1 });
incidentSchema.index({ environment: 1, createdAt: -1, _id: -1 });
incidentSchema.index({ breached: 1, createdAt: -1, _id: -1 });
// What a problem caused.
incidentSchema.index({ 'links.targetId': 1, createdAt: -1, _id: -1 });
// The tally.
incidentSchema.index({ state: 1, organizationId: 1, priority: 1, breached: 1, assigneeId: 1 });
incidentSchema.index({ 'search.words': 1 });

/** A comment or note from before messages named a subject. */
interface OldMessage {
  _id: string;
  incidentId: string;
}

/** Comments and notes named their incident by `incidentId`, and had other names for two more fields. */
function messageMigration(collection: string): Migration {
  return {
    name: `${collection}-name-their-subject`,
    async run(db) {
      const messages = db.collection<OldMessage>(collection);
      await rewriteRecords(messages, {
        old: { incidentId: { $exists: true } },
        reads: ['incidentId'],
        update: async (batch) =>
          batch.map(({ incidentId }) => ({
            $set: { subject: { type: INCIDENT, id: incidentId } },
            $rename: { at: 'createdAt', fromSme: 'fromStaff' },
            $unset: { incidentId: '' },
          })) as unknown as mongo.UpdateFilter<OldMessage>[],
      });
      await dropIndexesOf(db, { collection, field: 'incidentId' });
    },
  };
}

/** The migrations of incidents and their messages, in order. */
export const INCIDENT_MIGRATIONS: readonly Migration[] = [
  ...[CONVERSATION.comments, CONVERSATION.notes].map(({ collection }) => messageMigration(collection)),
  wordsMigration<Incident>(COLLECTION, ['title', 'description', 'resolution'], searchWords),
];
