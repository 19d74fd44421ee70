import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { searchFor, wordsOf, type SearchWords } from '@desk/kit/api/search';
import { withinReach, type Reach } from '@desk/kit/api/viewer';
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
  count,
  flag,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import {
  ServiceRequestClockKind,
  ServiceRequestState,
  type ServiceRequestFilter,
  type ServiceRequestOrder,
} from '../generated/api.ts';
import { clockSchema } from '../sla/store.ts';
import { SERVICE_REQUEST } from './event.ts';
import { REQUEST_NAMES, type FilledIn, type ServiceRequest, type Task } from './service-request.ts';

/** The questions about service requests that the service asks its database, and the aggregates through which it writes. */
export interface RequestStore extends RecordStore<ServiceRequest>, Conversation {
  /** A page of the requests that a viewer sees. */
  list(
    reach: Reach,
    list: { filter: ServiceRequestFilter; order: ServiceRequestOrder | null },
    page: PageRequest,
  ): Promise<Page<ServiceRequest>>;
  count(reach: Reach, filter: ServiceRequestFilter): Promise<number | null>;
  /** The request for a request's history in the log; with internal events for staff only. */
  history(requestId: string, internal: boolean): Promise<{ log: Log; asked: HistoryRequest }>;
}

const COLLECTION = 'service_requests';

/** Opens the store of service requests: models, indexes, aggregates. */
export async function openRequestStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<RequestStore> {
  const parts = { collection: COLLECTION, schema, search: searchWords };
  const requests = await openRecords<ServiceRequest>({ connection, journal }, REQUEST_NAMES, parts);
  const { model } = requests;
  const conversation = await openConversation(
    { connection, journal },
    {
      noun: SERVICE_REQUEST,
      comments: { collection: 'service_request_comments', prefix: 'rqc' },
      notes: { collection: 'service_request_notes', prefix: 'rqn' },
    },
  );
  const { comments, notes } = conversation;
  return {
    ...requests,
    ...conversation,
    list: (reach, { filter, order }, page) =>
      findPage(
        model,
        {
          filter: requestFilter(reach, filter),
          search: searchFor(REQUEST_NAMES, filter.text),
          sort: sortOf(order),
          projection: RECORD_ONLY,
        },
        page,
      ),
    count: (reach, filter) => countUpTo(model, requestFilter(reach, filter), searchFor(REQUEST_NAMES, filter.text)),
    async history(requestId, internal) {
      const own = { collection: COLLECTION, filter: { _id: requestId }, oldestBy: 'createdAt' };
      const outbox = await waitingIn(journal, [own, comments.outboxes(requestId), notes.outboxes(requestId)]);
      return { log, asked: { subjectId: requestId, internal, outbox } };
    },
  };
}

/** What each order of requests sorts by; ties go by id. */
const ORDERS: Record<ServiceRequestOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
  DUE_AT: [{ field: 'dueAt', nullsLast: true }, { field: '_id' }],
};

function sortOf(order: ServiceRequestOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function requestFilter(reach: Reach, filter: ServiceRequestFilter): QueryFilter<ServiceRequest> {
  const conditions: QueryFilter<ServiceRequest>[] = [withinReach(reach), listedBy(filter)];
  const anyOf = (field: keyof ServiceRequest, values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('state', filter.state);
  anyOf('itemId', filter.itemId);
  anyOf('organizationId', filter.organizationId);
  if (typeof filter.breached === 'boolean') conditions.push({ breached: filter.breached });
  return { $and: conditions };
}

/** The words that a request is found by. */
function searchWords({ values }: Pick<ServiceRequest, 'values'>): SearchWords {
  return { words: wordsOf(values.map(({ value }) => value)) };
}

const filledIn = new Schema<FilledIn>({ name: text, value: text } satisfies Paths<FilledIn>, PART_OPTIONS);
const task = new Schema<Task>({ id: text, completedAt: maybeInstant } satisfies Paths<Task>, PART_OPTIONS);

const schema = new Schema<ServiceRequest>(
  {
    ...AGGREGATE,
    itemId: text,
    itemVersion: count,
    values: { type: [filledIn], required: true },
    requester: actor,
    state: oneOf(ServiceRequestState),
    approvedBy: { ...actor, required: false, default: null },
    approvedAt: maybeInstant,
    tasks: { type: [task], required: true },
    result: maybeText,
    clocks: [clockSchema(ServiceRequestClockKind)],
    dueAt: maybeInstant,
    breached: flag,
    closesAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
    closedAt: maybeInstant,
  } satisfies Paths<ServiceRequest>,
  RECORD_OPTIONS,
);
// An index for each order of the lists, of all and of one organization.
schema.index({ createdAt: -1, _id: -1 });
schema.index({ organizationId: 1, createdAt: -1, _id: -1 });
schema.index({ updatedAt: -1, _id: -1 });
schema.index({ organizationId: 1, updatedAt: -1, _id: -1 });
schema.index({ dueAt: 1, _id: 1 });
schema.index({ state: 1, createdAt: -1, _id: -1 });
schema.index({ 'search.words': 1 });

/** The migrations of requests, in order. */
export const REQUEST_MIGRATIONS: readonly Migration[] = [
  wordsMigration<ServiceRequest>(COLLECTION, ['values'], searchWords),
];
