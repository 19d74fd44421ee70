import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { searchFor, wordsOf, type SearchWords } from '@desk/kit/api/search';
import { withinReachOrPublished, type Reach } from '@desk/kit/api/viewer';
import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import type { Foundation } from '@desk/kit/service/service';
import { wordsMigration, type Migration } from '@desk/kit/write/migration';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  flag,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import { Schema, type QueryFilter } from 'mongoose';
import { KnownErrorAudience, KnownErrorState, type KnownErrorFilter, type KnownErrorOrder } from '../generated/api.ts';
import { KNOWN_ERROR_NAMES, type KnownError, type Workaround } from './known-error.ts';

/** The questions about known errors that the service asks its database, and the aggregates through which it writes. */
export interface KnownErrorStore extends RecordStore<KnownError> {
  /** A page of the known errors that a viewer sees; the newest first when `order` is null. */
  list(
    reach: Reach,
    list: { filter: KnownErrorFilter; order: KnownErrorOrder | null },
    page: PageRequest,
  ): Promise<Page<KnownError>>;
  count(reach: Reach, filter: KnownErrorFilter): Promise<number | null>;
  /** The request for a known error's history in the log, as far as a viewer may read it. */
  history(knownErrorId: string, reach: Reach): Promise<{ log: Log; asked: HistoryRequest }>;
}

const COLLECTION = 'known_errors';

/** Opens the store of known errors: models, indexes, aggregates. */
export async function openKnownErrorStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<KnownErrorStore> {
  const parts = {
    collection: COLLECTION,
    schema: knownErrorSchema,
    within: withinReachOrPublished,
    search: searchWords,
  };
  const knownErrors = await openRecords<KnownError>({ connection, journal }, KNOWN_ERROR_NAMES, parts);
  const { model } = knownErrors;
  return {
    ...knownErrors,
    list: (reach, { filter, order }, page) =>
      findPage(
        model,
        {
          filter: knownErrorFilter(reach, filter),
          search: searchFor(KNOWN_ERROR_NAMES, filter.text),
          sort: sortOf(order),
          projection: RECORD_ONLY,
        },
        page,
      ),
    count: (reach, filter) =>
      countUpTo(model, knownErrorFilter(reach, filter), searchFor(KNOWN_ERROR_NAMES, filter.text)),
    async history(knownErrorId, reach) {
      const own = { collection: COLLECTION, filter: { _id: knownErrorId }, oldestBy: 'createdAt' };
      return {
        log,
        asked: { subjectId: knownErrorId, internal: true, reach, outbox: await waitingIn(journal, [own]) },
      };
    },
  };
}

/** What each order of known errors sorts by; ties go by id. */
const ORDERS: Record<KnownErrorOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
};

function sortOf(order: KnownErrorOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function knownErrorFilter(reach: Reach, filter: KnownErrorFilter): QueryFilter<KnownError> {
  const conditions: QueryFilter<KnownError>[] = [withinReachOrPublished(reach), listedBy(filter)];
  const anyOf = (field: keyof KnownError, values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('state', filter.state);
  anyOf('serviceIds', filter.serviceId);
  anyOf('problemId', filter.problemId);
  return { $and: conditions };
}

type Found = Pick<KnownError, 'title' | 'symptom' | 'cause' | 'workaround' | 'errorCodes'>;

/** The words that a known error is found by. */
function searchWords({ title, symptom, cause, workaround, errorCodes }: Found): SearchWords {
  return { words: wordsOf([title, ...errorCodes, symptom, cause, workaround?.steps ?? null]) };
}

const workaround = new Schema<Workaround>({ steps: text, tested: flag } satisfies Paths<Workaround>, PART_OPTIONS);

const knownErrorSchema = new Schema<KnownError>(
  {
    ...AGGREGATE,
    title: text,
    problemId: maybeText,
    serviceIds: [text],
    state: oneOf(KnownErrorState),
    audience: { ...maybeText, enum: [...Object.values(KnownErrorAudience), null] },
    symptom: text,
    cause: maybeText,
    workaround: { type: workaround, default: null },
    errorCodes: [text],
    fileTypes: [text],
    publishedAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
    closedAt: maybeInstant,
  } satisfies Paths<KnownError>,
  RECORD_OPTIONS,
);
// An index for each order of the lists. A viewer outside the SME reads by what is published.
knownErrorSchema.index({ createdAt: -1, _id: -1 });
knownErrorSchema.index({ organizationId: 1, createdAt: -1, _id: -1 });
knownErrorSchema.index({ publishedAt: 1 });
knownErrorSchema.index({ updatedAt: -1, _id: -1 });
knownErrorSchema.index({ state: 1, createdAt: -1, _id: -1 });
knownErrorSchema.index({ problemId: 1, createdAt: -1 });
knownErrorSchema.index({ serviceIds: 1, createdAt: -1 });
knownErrorSchema.index({ 'search.words': 1 });

/** The migrations of known errors, in order. */
export const KNOWN_ERROR_MIGRATIONS: readonly Migration[] = [
  wordsMigration<KnownError>(COLLECTION, ['title', 'symptom', 'cause', 'workaround', 'errorCodes'], searchWords),
];
