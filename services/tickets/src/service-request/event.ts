import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { messageRules } from '@desk/kit/conversation/message';
import type { ClockFire } from '@desk/kit/time/clock';
import {
  changeDescriber,
  describeEvent,
  type Act,
  type EventWords,
  type NounDraft,
} from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { withNotice, type NoticeDraft } from '@desk/kit/write/notice';
import { SERVICE_REQUEST_EVENT_VERSION, type ServiceRequestEvents } from '@desk/schema/tickets/events';
import { announced } from '../sla/clock-view.ts';
import { APPROVING_ROLES } from './policy.ts';
import type { ServiceRequest, ServiceRequestClock } from './service-request.ts';

/** The noun as events and messages name it. */
export const SERVICE_REQUEST = 'SERVICE_REQUEST';

/** The draft of an event of a service request, and the decision of a rule. */
type RequestDraft = NounDraft<ServiceRequestEvents, typeof SERVICE_REQUEST>;
export type RequestDecision = Decision<ServiceRequest, RequestDraft | NoticeDraft>;

const WORDS: EventWords<ServiceRequest, ServiceRequestEvents, typeof SERVICE_REQUEST> = {
  noun: SERVICE_REQUEST,
  eventVersion: SERVICE_REQUEST_EVENT_VERSION,
  fields: {
    itemId: 'item',
    values: 'values',
    state: 'state',
    approvedBy: 'approvedBy',
    approvedAt: 'approvedAt',
    tasks: 'tasks',
    result: 'result',
    clocks: 'clocks',
    dueAt: 'dueAt',
    breached: 'breached',
    closesAt: 'closesAt',
    closedAt: 'closedAt',
  },
  coded: ['itemId', 'state'],
  match: { state: 'state', itemId: 'itemId' },
};

/** The decision that an act comes to: the new request, its event, and one event for each warning or breach that came with it. */
export const describeRequest = changeDescriber(WORDS, (before, after) =>
  announced(before.clocks, after.clocks).map(({ clock, fire }) => describeFire(after, clock, fire)),
);

/** A submission that also asks for a notice: to those of the organization who may approve it. */
export function withApprovalNotice(submitted: RequestDecision, act: Act): RequestDecision {
  const { _id: id, organizationId } = submitted.record;
  return withNotice(
    submitted,
    {
      subject: { type: SERVICE_REQUEST, id },
      topic: 'approval_needed',
      audience: { kind: 'ORGANIZATIONS', ids: [organizationId], roles: APPROVING_ROLES },
      severity: 'INFO',
      mandatory: false,
      stepKey: 'SUBMITTED',
    },
    act,
  );
}

/** Writes comments and internal notes about a service request. */
export const { writeComment, writeNote } = messageRules(WORDS, { comment: 'COMMENTED', note: 'NOTED' });

function describeFire(request: ServiceRequest, clock: ServiceRequestClock, { at, what }: ClockFire): RequestDraft {
  const event = { at, by: SYSTEM_ACTOR, background: true };
  if (what.kind === 'WARNING') {
    const data = { clock: clock.kind, percent: what.percent };
    return describeEvent(WORDS, [request], { kind: 'CLOCK_WARNED', changedFields: ['clocks'], data, ...event });
  }
  const data = { clock: clock.kind, cause: clock.breachCause ?? 'TIME' };
  const changedFields = ['clocks', 'breached'];
  return describeEvent(WORDS, [request], { kind: 'CLOCK_BREACHED', changedFields, data, ...event });
}
