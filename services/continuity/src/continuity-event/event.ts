import { changeDescriber, type Act, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { withNotice, type NoticeDraft } from '@desk/kit/write/notice';
import { CONTINUITY_EVENT_VERSION, type ContinuityEvents } from '@desk/schema/continuity/events';
import type { ContinuityEvent } from './continuity-event.ts';

/** The noun as events and subjects name it. */
export const CONTINUITY_EVENT = 'CONTINUITY_EVENT';

/** The draft of any event of continuity. */
export type ContinuityDraft = NounDraft<ContinuityEvents, typeof CONTINUITY_EVENT>;

/** The decision of a rule. */
export type EventDecision = Decision<ContinuityEvent, ContinuityDraft | NoticeDraft>;

/** The words by which continuity's log tells of continuity events, and of their reports and acknowledgements. */
export const WORDS: EventWords<ContinuityEvent, ContinuityEvents, typeof CONTINUITY_EVENT> = {
  noun: CONTINUITY_EVENT,
  eventVersion: CONTINUITY_EVENT_VERSION,
  fields: {
    kind: 'kind',
    title: 'title',
    environment: 'environment',
    state: 'stage',
    classification: 'classification',
    peakClassification: 'peakClassification',
    computedImpactLevel: 'computedImpactLevel',
    assessment: 'assessment',
    serviceIds: 'services',
    affectedOrganizationIds: 'affectedOrganizations',
    distributorsAffectedPercent: 'distributorsAffectedPercent',
    outageStartedAt: 'outageStartedAt',
    expectedOutageMs: 'expectedOutage',
    restoredAt: 'restoredAt',
    activation: 'activation',
    operatingSite: 'operatingSite',
    closedAt: 'closedAt',
  },
  coded: ['kind', 'environment', 'state', 'classification', 'operatingSite'],
  match: { stage: 'state', classification: 'classification', serviceId: 'serviceIds' },
  isPublished: () => true,
};

/** The decision that an act comes to: the new event, and what is told of it. */
export const describeEventChange = changeDescriber(WORDS);

/** A declaration that also asks for a notice: to the people of the organizations that are affected, which are all where none is named. */
export function withDeclarationNotice(declared: EventDecision, act: Act): EventDecision {
  const { _id: id, kind, affectedOrganizationIds: ids } = declared.record;
  const isReal = kind === 'ACTUAL';
  return withNotice(
    declared,
    {
      subject: { type: CONTINUITY_EVENT, id },
      published: true,
      topic: isReal ? 'continuity_declared' : 'exercise_declared',
      audience: ids ? { kind: 'ORGANIZATIONS', ids } : { kind: 'ALL_LDCS' },
      severity: isReal ? 'CRITICAL' : 'INFO',
      mandatory: isReal,
      stepKey: 'DECLARED',
    },
    act,
  );
}
