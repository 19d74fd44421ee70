import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/journal';
import { cancelClock, excludeClock, pauseClock, resumeClock, stopClock } from './clock.ts';
import type {
  CauseCategory,
  HoldReason,
  Impact,
  IncidentLinkKind,
  Priority,
  ResolutionCode,
  Urgency,
} from './generated/api.ts';
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
import {
  LINKS_MAX,
  OPEN_STATES,
  TEXT_KIB_MAX,
  requireAction,
  type Act,
  type Incident,
  type IncidentLink,
} from './incident.ts';

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
export function assignIncident(incident: Incident, input: AssignInput, act: Act): Decision<Incident> {
  requireAction(incident, 'ASSIGN', act);
  const categoryId = input.categoryId ?? incident.categoryId;
  const check = new InputCheck();
  check.require('input.categoryId', categoryId !== null, 'say what the incident is about.');
  if (incident.state === 'NEW') {
    check.require('input.impact', Boolean(input.impact), 'confirm the impact.');
    check.require('input.urgency', Boolean(input.urgency), 'confirm the urgency.');
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
): Decision<Incident> {
  requireAction(incident, 'START', act);
  const { acknowledgement } = input;
  const check = new InputCheck();
  if (acknowledgement) check.body('input.acknowledgement', acknowledgement.text, TEXT_KIB_MAX);
  check.done();
  const clocks = acknowledgement ? answeredClocks(incident, act) : incident.clocks;
  const started: Incident = { ...incident, state: 'IN_PROGRESS', assigneeId: input.assigneeId, clocks };
  return told(incident, settled(started, act), 'STARTED', act, carrying(acknowledgement));
}

/** What a hold says. `until` is an instant by now. */
export interface HoldInput {
  reason: HoldReason;
  /** The public question to the customer, with CUSTOMER. */
  question: CarriedComment | null;
  vendorReference?: string | null;
  waitsFor?: string | null;
  until: Date | null;
  customerWish?: boolean | null;
}

/** Lets an incident wait. Waiting for the customer, or until a date the customer wished, pauses the resolution clock. */
export function holdIncident(incident: Incident, input: HoldInput, act: Act): Decision<Incident> {
  requireAction(incident, 'HOLD', act);
  const { reason } = input;
  const check = new InputCheck();
  if (reason === 'CUSTOMER') check.body('input.question', input.question?.text, TEXT_KIB_MAX);
  else check.require('input.question', input.question === null, 'belongs to CUSTOMER only.');
  if (reason === 'VENDOR') check.line('input.vendorReference', input.vendorReference, REFERENCE_CHARACTERS_MAX);
  if (reason === 'CHANGE' || reason === 'PROBLEM')
    check.line('input.waitsFor', input.waitsFor, REFERENCE_CHARACTERS_MAX);
  if (reason === 'SCHEDULED') {
    check.require(
      'input.until',
      input.until !== null && input.until > act.at,
      'give an instant that is still to come.',
    );
  }
  check.require('input.customerWish', !input.customerWish || reason === 'SCHEDULED', 'belongs to SCHEDULED only.');
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
      vendorReference: reason === 'VENDOR' ? (input.vendorReference?.trim() ?? null) : null,
      waitsFor: reason === 'CHANGE' || reason === 'PROBLEM' ? (input.waitsFor?.trim() ?? null) : null,
      until: reason === 'SCHEDULED' ? input.until : null,
    },
    clocks: pausing
      ? eachClockWithRoom(clocks, act, (clock, calendar) => pauseClock(clock, calendar, act.at, reason), PAUSED_KINDS)
      : clocks,
  };
  const changes: Changes = { holdReason: [null, reason] };
  return told(incident, settled(held, act), 'HELD', act, { changes, ...carrying(input.question) });
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
  duplicateOf: { target: string; targetId: string } | null;
}

/** Gives the solution. Stops the clocks; those of a duplicate are not counted. */
export function resolveIncident(incident: Incident, input: ResolveInput, act: Act): Decision<Incident> {
  requireAction(incident, 'RESOLVE', act);
  const check = new InputCheck();
  const text = check.body('input.text', input.text, TEXT_KIB_MAX);
  const duplicate = input.code === 'DUPLICATE';
  check.require(
    'input.duplicateOf',
    duplicate === (input.duplicateOf !== null),
    duplicate ? 'name the incident that covers it.' : 'belongs to DUPLICATE only.',
  );
  check.done();
  const end = duplicate ? excludeClock : stopClock;
  const links = input.duplicateOf
    ? withLink(incident.links, { kind: 'DUPLICATE_OF', ...input.duplicateOf })
    : incident.links;
  const resolved: Incident = {
    ...incident,
    state: 'RESOLVED',
    hold: null,
    serviceId: input.serviceId ?? incident.serviceId,
    resolution: { code: input.code, text, cause: input.cause },
    resolvedAt: act.at,
    closesAt: act.sla.closesAt(act.at),
    links,
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
export function reclassifyIncident(incident: Incident, input: ReclassifyInput, act: Act): Decision<Incident> {
  requireAction(incident, 'RECLASSIFY', act);
  const check = new InputCheck();
  const reason = input.priority || input.reason ? check.body('input.reason', input.reason, TEXT_KIB_MAX) : null;
  check.done();
  const classified = classify(
    { ...incident, serviceId: input.serviceId ?? incident.serviceId },
    { ...input, reason },
    act,
  );
  return told(incident, settled(classified, act), 'RECLASSIFIED', act, reason ? { personal: { remark: reason } } : {});
}

/** Adds a link. Refuses one that is there already, a second parent, and a link to itself. */
export function linkIncident(incident: Incident, link: IncidentLink, act: Act): Decision<Incident> {
  requireAction(incident, 'LINK', act);
  const check = new InputCheck();
  check.require('input.target', link.targetId !== incident._id, 'an incident cannot be linked to itself.');
  check.require('input.target', !incident.links.some((known) => sameLink(known, link)), 'this link is there already.');
  check.require(
    'input.kind',
    !(ONE_ONLY.has(link.kind) && incident.links.some((known) => known.kind === link.kind)),
    'an incident has at most one such link.',
  );
  check.require('input.target', incident.links.length < LINKS_MAX, `an incident has at most ${LINKS_MAX} links.`);
  check.done();
  const linked = { ...incident, links: withLink(incident.links, link) };
  return told(incident, settled(linked, act), 'LINKED', act, { changes: { [link.kind]: [null, link.target] } });
}

/** Takes a link away. Refuses when there is no such link. */
export function unlinkIncident(incident: Incident, link: IncidentLink, act: Act): Decision<Incident> {
  requireAction(incident, 'LINK', act);
  const links = incident.links.filter((known) => !sameLink(known, link));
  const check = new InputCheck();
  check.require('input.target', links.length < incident.links.length, 'there is no such link.');
  check.done();
  return told(incident, settled({ ...incident, links }, act), 'UNLINKED', act, {
    changes: { [link.kind]: [link.target, null] },
  });
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

const ONE_ONLY: ReadonlySet<IncidentLinkKind> = new Set(['CHILD_OF', 'DUPLICATE_OF', 'FOLLOW_UP_OF']);

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

function withLink(links: readonly IncidentLink[], link: IncidentLink): IncidentLink[] {
  return links.some((known) => sameLink(known, link)) ? [...links] : [...links, link];
}

function sameLink(a: IncidentLink, b: IncidentLink): boolean {
  return a.kind === b.kind && a.target === b.target;
}
