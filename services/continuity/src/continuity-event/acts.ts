import { Refusal } from '@desk/kit/api/errors';
import type { InputCheck } from '@desk/kit/api/input';
import { INSTANT_MIN } from '@desk/kit/api/scalars';
import { formatDuration } from '@desk/kit/time/duration';
import { forbidden } from '@desk/kit/write/request';
import type { ContinuityResponse, ContinuityStage, ContinuityUpdateKind, OperatingSite } from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { recomputed } from './classification.ts';
import { confirmed, whyAnotherMoves, withAuthor } from './second-person.ts';
import { TEXT_KIB_MAX, type ContinuityEvent, type EventActContext } from './continuity-event.ts';
import { describeEventChange, type EventDecision } from './event.ts';
import { checkedExpectation, checkedPercent, checkedServices, checkedStart, type Services } from './opening.ts';
import { mayManageContinuity } from './policy.ts';
import { exitCriteria, requireCriteria, requireMove } from './stages.ts';

const LEVEL_MAX = 4;

/** An assessment. The services were looked up: undefined where the input leaves them. */
export interface AssessmentInput {
  services: Services | undefined;
  distributorsAffectedPercent: number;
  dataAtRisk: boolean;
  workaround?: string | null;
  response?: ContinuityResponse | null;
  overrideLevel?: number | null;
}

/** A move. The time was read: undefined where it names no instant, which `check` has noted. */
export interface MoveInput {
  to: ContinuityStage;
  reason?: string | null;
  precautionsReviewed?: boolean | null;
  outageStartedAt: Date | null | undefined;
  operatingSite?: OperatingSite | null;
  drProtection?: boolean | null;
  highAvailability?: boolean | null;
}

/**
 * Tells how long the whole outage is expected to last. Null where it says what is known. Refuses FORBIDDEN, ILLEGAL_TRANSITION,
 * BAD_USER_INPUT.
 */
export function estimate(
  event: ContinuityEvent,
  { expectedOutage, reason }: { expectedOutage?: number | null; reason?: string | null },
  act: EventActContext,
): EventDecision | null {
  requireAction(event, 'ESTIMATE', act);
  const expectedOutageMs = checkedExpectation(expectedOutage, act.check);
  act.check.done();
  if (expectedOutageMs === event.expectedOutageMs) return null;
  const after = withAuthor(recomputed(event, act.at), recomputed({ ...event, expectedOutageMs }, act.at), act);
  const falls =
    event.classification === 'BUSINESS_INTERRUPTION_EVENT' && after.classification !== 'BUSINESS_INTERRUPTION_EVENT';
  const remark = reason != null || falls ? act.check.body('input.reason', reason, TEXT_KIB_MAX) : null;
  act.check.done();
  const asText = (ms: number | null) => (ms === null ? null : formatDuration(ms));
  return changed(event, after, {
    kind: 'ESTIMATED',
    act,
    remark,
    changes: { expectedOutage: [asText(event.expectedOutageMs), asText(expectedOutageMs)] },
  });
}

/** Assesses the impact. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function assess(event: ContinuityEvent, input: AssessmentInput, act: EventActContext): EventDecision {
  requireAction(event, 'ASSESS', act);
  const { check, at, by } = act;
  const { overrideLevel = null, response = null, dataAtRisk } = input;
  const services = input.services ? checkedServices(input.services, check) : {};
  const distributorsAffectedPercent = checkedPercent(input.distributorsAffectedPercent, check);
  const workaround = input.workaround == null ? null : check.body('input.workaround', input.workaround, TEXT_KIB_MAX);
  check.require('input.overrideLevel', overrideLevel === null || (overrideLevel >= 1 && overrideLevel <= LEVEL_MAX), {
    code: 'OUT_OF_RANGE',
    args: { min: 1, max: LEVEL_MAX },
    message: `must be a level from 1 to ${LEVEL_MAX}.`,
  });
  check.done();
  const made = { assessedBy: by, assessedAt: at, approvedBy: null, approvedAt: null };
  const assessment = { response, dataAtRisk, workaround, overrideLevel, ...made };
  const after = { ...event, ...services, distributorsAffectedPercent, assessment };
  return changed(event, recomputed(after, at), { kind: 'ASSESSED', act });
}

/** Approves the assessment. Refuses FORBIDDEN, ILLEGAL_TRANSITION, and SELF_APPROVAL_FORBIDDEN for the one who made it. */
export function approveImpact(event: ContinuityEvent, _input: object, act: EventActContext): EventDecision {
  requireAction(event, 'APPROVE_IMPACT', act);
  const { assessment, interruption } = event;
  const approval = { approvedBy: act.by, approvedAt: act.at };
  const approved = {
    assessment: assessment && { ...assessment, ...approval },
    interruption: interruption && confirmed(interruption, act.by),
  };
  return changed(event, recomputed({ ...event, ...approved }, act.at), { kind: 'IMPACT_APPROVED', act });
}

