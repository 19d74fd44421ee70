import { messageRules } from '@desk/kit/conversation/message';
import { changeDescriber, type Act, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { withNotice, type NoticeDraft } from '@desk/kit/write/notice';
import { CHANGES_EVENT_VERSION, type ChangesEvents } from '@desk/schema/changes/events';
import type { Change } from './change.ts';

/** The noun as events and messages name it. */
export const CHANGE = 'CHANGE';

/** The decision of a rule. */
export type ChangeDecision = Decision<Change, NounDraft<ChangesEvents, typeof CHANGE> | NoticeDraft>;

const WORDS: EventWords<Change, ChangesEvents, typeof CHANGE> = {
  noun: CHANGE,
  eventVersion: CHANGES_EVENT_VERSION,
  fields: {
    title: 'title',
    reason: 'reason',
    benefit: 'benefit',
    serviceIds: 'services',
    state: 'state',
    type: 'type',
    templateId: 'template',
    environment: 'environment',
    riskAnswer: 'riskAnswer',
    risk: 'risk',
    plan: 'plan',
    plannedStart: 'plannedStart',
    plannedEnd: 'plannedEnd',
    outage: 'outage',
    ldcActionNeeded: 'ldcActionNeeded',
    notice: 'notice',
    actualStart: 'actualStart',
    actualEnd: 'actualEnd',
    result: 'result',
    review: 'review',
    publishedAt: 'publishedAt',
    closedAt: 'closedAt',
  },
  coded: ['state', 'type', 'templateId', 'environment', 'riskAnswer', 'risk', 'result'],
  match: { state: 'state', type: 'type', risk: 'risk', serviceId: 'serviceIds' },
  isPublished: ({ publishedAt }) => publishedAt !== null,
};

/** The decision that an act comes to: the new change, and its event. */
export const describeChange = changeDescriber(WORDS);

/** Writes comments and internal notes about a change. */
export const { writeComment, writeNote } = messageRules(WORDS, { comment: 'COMMENTED', note: 'NOTED' });

/** A publication that also asks for a notice to the people of every distributor. */
export function withPublicationNotice(published: ChangeDecision, act: Act): ChangeDecision {
  const { _id: id, type } = published.record;
  return withNotice(
    published,
    {
      subject: { type: CHANGE, id },
      published: true,
      topic: 'change_published',
      audience: { kind: 'ALL_LDCS' },
      severity: type === 'EMERGENCY' ? 'CRITICAL' : 'INFO',
      mandatory: false,
      stepKey: 'PUBLISHED',
    },
    act,
  );
}
