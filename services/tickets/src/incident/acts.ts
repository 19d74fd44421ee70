import { cancelClock, excludeClock, pauseClock, resumeClock, stopClock } from '@desk/kit/time/clock';
import type { CarriedComment } from '@desk/kit/conversation/message';
import { forbidden } from '@desk/kit/write/request';
import type { Changes } from '@desk/kit/write/describe-change';
import {
  IncidentHoldReason,
  type CauseCategory,
  type Impact,
  type IncidentResolutionCode,
  type Priority,
  type Urgency,
} from '../generated/api.ts';
import type { IncidentClock } from '../sla/sla.ts';
import { requireAction } from './actions.ts';
import {
  PAUSED_KINDS,
  answeredClocks,
  rebasedClocks,
  reopenedClocks,
  retargetedClocks,
  stepClocks,
  withDerivedFields,
  withLedgerRoom,
} from './clocks.ts';
import { describeChange, type IncidentDecision } from './event.ts';
import { OPEN_STATES, TEXT_KIB_MAX, type Incident, type IncidentActContext, type IncidentLink } from './incident.ts';
import { mayRebaseClocks } from './policy.ts';
import { checkLink, linkWaitedFor, recordNumber } from './links.ts';

/** An assignment. */
export interface AssignInput {
  assignmentGroupId: string;
  assigneeId?: string | null;
  categoryId?: string | null;
  impact?: Impact | null;
  urgency?: Urgency | null;
}

/** Gives an incident to a group and confirms its classification, which the first assignment must state. */
export function assignIncident(incident: Incident, input: AssignInput, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'ASSIGN', act);
  const { check } = act;
  const { assignmentGroupId, assigneeId = null, impact = null, urgency = null } = input;
  const categoryId = input.categoryId ?? incident.categoryId;
  const missing = (field: string) => ({
    code: 'REQUIRED' as const,
    message: `must be given with the first assignment: it confirms the ${field}.`,
  });
  check.require('input.categoryId', categoryId !== null, missing('category'));
  if (incident.state === 'NEW') {
    check.require('input.impact', impact !== null, missing('impact'));
    check.require('input.urgency', urgency !== null, missing('urgency'));
  }
  check.done();
  const moved = incident.assignmentGroupId !== null && incident.assignmentGroupId !== assignmentGroupId;
  const assigned: Incident = {
    ...classified(incident, { impact, urgency }, act),
    state: 'ASSIGNED',
    categoryId,
    assignmentGroupId,
    assigneeId,
    reassignmentCount: incident.reassignmentCount + (moved ? 1 : 0),
  };
  return describeChange(incident, withDerivedFields(assigned, act), { kind: 'ASSIGNED', act });
}

/** The person who begins, and the acknowledgement that goes with it. */
export interface StartInput {
  assigneeId: string;
  acknowledgement: CarriedComment | null;
}

/** Begins work. A public acknowledgement, given with it, is the first public answer. */
export function startIncident(
  incident: Incident,
  { assigneeId, acknowledgement }: StartInput,
  act: IncidentActContext,
): IncidentDecision {
  requireAction(incident, 'START', act);
  if (acknowledgement) act.check.body('input.acknowledgement', acknowledgement.text, TEXT_KIB_MAX);
  act.check.done();
  const clocks = acknowledgement ? answeredClocks(incident, act) : incident.clocks;
  const started = withDerivedFields({ ...incident, state: 'IN_PROGRESS', assigneeId, clocks }, act);
  return describeChange(incident, started, { kind: 'STARTED', act, ...carrying(acknowledgement) });
}

/** A hold. `until` is an instant, or undefined where the client named none and the check has the reason. */
export interface HoldInput {
  reason: IncidentHoldReason;
  /** The public question to the customer. */
  question: CarriedComment | null;
  vendorReference?: string | null;
  /** The number of the record waited for. */
  waitsFor?: string | null;
  until: Date | null | undefined;
  customerWish?: boolean | null;
}

/** The fields that apply to each reason. The first is needed; a field of another reason is refused. */
const HOLD_FIELDS = {
  CUSTOMER: ['question'],
  CHANGE: ['waitsFor'],
  PROBLEM: ['waitsFor'],
  VENDOR: ['vendorReference'],
  SCHEDULED: ['until', 'customerWish'],
} as const satisfies Record<IncidentHoldReason, readonly (keyof HoldInput)[]>;

