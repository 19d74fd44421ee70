import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  count,
  instant,
  maybeInstant,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import { EnrolmentStatus, type EnrolmentFilter } from '../generated/api.ts';
import { ENROLMENT_NAMES, enrolmentIdOf, type Enrolment, type Resume } from './enrolment.ts';

/** Whose enrolments are read: one learner's, or everybody's. */
export type Learners = 'ALL' | { personId: string };

/** The questions about enrolments that the service asks its database, and the aggregate through which it writes. */
export interface EnrolmentStore extends RecordStore<Enrolment> {
  findById(id: string): Promise<Enrolment | null>;
  /** A person's enrolment in a course. */
  findOf(personId: string, courseId: string): Promise<Enrolment | null>;
  /** A page of enrolments, the newest first. */
  list(learners: Learners, filter: EnrolmentFilter, page: PageRequest): Promise<Page<Enrolment>>;
  count(learners: Learners, filter: EnrolmentFilter): Promise<number | null>;
}

const COLLECTION = 'enrolments';
const NEWEST_FIRST: SortField[] = [
  { field: 'createdAt', direction: -1 },
  { field: '_id', direction: -1 },
];

/** Opens the store of enrolments: model, indexes, aggregate. */
export async function openEnrolmentStore(parts: Pick<Foundation, 'connection' | 'journal'>): Promise<EnrolmentStore> {
  const enrolments = await openRecords<Enrolment>(parts, ENROLMENT_NAMES, { collection: COLLECTION, schema });
  const { model } = enrolments;
  return {
    ...enrolments,
    findById: (id) => enrolments.find('ALL', id),
    findOf: (personId, courseId) => enrolments.find('ALL', enrolmentIdOf(personId, courseId)),
    list: (learners, filter, page) =>
      findPage(model, { filter: enrolmentFilter(learners, filter), sort: NEWEST_FIRST, projection: RECORD_ONLY }, page),
    count: (learners, filter) => countUpTo(model, enrolmentFilter(learners, filter)),
  };
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function enrolmentFilter(learners: Learners, filter: EnrolmentFilter): QueryFilter<Enrolment> {
  const conditions: QueryFilter<Enrolment>[] = [listedBy(filter)];
  if (learners !== 'ALL') conditions.push({ personId: learners.personId });
  if (filter.courseId) conditions.push({ courseId: { $in: [...filter.courseId] } });
  if (filter.status) conditions.push({ status: { $in: [...filter.status] } });
  return { $and: conditions };
}

const resume = new Schema<Resume>({ lessonId: text, position: count } satisfies Paths<Resume>, PART_OPTIONS);

const schema = new Schema<Enrolment>(
  {
    ...AGGREGATE,
    personId: text,
    courseId: text,
    courseVersion: count,
    cycle: count,
    status: oneOf(EnrolmentStatus),
    completedLessons: { type: [text], required: true },
    resume: { type: resume, default: null },
    createdAt: instant,
    updatedAt: instant,
    completedAt: maybeInstant,
  } satisfies Paths<Enrolment>,
  RECORD_OPTIONS,
);
schema.index({ personId: 1, createdAt: -1, _id: -1 });
schema.index({ createdAt: -1, _id: -1 });
