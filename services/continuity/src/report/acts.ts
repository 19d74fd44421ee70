import { describeEvent } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { TEXT_KIB_MAX, type ContinuityEvent, type EventActContext } from '../continuity-event/continuity-event.ts';
import { CONTINUITY_EVENT, WORDS, type ContinuityDraft } from '../continuity-event/event.ts';
import type { Acknowledgement, SituationReport } from './report.ts';

/** A report. The time was read: undefined where it names no instant, which `check` has noted. */
export interface ReportInput {
  english: string;
  french?: string | null;
  requiresAcknowledgement: boolean;
  nextReportDueAt: Date | null | undefined;
}

/** Publishes a report to a roster of organizations. Refuses BAD_USER_INPUT. */
export function publish(
  event: ContinuityEvent,
  { id, roster, ...input }: ReportInput & { id: string; roster: readonly string[] },
  { at, by, check }: EventActContext,
): Decision<SituationReport, ContinuityDraft> {
  const english = check.body('input.english', input.english, TEXT_KIB_MAX);
  const french = input.french == null ? null : check.body('input.french', input.french, TEXT_KIB_MAX);
  const { requiresAcknowledgement, nextReportDueAt = null } = input;
  check.require('input.nextReportDueAt', nextReportDueAt === null || nextReportDueAt > at, {
    code: 'NOT_IN_FUTURE',
    message: 'must be still to come.',
  });
  check.done();
  const record: SituationReport = {
    _id: id,
    organizationId: event.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    subject: { type: CONTINUITY_EVENT, id: event._id },
    english,
    french,
    stage: event.state,
    requiresAcknowledgement,
    nextReportDueAt,
    roster: [...roster],
    author: by,
    publishedAt: at,
  };
  const draft = describeEvent(WORDS, [event], {
    kind: 'REPORTED',
    at,
    by,
    changedFields: ['reports'],
    data: { messageId: id, reportId: id, version: event.version },
    personal: { text: english, ...(french === null ? {} : { french }) },
  });
  return { record, events: [draft] };
}

/**
 * Acknowledges a report for an organization, at any time: also after its event was closed. Refuses BAD_USER_INPUT for one to which it was not
 * published.
 */
export function acknowledge(
  { event, report }: { event: ContinuityEvent; report: SituationReport },
  { id, organizationId }: { id: string; organizationId: string },
  { at, by, check }: EventActContext,
): Decision<Acknowledgement, ContinuityDraft> {
  check.require('input.id', report.requiresAcknowledgement, {
    code: 'NOT_ALLOWED',
    message: 'must be a report that asks for an acknowledgement.',
  });
  check.require('input.actingFor', report.roster.includes(organizationId), {
    code: 'NOT_THERE',
    message: 'must be an organization to which the report was published.',
  });
  check.done();
  const record: Acknowledgement = {
    _id: id,
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    subject: { type: CONTINUITY_EVENT, id: event._id },
    reportId: report._id,
    by,
    at,
  };
  // Other organizations must not learn who acknowledged.
  const ownWords: typeof WORDS = { ...WORDS, isPublished: () => false };
  const draft = describeEvent(ownWords, [event], {
    kind: 'ACKNOWLEDGED',
    at,
    by,
    changedFields: ['acknowledgements'],
    data: { messageId: id, reportId: report._id, version: event.version },
  });
  return { record, events: [draft] };
}