/** The kind of record that a reason waits for, by the prefix of its number. */
const WAITS_FOR: Partial<Record<IncidentHoldReason, string>> = { CHANGE: 'CHG', PROBLEM: 'PRB' };

const REFERENCE_CHARACTERS_MAX = 200;

/**
 * Lets an incident wait. A wait for the customer, or until a date that the customer wished, pauses the resolution clock. The change or
 * problem waited for is linked in the same write.
 */
export function holdIncident(incident: Incident, input: HoldInput, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'HOLD', act);
  const { reason, question } = input;
  const waitsFor = checkHold(input, act);
  const link = waitsFor === null ? null : linkWaitedFor(incident, waitsFor, act.check);
  act.check.done();
  const pausing = reason === 'CUSTOMER' || (reason === 'SCHEDULED' && input.customerWish === true);
  const clocks = reason === 'CUSTOMER' ? answeredClocks(incident, act) : incident.clocks;
  const pause = () => stepClocks(clocks, pauseClock, { act, cause: reason, kinds: PAUSED_KINDS });
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
    clocks: pausing ? withLedgerRoom(pause) : clocks,
  };
  const changes: Changes = { holdReason: [null, reason], ...(link ? { [link.kind]: [null, link.target] } : {}) };
  return describeChange(incident, withDerivedFields(held, act), { kind: 'HELD', act, changes, ...carrying(question) });
}

/** Notes missing fields, and fields of other reasons. Gives back the number of the record waited for; null without one. */
function checkHold(input: HoldInput, { at, check }: IncidentActContext): string | null {
  const { reason, until } = input;
  for (const field of new Set(Object.values(HOLD_FIELDS).flat())) {
    const only = Object.values(IncidentHoldReason).filter((each) => isFieldOf(each, field));
    const message = `applies to ${only.join(' and ')} only.`;
    const fits = input[field] == null || isFieldOf(reason, field);
    check.require(`input.${field}`, fits, { code: 'NOT_APPLICABLE', args: { only }, message });
  }
  if (reason === 'CUSTOMER') check.body('input.question', input.question?.text, TEXT_KIB_MAX);
  if (reason === 'VENDOR') check.line('input.vendorReference', input.vendorReference, REFERENCE_CHARACTERS_MAX);
  if (reason === 'SCHEDULED' && until !== undefined) {
    const message = 'must be an instant that is still to come.';
    const code = until === null ? 'REQUIRED' : 'NOT_IN_FUTURE';
    check.require('input.until', until !== null && until > at, { code, message });
  }
  const prefix = WAITS_FOR[reason];
  return prefix ? recordNumber(input.waitsFor ?? '', [prefix], { check, path: 'input.waitsFor' }) : null;
}

function isFieldOf(reason: IncidentHoldReason, field: keyof HoldInput): boolean {
  return (HOLD_FIELDS[reason] as readonly (keyof HoldInput)[]).includes(field);
}

/** Goes on with an incident that waited. */
export function resumeIncident(incident: Incident, _input: object, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'RESUME', act);
  return describeChange(incident, resumedIncident(incident, { act, cause: 'RESUMED' }), { kind: 'RESUMED', act });
}

/** A solution. */
export interface ResolveInput {
  code: IncidentResolutionCode;
  text: string;
  cause: CauseCategory;
  serviceId?: string | null;
  /** The incident that covers it, with DUPLICATE. */
  duplicateOf: Pick<IncidentLink, 'target' | 'targetId'> | null;
}

