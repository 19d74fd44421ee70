import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import { cancelClock, excludeClock, pauseClock, resumeClock, stopClock } from './clock.ts';
import type { CauseCategory, HoldReason, Impact, Priority, ResolutionCode, Urgency } from './generated/api.ts';
import {
  PAUSED_KINDS,
  answeredClocks,
  eachClock,
  eachClockWithRoom,
  reopenedClocks,
  retargeted,
  settled,
} from './incident-clocks.ts';
import { told, type Changes, type Telling } from './incident-event.ts';
import { checkLink, linkWaitedFor, recordNumber } from './incident-links.ts';
import { OPEN_STATES, TEXT_KIB_MAX, requireAction, type Act, type Incident, type IncidentLink } from './incident.ts';

const REFERENCE_CHARACTERS_MAX = 200;

/** What an assignment says. */
export interface AssignInput {
  assignmentGroupId: string;
  assigneeId?: string | null;
  categoryId?: string | null;
  impact?: Impact | null;
  urgency?: Urgency | null;
}

/** Gives an incident to a group and confirms its classification, which the first assignment must state. */
export function assignIncident(
  incident: Incident,
  input: AssignInput,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'ASSIGN', act);
  const categoryId = input.categoryId ?? incident.categoryId;
  check.require('input.categoryId', categoryId !== null, 'say what the incident is about.');
  if (incident.state === 'NEW') {
    check.require('input.impact', input.impact != null, 'confirm the impact.');
    check.require('input.urgency', input.urgency != null, 'confirm the urgency.');
  }
  check.done();
  const moved = incident.assignmentGroupId !== null && incident.assignmentGroupId !== input.assignmentGroupId;
  const classified = classify(incident, { impact: input.impact ?? null, urgency: input.urgency ?? null }, act);
  const assigned: Incident = {
    ...classified,
    state: 'ASSIGNED',
    categoryId,
    assignmentGroupId: input.assignmentGroupId,
    assigneeId: input.assigneeId ?? null,
    reassignmentCount: incident.reassignmentCount + (moved ? 1 : 0),
  };
  return told(incident, settled(assigned, act), 'ASSIGNED', act);
}

/** A public comment that an act carries: written with it or not at all. */
export interface CarriedComment {
  id: string;
  text: string;
}

/** Begins work. A public acknowledgement, given with it, is the first public answer. */
export function startIncident(
  incident: Incident,
  input: { assigneeId: string; acknowledgement: CarriedComment | null },
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'START', act);
  const { acknowledgement } = input;
  if (acknowledgement) check.body('input.acknowledgement', acknowledgement.text, TEXT_KIB_MAX);
  check.done();
  const clocks = acknowledgement ? answeredClocks(incident, act) : incident.clocks;
  const started: Incident = { ...incident, state: 'IN_PROGRESS', assigneeId: input.assigneeId, clocks };
  return told(incident, settled(started, act), 'STARTED', act, carrying(acknowledgement));
}

/** What a hold says. `until` is an instant by now, or undefined where it named none and the check has the reason. */
export interface HoldInput {
  reason: HoldReason;
  /** The public question to the customer. */
  question: CarriedComment | null;
  vendorReference?: string | null;
  /** The number of the record waited for. */
  waitsFor?: string | null;
  until: Date | null | undefined;
  customerWish?: boolean | null;
}

/** What belongs to each reason. The first field is needed; what belongs to other reasons is refused. */
const HOLD_FIELDS = {
  CUSTOMER: ['question'],
  CHANGE: ['waitsFor'],
  PROBLEM: ['waitsFor'],
  VENDOR: ['vendorReference'],
  SCHEDULED: ['until', 'customerWish'],
} as const satisfies Record<HoldReason, readonly (keyof HoldInput)[]>;

/** The kind of record that a reason waits for, by the prefix of its number. */
const WAITS_FOR: Partial<Record<HoldReason, string>> = { CHANGE: 'CHG', PROBLEM: 'PRB' };

/**
 * Lets an incident wait. Waiting for the customer, or until a date the customer wished, pauses the resolution clock. The
 * change or problem waited for is linked in the same write.
 */
export function holdIncident(
  incident: Incident,
  input: HoldInput,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'HOLD', act);
  const { reason } = input;
  const waitsFor = checkHold(input, act, check);
  const link = waitsFor === null ? null : linkWaitedFor(incident, waitsFor, check);
  check.done();
  const pausing = reason === 'CUSTOMER' || (reason === 'SCHEDULED' && input.customerWish === true);
  const clocks = reason === 'CUSTOMER' ? answeredClocks(incident, act) : incident.clocks;
  const held: Incident = {
    ...incident,
    state: 'ON_HOLD',
    hold: {
      reason,
      since: act.at,
      pausing,
      vendorReference: input.vendorReference?.trim() ?? null,
      waitsFor,
      until: input.until ?? null,
    },
    links: link ? [...incident.links, link] : incident.links,
    clocks: pausing
      ? eachClockWithRoom(clocks, act, (clock, calendar) => pauseClock(clock, calendar, act.at, reason), PAUSED_KINDS)
      : clocks,
  };
  const changes: Changes = { holdReason: [null, reason], ...(link ? { [link.kind]: [null, link.target] } : {}) };
  return told(incident, settled(held, act), 'HELD', act, { changes, ...carrying(input.question) });
}

