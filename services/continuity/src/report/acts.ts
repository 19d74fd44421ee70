import { describeEvent } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { withNotice, type NoticeDraft } from '@desk/kit/write/notice';
import { TEXT_KIB_MAX, type ContinuityEvent, type EventActContext } from '../continuity-event/continuity-event.ts';
import { CONTINUITY_EVENT, WORDS, type ContinuityDraft } from '../continuity-event/event.ts';
import { ACKNOWLEDGING_ROLES } from '../continuity-event/policy.ts';
import type { Acknowledgement, SituationReport } from './report.ts';

/** A report. The time was read: undefined where it names no instant, which `check` has noted. */
export interface ReportInput {
  english: string;
  french?: string | null;
  requiresAcknowledgement: boolean;
  nextReportDueAt: Date | null | undefined;
}

type ReportDecision = Decision<SituationReport, ContinuityDraft | NoticeDraft>;

/** Publishes a report to a roster of organizations; one that must be acknowledged asks for a notice too. Refuses BAD_USER_INPUT. */
export function publish(
  event: ContinuityEvent,
  { id, roster, ...input }: ReportInput & { id: string; roster: readonly string[] },
  act: EventActContext,
): ReportDecision {
  const { at, by, check } = act;
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
  const published: ReportDecision = { record, events: [draft] };
  return requiresAcknowledgement ? withAcknowledgementNotice(published, event, act) : published;
}

/** A report that also asks for a notice: to the people who may acknowledge it for an organization of its roster. */
function withAcknowledgementNotice(
  published: ReportDecision,
  { _id: id, kind }: ContinuityEvent,
  act: EventActContext,
): ReportDecision {
  const { _id: reportId, roster } = published.record;
  const isReal = kind === 'ACTUAL';
  return withNotice(
    published,
    {
      subject: { type: CONTINUITY_EVENT, id },
      published: true,
      topic: 'report_to_acknowledge',
      audience: { kind: 'ORGANIZATIONS', ids: roster, roles: ACKNOWLEDGING_ROLES },
      severity: isReal ? 'WARNING' : 'INFO',
      mandatory: isReal,
      stepKey: `REPORTED ${reportId}`,
    },
    act,
  );
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
