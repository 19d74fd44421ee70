import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { withinReachOrPublished, type Reach } from '@desk/kit/api/viewer';
import type { OutboxSource } from '@desk/kit/log/history';
import type { Foundation } from '@desk/kit/service/service';
import { rewriteRecords, type Migration } from '@desk/kit/write/migration';
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
  ContinuityClassification,
  ContinuityEnvironment,
  ContinuityEventKind,
  ContinuityResponse,
  ContinuityStage,
  OperatingSite,
  type ContinuityEventFilter,
  type ContinuityEventOrder,
} from '../generated/api.ts';
import {
  EVENT_NAMES,
  type Activation,
  type Assessment,
  type ContinuityEvent,
  type Interruption,
} from './continuity-event.ts';

/** The questions about continuity events that the service asks its database, and the aggregate through which it writes. */
export interface EventStore extends RecordStore<ContinuityEvent> {
  /** A page of the events that a viewer sees. */
  list(
    reach: Reach,
    list: { filter: ContinuityEventFilter; order: ContinuityEventOrder | null },
    page: PageRequest,
  ): Promise<Page<ContinuityEvent>>;
  count(reach: Reach, filter: ContinuityEventFilter): Promise<number | null>;
  outbox(eventId: string): OutboxSource;
}

const COLLECTION = 'continuity_events';

/** Every form that continuity events had before today's, in order. */
export const EVENT_MIGRATIONS: readonly Migration[] = [
  {
    name: 'continuity_events-know-whose-word-makes-the-interruption',
    run: (db) =>
      rewriteRecords(db.collection<ContinuityEvent>(COLLECTION), {
        old: { interruption: { $exists: false } },
        update: async (batch) => batch.map(() => ({ $set: { interruption: null } })),
      }),
  },
];

/** Opens the store of continuity events: model, indexes, aggregate. */
export async function openEventStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<EventStore> {
  const where = { collection: COLLECTION, schema: eventSchema, within: withinReachOrPublished };
  const events = await openRecords<ContinuityEvent>(parts, EVENT_NAMES, where);
  const { model } = events;
  return {
    ...events,
    list: (reach, { filter, order }, page) =>
      findPage(model, { filter: eventFilter(reach, filter), sort: sortOf(order), projection: RECORD_ONLY }, page),
    count: (reach, filter) => countUpTo(model, eventFilter(reach, filter)),
    outbox: (eventId) => ({ collection: COLLECTION, filter: { _id: eventId }, oldestBy: 'createdAt' }),
  };
}

function sortOf(order: ContinuityEventOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  const field = order?.field === 'UPDATED_AT' ? 'updatedAt' : 'createdAt';
  return [field, '_id'].map((each) => ({ field: each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function eventFilter(reach: Reach, filter: ContinuityEventFilter): QueryFilter<ContinuityEvent> {
  const conditions: QueryFilter<ContinuityEvent>[] = [withinReachOrPublished(reach), listedBy(filter)];
  const anyOf = (field: keyof ContinuityEvent, values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('kind', filter.kind);
  anyOf('state', filter.stage);
  anyOf('classification', filter.classification);
  anyOf('serviceIds', filter.serviceId);
  return { $and: conditions };
}

const maybeActor = { ...actor, required: false, default: null } as const;

const assessmentSchema = new Schema<Assessment>(
  {
    response: { ...maybeText, enum: [...Object.values(ContinuityResponse), null] },
    dataAtRisk: flag,
    workaround: maybeText,
    overrideLevel: { type: Number, default: null, min: 1, max: 4 },
    assessedBy: actor,
    assessedAt: instant,
    approvedBy: maybeActor,
    approvedAt: maybeInstant,
  } satisfies Paths<Assessment>,
  PART_OPTIONS,
);

const activationSchema = new Schema<Activation>(
  { reason: text, by: actor, at: instant } satisfies Paths<Activation>,
  PART_OPTIONS,
);

const interruptionSchema = new Schema<Interruption>(
  { by: actor, at: instant, confirmed: flag } satisfies Paths<Interruption>,
  PART_OPTIONS,
);

const eventSchema = new Schema<ContinuityEvent>(
  {
    ...AGGREGATE,
    kind: oneOf(ContinuityEventKind),
    title: text,
    environment: oneOf(ContinuityEnvironment),
    state: oneOf(ContinuityStage),
    classification: oneOf(ContinuityClassification),
    peakClassification: oneOf(ContinuityClassification),
    computedImpactLevel: count,
    assessment: { type: assessmentSchema, default: null },
    serviceIds: { type: [text], required: true },
    criticalServices: count,
    affectedOrganizationIds: { type: [text], default: null },
    distributorsAffectedPercent: count,
    outageStartedAt: maybeInstant,
    expectedOutageMs: { type: Number, default: null },
    restoredAt: maybeInstant,
    activation: { type: activationSchema, default: null },
    interruption: { type: interruptionSchema, default: null },
    operatingSite: oneOf(OperatingSite),
    commander: actor,
    publishedAt: instant,
    createdAt: instant,
    updatedAt: instant,
    closedAt: maybeInstant,
  } satisfies Paths<ContinuityEvent>,
  RECORD_OPTIONS,
);
// An index for each order of the list. There are few events, and every viewer sees all of them.
eventSchema.index({ createdAt: -1, _id: -1 });
eventSchema.index({ updatedAt: -1, _id: -1 });
eventSchema.index({ publishedAt: 1 });