/** Notes what is missing and what does not belong. Gives back the number of the record waited for; null without one. */
function checkHold(input: HoldInput, act: Act, check: InputCheck): string | null {
  const { reason } = input;
  for (const field of new Set(Object.values(HOLD_FIELDS).flat())) {
    const owners = (Object.keys(HOLD_FIELDS) as HoldReason[]).filter((each) => isFieldOf(each, field));
    const belongs = input[field] == null || isFieldOf(reason, field);
    check.require(`input.${field}`, belongs, `belongs to ${owners.join(' and ')} only.`);
  }
  if (reason === 'CUSTOMER') check.body('input.question', input.question?.text, TEXT_KIB_MAX);
  if (reason === 'VENDOR') check.line('input.vendorReference', input.vendorReference, REFERENCE_CHARACTERS_MAX);
  if (reason === 'SCHEDULED' && input.until !== undefined) {
    const isAhead = input.until !== null && input.until > act.at;
    check.require('input.until', isAhead, 'give an instant that is still to come.');
  }
  const prefix = WAITS_FOR[reason];
  return prefix ? recordNumber(input.waitsFor ?? '', [prefix], 'input.waitsFor', check) : null;
}

function isFieldOf(reason: HoldReason, field: keyof HoldInput): boolean {
  return (HOLD_FIELDS[reason] as readonly (keyof HoldInput)[]).includes(field);
}

/** Goes on with an incident that waited. */
export function resumeIncident(incident: Incident, act: Act): Decision<Incident> {
  requireAction(incident, 'RESUME', act);
  return told(incident, settled(resumed(incident, 'RESUMED', act), act), 'RESUMED', act);
}

/** What a solution says. */
export interface ResolveInput {
  code: ResolutionCode;
  text: string;
  cause: CauseCategory;
  serviceId?: string | null;
  /** The incident that covers it, with DUPLICATE. */
  duplicateOf: Pick<IncidentLink, 'target' | 'targetId'> | null;
}

/** Gives the solution. Stops the clocks; those of a duplicate are not counted, and it is linked to the incident that covers it. */
export function resolveIncident(
  incident: Incident,
  input: ResolveInput,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'RESOLVE', act);
  const text = check.body('input.text', input.text, TEXT_KIB_MAX);
  const duplicate = input.code === 'DUPLICATE';
  check.require(
    'input.duplicateOf',
    duplicate === (input.duplicateOf !== null),
    duplicate ? 'name the incident that covers it.' : 'belongs to DUPLICATE only.',
  );
  const link: IncidentLink | null = input.duplicateOf && { kind: 'DUPLICATE_OF', ...input.duplicateOf };
  if (link) checkLink(incident, link, { kind: 'input.code', target: 'input.duplicateOf' }, check);
  check.done();
  const end = duplicate ? excludeClock : stopClock;
  const resolved: Incident = {
    ...incident,
    state: 'RESOLVED',
    hold: null,
    serviceId: input.serviceId ?? incident.serviceId,
    resolution: { code: input.code, text, cause: input.cause },
    resolvedAt: act.at,
    closesAt: act.sla.closesAt(act.at),
    links: link ? [...incident.links, link] : incident.links,
    clocks: eachClock(incident.clocks, act, (clock, calendar) =>
      end(clock, calendar, act.at, duplicate ? 'DUPLICATE' : 'RESOLVED'),
    ),
  };
  return told(incident, settled(resolved, act), 'RESOLVED', act, {
    changes: { resolutionCode: [null, input.code] },
    personal: { remark: text },
  });
}

/** Says that the solution did not hold. The resolution clock goes on with what is left of its budget. */
export function reopenIncident(incident: Incident, reason: string, act: Act): Decision<Incident> {
  requireAction(incident, 'REOPEN', act);
  const check = new InputCheck();
  const remark = check.body('input.reason', reason, TEXT_KIB_MAX);
  check.done();
  const reopened: Incident = {
    ...incident,
    state: 'IN_PROGRESS',
    resolution: null,
    resolvedAt: null,
    closesAt: null,
    reopenCount: incident.reopenCount + 1,
    links: incident.links.filter((link) => link.kind !== 'DUPLICATE_OF'),
    clocks: reopenedClocks(incident, act),
  };
  return told(incident, settled(reopened, act), 'REOPENED', act, { personal: { remark } });
}