/** Lets recovery begin early. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function activate(event: ContinuityEvent, input: { reason: string }, act: EventActContext): EventDecision {
  requireAction(event, 'ACTIVATE', act);
  const reason = reasonOf(input.reason, act.check);
  act.check.done();
  const activation = { reason, by: act.by, at: act.at };
  return changed(event, recomputed({ ...event, activation }, act.at), { kind: 'ACTIVATED', act, remark: reason });
}

/**
 * Moves a continuity event to another stage. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT, EXIT_CRITERIA_NOT_MET,
 * RESTORATION_CRITERIA_NOT_MET, SELF_APPROVAL_FORBIDDEN.
 */
export function move(event: ContinuityEvent, input: MoveInput, act: EventActContext): EventDecision {
  if (act.viewer && !mayManageContinuity(act.viewer))
    throw forbidden('Your role does not allow this for this continuity event.');
  requireMove(event, input.to);
  const fields = MOVES[event.state]?.(event, input, act) ?? {};
  const needsReason = input.to === 'CLOSED' || isBackwards(event.state, input.to);
  const remark = needsReason || input.reason != null ? reasonOf(input.reason, act.check) : null;
  act.check.done();
  const after = withAuthor(
    recomputed(event, act.at),
    recomputed({ ...event, ...fields, state: input.to }, act.at),
    act,
  );
  const closed = input.to === 'CLOSED' ? { closedAt: act.at, nextFireAt: null } : {};
  return changed(event, { ...after, ...closed }, { kind: 'MOVED', act, remark });
}

/** Writes an entry into the timeline. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function addEntry(
  event: ContinuityEvent,
  { occurredAt, text }: { occurredAt: Date | null | undefined; text: string },
  act: EventActContext,
): EventDecision {
  requireAction(event, 'ADD_ENTRY', act);
  const { check, at } = act;
  const remark = check.body('input.text', text, TEXT_KIB_MAX);
  check.require('input.occurredAt', !occurredAt || occurredAt <= at, {
    code: 'OUT_OF_RANGE',
    args: { min: INSTANT_MIN.toISOString(), max: at.toISOString() },
    message: 'must not lie in the future.',
  });
  check.done();
  return describeEventChange(event, event, {
    kind: 'ENTERED',
    act,
    background: true,
    data: { occurredAt: (occurredAt ?? at).toISOString() },
    personal: { remark },
  });
}

/** What time alone makes of a continuity event, as of the instant that was due. Null where nothing is due. */
export function passTime(event: ContinuityEvent, now: Date): EventDecision | null {
  const { nextFireAt } = event;
  if (!nextFireAt || nextFireAt > now) return null;
  const act = { at: nextFireAt, by: DESK };
  const after = recomputed(event, nextFireAt);
  return describeEventChange(
    event,
    { ...after, updatedAt: nextFireAt },
    {
      kind: 'CLASSIFIED',
      act,
      background: true,
      changes: levels(event, after),
    },
  );
}

const DESK = { id: null, kind: 'SYSTEM', actingFor: null } as const;

type Optional<Fields> = { [Field in keyof Fields]?: Fields[Field] | undefined };

type Moving = (event: ContinuityEvent, input: MoveInput, act: EventActContext) => Partial<ContinuityEvent>;

