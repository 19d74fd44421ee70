import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { withinReach, withinReachOrPublished, type Reach } from '@desk/kit/api/viewer';
import type { OutboxSource } from '@desk/kit/log/history';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  RECORD_OPTIONS,
  actor,
  flag,
  instant,
  maybeInstant,
  maybeText,
  oneOf,
  subject,
  text,
} from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { CONTINUITY_EVENT } from '../continuity-event/event.ts';
import { ContinuityStage } from '../generated/api.ts';
import { ACKNOWLEDGEMENT_NAMES, REPORT_NAMES, type Acknowledgement, type SituationReport } from './report.ts';

/** The situation reports, in the order of their places. */
export interface ReportStore extends RecordStore<SituationReport> {
  list(eventId: string, page: PageRequest): Promise<Page<SituationReport>>;
  count(eventId: string): Promise<number | null>;
  outboxes(eventId: string): OutboxSource;
}

/** The acknowledgements, each its organization's. */
export interface AcknowledgementStore extends RecordStore<Acknowledgement> {
  list(reportId: string, reach: Reach, page: PageRequest): Promise<Page<Acknowledgement>>;
  count(reportId: string, reach: Reach): Promise<number | null>;
  /** Those of the organizations that acknowledged a report. */
  organizationsOf(report: SituationReport, among: readonly string[]): Promise<ReadonlySet<string>>;
  outboxes(eventId: string): OutboxSource;
}

const REPORTS = 'reports';
const ACKNOWLEDGEMENTS = 'acknowledgements';
const BY_PLACE: SortField[] = [
  { field: 'publishedAt', direction: 1 },
  { field: '_id', direction: 1 },
];
const OLDEST_FIRST: SortField[] = [
  { field: 'at', direction: 1 },
  { field: '_id', direction: 1 },
];

type Parts = Pick<Foundation, 'connection' | 'journal'>;

/** Opens the store of situation reports. */
export async function openReportStore(parts: Parts): Promise<ReportStore> {
  const where = { collection: REPORTS, schema: reportSchema, within: withinReachOrPublished };
  const reports = await openRecords<SituationReport>(parts, REPORT_NAMES, where);
  const { model } = reports;
  const of = (eventId: string) => ({ 'subject.id': eventId }) as object;
  return {
    ...reports,
    list: (eventId, page) =>
      findPage(model, { of: eventId, filter: of(eventId), sort: BY_PLACE, projection: RECORD_ONLY }, page),
    count: (eventId) => countUpTo(model, of(eventId)),
    outboxes: (eventId) => ({ collection: REPORTS, filter: of(eventId), oldestBy: 'publishedAt' }),
  };
}

/** Opens the store of acknowledgements. */
export async function openAcknowledgementStore(parts: Parts): Promise<AcknowledgementStore> {
  const where = { collection: ACKNOWLEDGEMENTS, schema: acknowledgementSchema };
  const acknowledgements = await openRecords<Acknowledgement>(parts, ACKNOWLEDGEMENT_NAMES, where);
  const { model } = acknowledgements;
  const of = (reportId: string, reach: Reach) => ({ reportId, ...withinReach(reach) }) as object;
  return {
    ...acknowledgements,
    list: (reportId, reach, page) =>
      findPage(model, { of: reportId, filter: of(reportId, reach), sort: OLDEST_FIRST, projection: RECORD_ONLY }, page),
    count: (reportId, reach) => countUpTo(model, of(reportId, reach)),
    async organizationsOf({ _id: reportId }, among) {
      const filter = { reportId, organizationId: { $in: [...among] } } as object;
      return new Set(await model.distinct('organizationId', filter).maxTimeMS(OPERATION_MS_MAX));
    },
    outboxes: (eventId) => ({
      collection: ACKNOWLEDGEMENTS,
      filter: { 'subject.id': eventId },
      oldestBy: 'at',
    }),
  };
}

const reportSchema = new Schema<SituationReport>(
  {
    ...AGGREGATE,
    subject: subject(CONTINUITY_EVENT),
    english: text,
    french: maybeText,
    stage: oneOf(ContinuityStage),
    requiresAcknowledgement: flag,
    nextReportDueAt: maybeInstant,
    roster: { type: [text], required: true },
    author: actor,
    publishedAt: instant,
  } satisfies Paths<SituationReport>,
  RECORD_OPTIONS,
);
reportSchema.index({ 'subject.id': 1, publishedAt: 1, _id: 1 });

const acknowledgementSchema = new Schema<Acknowledgement>(
  {
    ...AGGREGATE,
    subject: subject(CONTINUITY_EVENT),
    reportId: text,
    by: actor,
    at: instant,
  } satisfies Paths<Acknowledgement>,
  RECORD_OPTIONS,
);
acknowledgementSchema.index({ reportId: 1, organizationId: 1, at: 1, _id: 1 });
acknowledgementSchema.index({ reportId: 1, at: 1, _id: 1 });
acknowledgementSchema.index({ 'subject.id': 1, at: 1, _id: 1 });
