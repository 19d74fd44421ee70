import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { messageRules } from '@desk/kit/conversation/message';
import type { ClockFire } from '@desk/kit/time/clock';
import {
  changeDescriber,
  describeEvent,
  type EventWords,
  type NounDraft,
  type Told,
} from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { TICKETS_EVENT_VERSION, type TicketsEvents } from '@desk/schema/tickets/events';
import type { IncidentEventKind } from '../generated/api.ts';
import { announced } from '../sla/clock-view.ts';
import type { IncidentClock } from '../sla/sla.ts';
import type { Incident } from './incident.ts';

/** The draft of an event of an incident, and the decision of a rule. */
export type IncidentDraft = NounDraft<TicketsEvents, typeof INCIDENT>;
export type IncidentDecision = Decision<Incident, IncidentDraft>;
/** The parts of a change's event that the records do not show. */
export type IncidentTold<Kind extends IncidentEventKind> = Told<TicketsEvents, typeof INCIDENT, Kind>;

/** The noun as events and messages name it. */
export const INCIDENT = 'INCIDENT';

const WORDS: EventWords<Incident, TicketsEvents, typeof INCIDENT> = {
  noun: INCIDENT,
  eventVersion: TICKETS_EVENT_VERSION,
  fields: {
    title: 'title',
    description: 'description',
    serviceId: 'service',
    categoryId: 'category',
    environment: 'environment',
    impact: 'impact',
    urgency: 'urgency',
    priority: 'priority',
    priorityOverride: 'priorityOverride',
    state: 'state',
    hold: 'hold',
    assignmentGroupId: 'assignmentGroup',
    assigneeId: 'assignee',
    contacts: 'contacts',
    clocks: 'clocks',
    breached: 'breached',
    dueAt: 'dueAt',
    resolution: 'resolution',
    resolvedAt: 'resolvedAt',
    closesAt: 'closesAt',
    closedAt: 'closedAt',
    reopenCount: 'reopenCount',
    reassignmentCount: 'reassignmentCount',
    links: 'links',
  },
  coded: ['serviceId', 'categoryId', 'impact', 'urgency', 'priority', 'state', 'assignmentGroupId', 'assigneeId'],
  match: { priority: 'priority' },
};

/** The decision that an act comes to: the new incident, its event, and one event for each warning or breach that came with it. */
export const describeChange = changeDescriber(WORDS, (before, after) =>
  announced(before.clocks, after.clocks).map(({ clock, fire }) => describeFire(after, clock, fire)),
);

/** Writes comments and internal notes about an incident. */
export const { writeComment, writeNote } = messageRules(WORDS, { comment: 'COMMENTED', note: 'NOTED' });

function describeFire(incident: Incident, clock: IncidentClock, { at, what }: ClockFire): IncidentDraft {
  const event = { at, by: SYSTEM_ACTOR, background: true };
  if (what.kind === 'WARNING') {
    const data = { clock: clock.kind, percent: what.percent };
    return describeEvent(WORDS, [incident], { kind: 'CLOCK_WARNED', changedFields: ['clocks'], data, ...event });
  }
  const data = { clock: clock.kind, cause: clock.breachCause ?? 'TIME' };
  const changedFields = ['clocks', 'breached'];
  return describeEvent(WORDS, [incident], { kind: 'CLOCK_BREACHED', changedFields, data, ...event });
}