/** Gives the solution. Stops the clocks; those of a duplicate are not counted, and it is linked to the incident that covers it. */
export function resolveIncident(incident: Incident, input: ResolveInput, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'RESOLVE', act);
  const { at, check } = act;
  const { code, cause, duplicateOf } = input;
  const text = check.body('input.text', input.text, TEXT_KIB_MAX);
  const isDuplicate = code === 'DUPLICATE';
  if (isDuplicate && duplicateOf === null)
    check.problem('input.duplicateOf', { code: 'REQUIRED', message: 'must name the incident that covers it.' });
  if (!isDuplicate && duplicateOf !== null) {
    const only = ['DUPLICATE'];
    check.problem('input.duplicateOf', {
      code: 'NOT_APPLICABLE',
      args: { only },
      message: 'applies to DUPLICATE only.',
    });
  }
  const link: IncidentLink | null = duplicateOf && { kind: 'DUPLICATE_OF', ...duplicateOf };
  if (link) checkLink(incident, link, { check, kindPath: 'input.code', targetPath: 'input.duplicateOf' });
  check.done();
  const resolved: Incident = {
    ...incident,
    state: 'RESOLVED',
    hold: null,
    serviceId: input.serviceId ?? incident.serviceId,
    resolution: { code, text, cause },
    resolvedAt: at,
    closesAt: act.sla.closesAt(at),
    links: link ? [...incident.links, link] : incident.links,
    clocks: isDuplicate
      ? stepClocks(incident.clocks, excludeClock, { act, cause: 'DUPLICATE' })
      : stepClocks(incident.clocks, stopClock, { act, cause: 'RESOLVED' }),
  };
  return describeChange(incident, withDerivedFields(resolved, act), {
    kind: 'RESOLVED',
    act,
    changes: { resolutionCode: [null, code] },
    personal: { remark: text },
  });
}

/** The reason of an act. */
export interface ReasonInput {
  reason: string;
}

/** Reopens an incident whose solution did not hold. The resolution clock goes on with the rest of its budget. */
export function reopenIncident(incident: Incident, { reason }: ReasonInput, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'REOPEN', act);
  const remark = act.check.body('input.reason', reason, TEXT_KIB_MAX);
  act.check.done();
  const reopened: Incident = {
    ...incident,
    state: 'IN_PROGRESS',
    resolution: null,
    resolvedAt: null,
    closesAt: null,
    reopenCount: incident.reopenCount + 1,
    links: incident.links.filter(({ kind }) => kind !== 'DUPLICATE_OF'),
    clocks: reopenedClocks(incident, act),
  };
  return describeChange(incident, withDerivedFields(reopened, act), {
    kind: 'REOPENED',
    act,
    changes: { resolutionCode: [incident.resolution?.code ?? null, null] },
    personal: { remark },
  });
}

/** Accepts the solution. */
export function closeIncident(incident: Incident, _input: object, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'CLOSE', act);
  return describeChange(incident, closedIncident(incident, act), { kind: 'CLOSED', act });
}

/** Withdraws an incident. Its open clocks are not counted. */
export function cancelIncident(incident: Incident, { reason }: ReasonInput, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'CANCEL', act);
  const remark = act.check.body('input.reason', reason, TEXT_KIB_MAX);
  act.check.done();
  const cancelled: Incident = {
    ...incident,
    state: 'CANCELLED',
    hold: null,
    closedAt: act.at,
    clocks: stepClocks(incident.clocks, cancelClock, { act, cause: 'CANCELLED' }),
  };
  return describeChange(incident, withDerivedFields(cancelled, act), { kind: 'CANCELLED', act, personal: { remark } });
}

/** A new classification. A field that is null or left out stays; a `priority` of null clears one that was set by hand. */
export interface ReclassifyInput {
  impact?: Impact | null;
  urgency?: Urgency | null;
  serviceId?: string | null;
  priority?: Priority | null;
  reason?: string | null;
}

/** Changes the classification, and with it the targets, by the rule of retargetClock. */
export function reclassifyIncident(
  incident: Incident,
  input: ReclassifyInput,
  act: IncidentActContext,
): IncidentDecision {
  requireAction(incident, 'RECLASSIFY', act);
  const { impact = null, urgency = null, serviceId = null, priority } = input;
  const changes = impact !== null || urgency !== null || serviceId !== null || priority !== undefined;
  const of = ['impact', 'urgency', 'serviceId', 'priority'];
  act.check.require('input', changes, {
    code: 'NOTHING_CHANGES',
    args: { of },
    message: `must change at least one of ${of.join(', ')}.`,
  });
  const remark = priority || input.reason != null ? act.check.body('input.reason', input.reason, TEXT_KIB_MAX) : null;
  act.check.done();
  const record = classified(
    { ...incident, serviceId: serviceId ?? incident.serviceId },
    { impact, urgency, priority, reason: remark },
    act,
  );
  return describeChange(incident, withDerivedFields(record, act), {
    kind: 'RECLASSIFIED',
    act,
    ...(remark ? { personal: { remark } } : {}),
  });
}

