import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { searchFor, wordsOf, type SearchWords } from '@desk/kit/api/search';
import { withinReachOrPublished, type Reach } from '@desk/kit/api/viewer';
import { openConversation, type Conversation } from '@desk/kit/conversation/store';
import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import type { Foundation } from '@desk/kit/service/service';
import { wordsMigration, type Migration } from '@desk/kit/write/migration';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  actor,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import {
  ChangeResult,
  ChangeRisk,
  ChangeState,
  ChangeType,
  Environment,
  type ChangeFilter,
  type ChangeOrder,
} from '../generated/api.ts';
import { CHANGE_NAMES, type Change, type Plan } from './change.ts';
import { CHANGE } from './event.ts';

/** The questions about changes that the service asks its database, and the aggregates through which it writes. */
export interface ChangeStore extends RecordStore<Change>, Conversation {
  /** A page of the changes that a viewer sees. */
  list(
    reach: Reach,
    list: { filter: ChangeFilter; order: ChangeOrder | null },
    page: PageRequest,
  ): Promise<Page<Change>>;
  count(reach: Reach, filter: ChangeFilter): Promise<number | null>;
  /** The request for a change's history in the log; with internal events for staff only. */
  history(changeId: string, internal: boolean): Promise<{ log: Log; asked: HistoryRequest }>;
}

const COLLECTION = 'changes';

/** Opens the store of changes: models, indexes, aggregates. */
export async function openChangeStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<ChangeStore> {
  const parts = { collection: COLLECTION, schema: changeSchema, within: withinReachOrPublished, search: searchWords };
  const changes = await openRecords<Change>({ connection, journal }, CHANGE_NAMES, parts);
  const { model } = changes;
  const conversation = await openConversation(
    { connection, journal },
    {
      noun: CHANGE,
      comments: { collection: 'comments', prefix: 'chc' },
      notes: { collection: 'notes', prefix: 'chn' },
    },
  );
  const { comments, notes } = conversation;
  return {
    ...changes,
    ...conversation,
    list: (reach, { filter, order }, page) =>
      findPage(
        model,
        {
          filter: changeFilter(reach, filter),
          search: searchFor(CHANGE_NAMES, filter.text),
          sort: sortOf(order),
          projection: RECORD_ONLY,
        },
        page,
      ),
    count: (reach, filter) => countUpTo(model, changeFilter(reach, filter), searchFor(CHANGE_NAMES, filter.text)),
    async history(changeId, internal) {
      const own = { collection: COLLECTION, filter: { _id: changeId }, oldestBy: 'createdAt' };
      const outbox = await waitingIn(journal, [own, comments.outboxes(changeId), notes.outboxes(changeId)]);
      return { log, asked: { subjectId: changeId, internal, outbox } };
    },
  };
}

/** What each order of changes sorts by; ties go by id. */
const ORDERS: Record<ChangeOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
  PLANNED_START: [{ field: 'plannedStart', nullsLast: true }, { field: '_id' }],
};

function sortOf(order: ChangeOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function changeFilter(reach: Reach, filter: ChangeFilter): QueryFilter<Change> {
  const conditions: QueryFilter<Change>[] = [withinReachOrPublished(reach), listedBy(filter)];
  const anyOf = (field: keyof Change, values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('state', filter.state);
  anyOf('type', filter.type);
  anyOf('serviceIds', filter.serviceId);
  anyOf('organizationId', filter.organizationId);
  if (typeof filter.published === 'boolean')
    conditions.push({ publishedAt: filter.published ? { $gt: new Date(0) } : null });
  if (filter.plannedFrom) conditions.push({ plannedStart: { $gte: filter.plannedFrom } });
  if (filter.plannedBefore) conditions.push({ plannedStart: { $lt: filter.plannedBefore } });
  return { $and: conditions };
}

/** The words that a change is found by. */
function searchWords({ title, reason, benefit }: Pick<Change, 'title' | 'reason' | 'benefit'>): SearchWords {
  return { words: wordsOf([title, reason, benefit]) };
}

const maybeOneOf = (values: object) => ({ ...maybeText, enum: [...Object.values(values), null] });
const maybeFlag = { type: Boolean, default: null };
const plan = new Schema<Plan>({ implementation: text, test: text, backout: text } satisfies Paths<Plan>, PART_OPTIONS);

const changeSchema = new Schema<Change>(
  {
    ...AGGREGATE,
    title: text,
    reason: text,
    benefit: text,
    requester: actor,
    serviceIds: [text],
    state: oneOf(ChangeState),
    type: maybeOneOf(ChangeType),
    templateId: maybeText,
    environment: maybeOneOf(Environment),
    riskAnswer: maybeOneOf(ChangeRisk),
    risk: maybeOneOf(ChangeRisk),
    plan: { type: plan, default: null },
    plannedStart: maybeInstant,
    plannedEnd: maybeInstant,
    outage: maybeFlag,
    ldcActionNeeded: maybeFlag,
    notice: maybeText,
    actualStart: maybeInstant,
    actualEnd: maybeInstant,
    result: maybeOneOf(ChangeResult),
    review: maybeText,
    publishedAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
    closedAt: maybeInstant,
  } satisfies Paths<Change>,
  RECORD_OPTIONS,
);
// An index for each order of the lists. A viewer of one organization also sees what is published, so the database unites two of them.
changeSchema.index({ createdAt: -1, _id: -1 });
changeSchema.index({ organizationId: 1, createdAt: -1, _id: -1 });
changeSchema.index({ publishedAt: 1 });
changeSchema.index({ updatedAt: -1, _id: -1 });
changeSchema.index({ plannedStart: 1, _id: 1 });
changeSchema.index({ state: 1, createdAt: -1, _id: -1 });
changeSchema.index({ serviceIds: 1, createdAt: -1 });
changeSchema.index({ 'search.words': 1 });

/** The migrations of changes, in order. */
export const CHANGE_MIGRATIONS: readonly Migration[] = [
  wordsMigration<Change>(COLLECTION, ['title', 'reason', 'benefit'], searchWords),
];
