import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { searchFor, wordsOf, type Search, type SearchWords } from '@desk/kit/api/search';
import { withinReachOrPublished, type Reach } from '@desk/kit/api/viewer';
import type { InternalNote } from '@desk/kit/conversation/message';
import { openNotes, type MessageStore } from '@desk/kit/conversation/store';
import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import type { Foundation } from '@desk/kit/service/service';
import { wordsMigration, type Migration } from '@desk/kit/write/migration';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  actor,
  count,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import { Schema, type QueryFilter } from 'mongoose';
import { ProblemResolutionCode, ProblemState, type ProblemFilter, type ProblemOrder } from '../generated/api.ts';
import { PROBLEM } from './event.ts';
import { PROBLEM_NAMES, type Problem, type ProblemDiagnosis, type ProblemResolution } from './problem.ts';

/** Which problems. */
export interface ProblemList {
  filter: ProblemFilter;
  /** True: words are looked for also in what is not published, and the owner is a condition. */
  inside: boolean;
}

/** The questions about problems that the service asks its database, and the aggregates through which it writes. */
export interface ProblemStore extends RecordStore<Problem> {
  notes: MessageStore<InternalNote>;
  /** A page of the problems that a viewer sees; the newest first when `order` is null. */
  list(reach: Reach, list: ProblemList & { order: ProblemOrder | null }, page: PageRequest): Promise<Page<Problem>>;
  count(reach: Reach, list: ProblemList): Promise<number | null>;
  /** The request for a problem's history in the log; with internal events for staff only. */
  history(problemId: string, internal: boolean): Promise<{ log: Log; asked: HistoryRequest }>;
}

const COLLECTION = 'problems';

/** Opens the store of problems: models, indexes, aggregates. */
export async function openProblemStore({
  connection,
  journal,
  log,
}: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<ProblemStore> {
  const parts = { collection: COLLECTION, schema: problemSchema, within: withinReachOrPublished, search: searchWords };
  const problems = await openRecords<Problem>({ connection, journal }, PROBLEM_NAMES, parts);
  const { model } = problems;
  const names = { noun: PROBLEM, notes: { collection: 'problem_notes', prefix: 'prn' } };
  const notes = await openNotes({ connection, journal }, names);
  return {
    ...problems,
    notes,
    list: (reach, { order, ...list }, page) =>
      findPage(
        model,
        {
          filter: problemFilter(reach, list),
          search: searchOf(list),
          sort: sortOf(order),
          projection: RECORD_ONLY,
        },
        page,
      ),
    count: (reach, list) => countUpTo(model, problemFilter(reach, list), searchOf(list)),
    async history(problemId, internal) {
      const own = { collection: COLLECTION, filter: { _id: problemId }, oldestBy: 'createdAt' };
      const outbox = await waitingIn(journal, [own, notes.outboxes(problemId)]);
      return { log, asked: { subjectId: problemId, internal, outbox } };
    },
  };
}

/** What each order of problems sorts by; ties go by id. */
const ORDERS: Record<ProblemOrder['field'], Omit<SortField, 'direction'>[]> = {
  CREATED_AT: [{ field: 'createdAt' }, { field: '_id' }],
  UPDATED_AT: [{ field: 'updatedAt' }, { field: '_id' }],
};

function sortOf(order: ProblemOrder | null): SortField[] {
  const direction = order?.direction === 'ASC' ? 1 : -1;
  return ORDERS[order?.field ?? 'CREATED_AT'].map((each) => ({ ...each, direction }));
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function problemFilter(reach: Reach, { filter, inside }: ProblemList): QueryFilter<Problem> {
  const conditions: QueryFilter<Problem>[] = [withinReachOrPublished(reach), listedBy(filter)];
  const anyOf = (field: keyof Problem, values: readonly string[] | null | undefined) => {
    if (values) conditions.push({ [field]: { $in: [...values] } });
  };
  anyOf('state', filter.state);
  anyOf('serviceId', filter.serviceId);
  // Nobody outside may learn who owns a problem, not even by asking for it.
  anyOf(inside ? 'ownerId' : '_id', inside ? filter.ownerId : filter.ownerId && []);
  if (typeof filter.published === 'boolean')
    conditions.push({ publishedAt: filter.published ? { $gt: new Date(0) } : null });
  return { $and: conditions };
}

/**
 * What a problem is searched for. A viewer outside the SME searches the published words, so that a search tells nothing of the others.
 */
function searchOf({ filter, inside }: ProblemList): Search | null {
  return searchFor(PROBLEM_NAMES, filter.text, inside ? 'words' : 'published');
}

type Found = Pick<Problem, 'title' | 'description' | 'publicTitle' | 'publicStatus'>;

/** The words that a problem is found by: those for SME staff and auditors, and the published ones. */
function searchWords({ title, description, publicTitle, publicStatus }: Found): SearchWords<'words' | 'published'> {
  return {
    words: wordsOf([title, publicTitle, publicStatus, description]),
    published: wordsOf([publicTitle, publicStatus]),
  };
}

const diagnosis = new Schema<ProblemDiagnosis>(
  {
    symptom: text,
    rootCause: maybeText,
    workaround: maybeText,
    affectedVersions: text,
  } satisfies Paths<ProblemDiagnosis>,
  PART_OPTIONS,
);
const resolution = new Schema<ProblemResolution>(
  { code: oneOf(ProblemResolutionCode), text, duplicateOf: maybeText } satisfies Paths<ProblemResolution>,
  PART_OPTIONS,
);

const problemSchema = new Schema<Problem>(
  {
    ...AGGREGATE,
    title: text,
    description: text,
    serviceId: text,
    state: oneOf(ProblemState),
    requester: actor,
    ownerId: maybeText,
    trendNote: maybeText,
    diagnosis: { type: diagnosis, default: null },
    fixChange: maybeText,
    fixWaiver: maybeText,
    resolution: { type: resolution, default: null },
    publicTitle: maybeText,
    publicStatus: maybeText,
    targetRelease: maybeText,
    publishedAt: maybeInstant,
    reopenCount: count,
    createdAt: instant,
    updatedAt: instant,
    resolvedAt: maybeInstant,
    closedAt: maybeInstant,
  } satisfies Paths<Problem>,
  RECORD_OPTIONS,
);
// An index for each order of the lists. A viewer outside the SME reads by what is published.
problemSchema.index({ createdAt: -1, _id: -1 });
problemSchema.index({ organizationId: 1, createdAt: -1, _id: -1 });
problemSchema.index({ publishedAt: 1 });
problemSchema.index({ updatedAt: -1, _id: -1 });
problemSchema.index({ state: 1, createdAt: -1, _id: -1 });
problemSchema.index({ serviceId: 1, createdAt: -1 });
problemSchema.index({ ownerId: 1, createdAt: -1 });
problemSchema.index({ 'search.words': 1 });
problemSchema.index({ 'search.published': 1 });

/** The migrations of problems, in order. */
export const PROBLEM_MIGRATIONS: readonly Migration[] = [
  wordsMigration<Problem>(COLLECTION, ['title', 'description', 'publicTitle', 'publicStatus'], searchWords),
];