/** Moves open clocks to the newest version of their policy. Null where there is none to move. Refuses FORBIDDEN, BAD_USER_INPUT. */
export function rebaseIncidentClocks(
  incident: Incident,
  { reason }: ReasonInput,
  act: IncidentActContext,
): IncidentDecision | null {
  if (act.viewer && !mayRebaseClocks(act.viewer))
    throw forbidden('Only an SME_ADMIN may move clocks to another agreement.');
  const remark = act.check.body('input.reason', reason, TEXT_KIB_MAX);
  act.check.done();
  const clocks = rebasedClocks(incident, act);
  const moves = clocks.flatMap((clock, index) => {
    const before = incident.clocks[index];
    return before && before !== clock ? [[clock.kind, [dueText(before), dueText(clock)]] as const] : [];
  });
  if (!moves.length) return null;
  return describeChange(incident, withDerivedFields({ ...incident, clocks }, act), {
    kind: 'CLOCKS_REBASED',
    act,
    changes: Object.fromEntries(moves),
    personal: { remark },
  });
}

function dueText({ dueAt }: IncidentClock): string | null {
  return dueAt && dueAt.toISOString();
}

/**
 * Applies a public comment to its incident. An answer of the SME stops the response clock and begins a new update interval; a reply of
 * the customer ends a wait that stops the customer's clock. Null when the comment changes nothing.
 */
export function answerIncident(
  incident: Incident,
  { fromStaff }: { fromStaff: boolean },
  act: IncidentActContext,
): IncidentDecision | null {
  if (!OPEN_STATES.includes(incident.state)) return null;
  if (!fromStaff) {
    const endsWait = incident.hold?.pausing && incident.hold.since <= act.at;
    if (!endsWait) return null;
    return describeChange(incident, resumedIncident(incident, { act, cause: 'REPLY' }), { kind: 'RESUMED', act });
  }
  const clocks = answeredClocks(incident, act);
  if (clocks.every((clock, index) => clock === incident.clocks[index])) return null;
  // It moves clocks only, so it makes no version stale that an agent decided on.
  const told = { kind: 'ANSWERED', act, background: true } as const;
  return describeChange(incident, withDerivedFields({ ...incident, clocks }, act), told);
}

/** Impact, urgency or a hand-set priority changed: the priority follows, and open clocks move to its targets. */
function classified(
  incident: Incident,
  input: {
    impact: Impact | null;
    urgency: Urgency | null;
    priority?: Priority | null | undefined;
    reason?: string | null;
  },
  act: IncidentActContext,
): Incident {
  const impact = input.impact ?? incident.impact;
  const urgency = input.urgency ?? incident.urgency;
  const computed = act.sla.priorityOf({ impact, urgency, environment: incident.environment });
  const kept = incident.priorityOverride && { priority: incident.priority, reason: incident.priorityOverride.reason };
  const override =
    input.priority === undefined ? kept : input.priority && { priority: input.priority, reason: input.reason ?? '' };
  const priority = override ? override.priority : computed;
  return {
    ...incident,
    impact,
    urgency,
    priority,
    priorityOverride: override && { computed, reason: override.reason },
    clocks: priority === incident.priority ? incident.clocks : retargetedClocks(incident, priority, act),
  };
}

/** The event of an act carries its comment's text to the log; should the process end before, the comment is written from there. */
function carrying(comment: CarriedComment | null): { data?: { commentId: string }; personal?: { comment: string } } {
  return comment ? { data: { commentId: comment.id }, personal: { comment: comment.text.trim() } } : {};
}

/** An incident on which work goes on. The clocks' ledgers keep the cause. */
export function resumedIncident(
  incident: Incident,
  { act, cause }: { act: IncidentActContext; cause: string },
): Incident {
  const clocks = stepClocks(incident.clocks, resumeClock, { act, cause });
  return withDerivedFields({ ...incident, state: 'IN_PROGRESS', hold: null, clocks }, act);
}

/** An incident that ends for good: accepted, or by itself. */
export function closedIncident(incident: Incident, act: IncidentActContext): Incident {
  return withDerivedFields({ ...incident, state: 'CLOSED', closedAt: act.at }, act);
}