/** What leaving each stage asks for, and changes besides the stage. */
const MOVES: Partial<Record<ContinuityStage, Moving>> = {
  PLANNING(_event, { to, outageStartedAt, precautionsReviewed, ...rest }, { at, check }) {
    notApplicable(rest, 'RESTORATION', check);
    if (to === 'CLOSED') {
      notApplicable({ outageStartedAt, precautionsReviewed }, 'INITIAL_RESPONSE', check);
      return {};
    }
    checkedStart(outageStartedAt, at, check);
    check.done();
    requireCriteria([
      { code: 'PRECAUTIONS_REVIEWED', met: precautionsReviewed === true },
      { code: 'OUTAGE_STARTED', met: outageStartedAt != null },
    ]);
    return { outageStartedAt: outageStartedAt ?? null };
  },
  INITIAL_RESPONSE(event, { to, ...rest }, act) {
    onlyReason(rest, act.check);
    if (to === 'CLOSED') return {};
    // Time counts to the instant of the move, also where the desk's own timer has not come yet.
    const current = recomputed(event, act.at);
    requireCriteria(exitCriteria(current));
    const another = act.viewer && whyAnotherMoves(act.viewer, { event: current, to, at: act.at });
    if (another) throw new Refusal('SELF_APPROVAL_FORBIDDEN', another);
    return {};
  },
  RECOVERY(_event, { to, ...rest }, { at, check }) {
    onlyReason(rest, check);
    return to === 'RESTORATION' ? { restoredAt: at } : {};
  },
  RESTORATION(_event, { to, operatingSite, drProtection, highAvailability, ...rest }, { check }) {
    onlyReason(rest, check);
    const ofSite = { operatingSite, drProtection, highAvailability };
    if (to === 'RECOVERY') {
      notApplicable(ofSite, 'CLOSED', check);
      return { restoredAt: null };
    }
    if (operatingSite == null) check.problem('input.operatingSite', REQUIRED);
    if (operatingSite !== 'ALTERNATE') notApplicable({ drProtection, highAvailability }, 'ALTERNATE', check);
    check.done();
    if (operatingSite === 'ALTERNATE')
      requireCriteria(
        [
          { code: 'DR_PROTECTION', met: drProtection === true },
          { code: 'HIGH_AVAILABILITY', met: highAvailability === true },
        ],
        'RESTORATION_CRITERIA_NOT_MET',
      );
    return { operatingSite: operatingSite ?? 'PRIMARY' };
  },
};

const REQUIRED = { code: 'REQUIRED', message: 'must say where the MDM/R runs.' } as const;

function isBackwards(from: ContinuityStage, to: ContinuityStage): boolean {
  return (from === 'RECOVERY' && to === 'INITIAL_RESPONSE') || (from === 'RESTORATION' && to === 'RECOVERY');
}

/** Notes fields of a move that belong to another one. The reason belongs to all. */
function onlyReason({ reason: _reason, ...fields }: Optional<MoveInput>, check: InputCheck): void {
  notApplicable(fields, 'another stage', check);
}

function notApplicable(fields: Optional<MoveInput>, only: string, check: InputCheck): void {
  for (const [field, value] of Object.entries(fields))
    if (field !== 'reason' && value != null)
      check.problem(`input.${field}`, {
        code: 'NOT_APPLICABLE',
        args: { only },
        message: `must be left out: it belongs to ${only}.`,
      });
}

function reasonOf(reason: string | null | undefined, check: InputCheck): string {
  return check.body('input.reason', reason, TEXT_KIB_MAX);
}

type OwnKind = Exclude<ContinuityUpdateKind, 'REPORTED' | 'ACKNOWLEDGED' | 'ENTERED'>;
type Codes = Record<string, readonly [from: string | null, to: string | null]>;

function changed(
  before: ContinuityEvent,
  after: ContinuityEvent,
  {
    kind,
    act,
    remark = null,
    changes = {},
  }: { kind: OwnKind; act: EventActContext; remark?: string | null; changes?: Codes },
): EventDecision {
  return describeEventChange(
    before,
    { ...after, updatedAt: act.at },
    {
      kind,
      act,
      changes: { ...changes, ...levels(before, after) },
      ...(remark === null ? {} : { personal: { remark } }),
    },
  );
}

/** The computed level before and after, where it changed: it is a number, which the words of events do not tell. */
function levels(before: ContinuityEvent, after: ContinuityEvent): Codes {
  const [from, to] = [before.computedImpactLevel, after.computedImpactLevel];
  return from === to ? {} : { computedImpactLevel: [String(from), String(to)] };
}