/** Accepts the solution. */
export function closeIncident(incident: Incident, act: Act): Decision<Incident> {
  requireAction(incident, 'CLOSE', act);
  return closed(incident, act);
}

/** Withdraws an incident. Its open clocks are not counted. */
export function cancelIncident(incident: Incident, reason: string, act: Act): Decision<Incident> {
  requireAction(incident, 'CANCEL', act);
  const check = new InputCheck();
  const remark = check.body('input.reason', reason, TEXT_KIB_MAX);
  check.done();
  const cancelled: Incident = {
    ...incident,
    state: 'CANCELLED',
    hold: null,
    closedAt: act.at,
    clocks: eachClock(incident.clocks, act, (clock, calendar) => cancelClock(clock, calendar, act.at, 'CANCELLED')),
  };
  return told(incident, settled(cancelled, act), 'CANCELLED', act, { personal: { remark } });
}

/** A new classification. What is null stays; `priority` undefined stays, null clears what was set by hand. */
export interface ReclassifyInput {
  impact: Impact | null;
  urgency: Urgency | null;
  serviceId?: string | null;
  priority?: Priority | null | undefined;
  reason?: string | null;
}

/** Changes the classification, and with it the targets, by the rule of retargetClock. */
export function reclassifyIncident(
  incident: Incident,
  input: ReclassifyInput,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'RECLASSIFY', act);
  const { impact, urgency, serviceId, priority } = input;
  const isEmpty = impact === null && urgency === null && serviceId == null && priority === undefined;
  check.require('input', !isEmpty, 'say what changes: impact, urgency, serviceId or priority.');
  const reason = priority || input.reason != null ? check.body('input.reason', input.reason, TEXT_KIB_MAX) : null;
  check.done();
  const classified = classify(
    { ...incident, serviceId: input.serviceId ?? incident.serviceId },
    { ...input, reason },
    act,
  );
  return told(incident, settled(classified, act), 'RECLASSIFIED', act, reason ? { personal: { remark: reason } } : {});
}

/**
 * What a public comment does to its incident: an answer of the SME stops the response clock and begins a new update
 * interval; one of the customer ends a wait that stops the customer's clock. Null when it does nothing.
 */
export function answerIncident(incident: Incident, fromSme: boolean, act: Act): Decision<Incident> | null {
  if (!OPEN_STATES.includes(incident.state)) return null;
  if (!fromSme)
    return incident.hold?.pausing && incident.hold.since <= act.at
      ? told(incident, settled(resumed(incident, 'REPLY', act), act), 'RESUMED', act)
      : null;
  const clocks = answeredClocks(incident, act);
  const unchanged = clocks.every((clock, index) => clock === incident.clocks[index]);
  return unchanged ? null : told(incident, settled({ ...incident, clocks }, act), 'ANSWERED', act);
}

/** Impact, urgency or a hand-set priority changed: the priority follows, and open clocks move to its targets. */
function classify(
  incident: Incident,
  input: {
    impact: Impact | null;
    urgency: Urgency | null;
    priority?: Priority | null | undefined;
    reason?: string | null;
  },
  act: Act,
): Incident {
  const impact = input.impact ?? incident.impact;
  const urgency = input.urgency ?? incident.urgency;
  const computed = act.sla.priorityOf(impact, urgency, incident.environment);
  const kept = incident.priorityOverride && { priority: incident.priority, reason: incident.priorityOverride.reason };
  const override =
    input.priority === undefined ? kept : input.priority && { priority: input.priority, reason: input.reason ?? '' };
  const priority = override ? override.priority : computed;
  const classified = {
    ...incident,
    impact,
    urgency,
    priority,
    priorityOverride: override && { computed, reason: override.reason },
  };
  return priority === incident.priority ? classified : { ...classified, clocks: retargeted(incident, priority, act) };
}

/** The event of an act carries its comment's text to the log, from where the comment is written should we crash before. */
function carrying(comment: CarriedComment | null): Telling {
  return comment ? { data: { commentId: comment.id }, personal: { comment: comment.text.trim() } } : {};
}

/** An incident on which work goes on. `cause` is told by the clocks' ledgers. */
export function resumed(incident: Incident, cause: string, act: Act): Incident {
  const clocks = eachClock(incident.clocks, act, (clock, calendar) => resumeClock(clock, calendar, act.at, cause));
  return { ...incident, state: 'IN_PROGRESS', hold: null, clocks };
}

/** An incident that ends for good: accepted, or by itself. */
export function closed(incident: Incident, act: Act): Decision<Incident> {
  return told(incident, settled({ ...incident, state: 'CLOSED', closedAt: act.at }, act), 'CLOSED', act);
}
