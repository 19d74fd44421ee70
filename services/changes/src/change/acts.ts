import { formatDuration } from '@desk/kit/time/duration';
import type { ChangeEventKind, ChangeResult, ChangeRisk, ChangeType, Environment } from '../generated/api.ts';
import type { Template } from '../template/template.ts';
import { requireAction } from './actions.ts';
import { TEXT_KIB_MAX, type Change, type ChangeActContext, type Plan } from './change.ts';
import { describeChange, withPublicationNotice, type ChangeDecision } from './event.ts';
import { checkedServices } from './opening.ts';
import { riskOf } from './risk.ts';

interface ReasonInput {
  reason: string;
}

/** How a draft is classified. The template was looked up: null where the input names none. */
export interface AssessInput {
  type: ChangeType;
  template: Template | null;
  environment: Environment;
  serviceIds?: readonly string[] | null;
  riskAnswer: ChangeRisk;
}

/** A plan whose times were read: undefined where they name no instant, which `check` has noted. */
export interface PlanInput extends Plan {
  plannedStart: Date | null | undefined;
  plannedEnd: Date | null | undefined;
  outage: boolean;
  ldcActionNeeded: boolean;
  notice: string;
}

/** Takes a proposal up. Refuses FORBIDDEN, ILLEGAL_TRANSITION. */
export function acceptChange(change: Change, _input: object, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'ACCEPT', act);
  return changed(change, { state: 'DRAFT' }, { kind: 'ACCEPTED', act });
}

/** Declines a proposal. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function declineChange(change: Change, { reason }: ReasonInput, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'DECLINE', act);
  const remark = reasonOf(reason, act);
  return changed(change, { state: 'DECLINED', closedAt: act.at }, { kind: 'DECLINED', act, remark });
}

/** Classifies a draft. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function assessChange(change: Change, input: AssessInput, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'ASSESS', act);
  const { type, template, environment, riskAnswer } = input;
  const serviceIds = input.serviceIds ? checkedServices(input.serviceIds, act.check) : change.serviceIds;
  checkTemplate({ type, template, serviceIds }, act);
  act.check.done();
  const templateId = template?.id ?? null;
  const fields = { state: 'ASSESS', type, templateId, environment, riskAnswer, serviceIds } as const;
  return changed(change, fields, { kind: 'ASSESSED', act });
}

/** Sets plans and window. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function planChange(change: Change, input: PlanInput, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'PLAN', act);
  const { check } = act;
  const text = (field: 'implementation' | 'test' | 'backout' | 'notice') =>
    check.body(`input.${field}`, input[field], TEXT_KIB_MAX);
  const plan: Plan = { implementation: text('implementation'), test: text('test'), backout: text('backout') };
  const notice = text('notice');
  const { plannedStart = null, plannedEnd = null, outage, ldcActionNeeded } = input;
  check.require('input.plannedStart', plannedStart === null || plannedStart > act.at, {
    code: 'NOT_IN_FUTURE',
    message: 'must be still to come.',
  });
  check.require('input.plannedEnd', plannedStart === null || plannedEnd === null || plannedEnd > plannedStart, {
    code: 'PERIOD_BACKWARDS',
    message: 'must come after the begin.',
  });
  check.done();
  const fields = { plan, notice, plannedStart, plannedEnd, outage, ldcActionNeeded };
  return changed(change, fields, { kind: 'PLANNED', act });
}

/** Submits a planned change. A standard one is authorized by its template. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function submitChange(
  change: Change,
  { template }: { template: Template | null },
  act: ChangeActContext,
): ChangeDecision {
  requireAction(change, 'SUBMIT', act);
  act.check.require('input.id', change.plannedStart !== null && change.plannedStart > act.at, {
    code: 'NOT_IN_FUTURE',
    message: 'must be a change whose window is still to come.',
  });
  const { type, plannedStart, plannedEnd, serviceIds } = change;
  checkTemplate({ type: type ?? 'NORMAL', template, serviceIds }, { ...act, path: 'input.id' });
  const lasts = plannedStart && plannedEnd ? plannedEnd.getTime() - plannedStart.getTime() : 0;
  act.check.require('input.id', !template || lasts <= template.maximumMs, {
    code: 'OUT_OF_RANGE',
    args: { min: formatDuration(0), max: formatDuration(template?.maximumMs ?? 0) },
    message: 'must be a change whose window is no longer than its template allows.',
  });
  act.check.done();
  return type === 'STANDARD'
    ? changed(change, { state: 'SCHEDULED' }, { kind: 'SCHEDULED', act })
    : changed(change, { state: 'AUTHORIZE' }, { kind: 'SUBMITTED', act });
}

/** Begins the work. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function startChange(
  change: Change,
  { reason }: { reason?: string | null },
  act: ChangeActContext,
): ChangeDecision {
  requireAction(change, 'START', act);
  const { plannedStart, plannedEnd } = change;
  const isInWindow = plannedStart !== null && plannedEnd !== null && plannedStart <= act.at && act.at < plannedEnd;
  if (isInWindow)
    act.check.require('input.reason', reason == null, {
      code: 'NOT_APPLICABLE',
      args: { only: 'outside the window' },
      message: 'must be left out: the window is open.',
    });
  const remark = isInWindow ? null : act.check.body('input.reason', reason, TEXT_KIB_MAX);
  act.check.done();
  return changed(change, { state: 'IMPLEMENTING', actualStart: act.at }, { kind: 'STARTED', act, remark });
}

/** Ends the work. Refuses FORBIDDEN, ILLEGAL_TRANSITION. */
export function completeChange(
  change: Change,
  { result }: { result: ChangeResult },
  act: ChangeActContext,
): ChangeDecision {
  requireAction(change, 'COMPLETE', act);
  return changed(change, { state: 'REVIEW', actualEnd: act.at, result }, { kind: 'COMPLETED', act });
}

/** Closes a change after its review. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function closeChange(change: Change, input: { review?: string | null }, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'CLOSE', act);
  const given = input.review != null;
  const review = given || needsReview(change) ? act.check.body('input.review', input.review, TEXT_KIB_MAX) : null;
  act.check.done();
  return changed(change, { state: 'CLOSED', closedAt: act.at, review }, { kind: 'CLOSED', act, remark: review });
}

/** Takes a change back to its draft. Its plans stay, to begin from. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function replanChange(change: Change, { reason }: ReasonInput, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'REPLAN', act);
  const remark = reasonOf(reason, act);
  return changed(change, { state: 'DRAFT' }, { kind: 'REPLANNED', act, remark });
}

/** Withdraws a change. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function cancelChange(change: Change, { reason }: ReasonInput, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'CANCEL', act);
  const remark = reasonOf(reason, act);
  return changed(change, { state: 'CANCELLED', closedAt: act.at }, { kind: 'CANCELLED', act, remark });
}

/** Shows a change to every organization. Refuses FORBIDDEN, ILLEGAL_TRANSITION. */
export function publishChange(change: Change, _input: object, act: ChangeActContext): ChangeDecision {
  requireAction(change, 'PUBLISH', act);
  const published = changed(change, { publishedAt: act.at }, { kind: 'PUBLISHED', act });
  return withPublicationNotice(published, act);
}

/** True where a change is closed only with the words of its review. */
export function needsReview({ type, result, actualEnd, plannedEnd }: Change): boolean {
  const hasOverrun = actualEnd !== null && plannedEnd !== null && actualEnd > plannedEnd;
  return type === 'EMERGENCY' || result !== 'SUCCESS' || hasOverrun;
}

type OwnKind = Exclude<ChangeEventKind, 'COMMENTED' | 'NOTED'>;

function changed(
  change: Change,
  fields: Partial<Change>,
  { kind, act, remark = null }: { kind: OwnKind; act: ChangeActContext; remark?: string | null },
): ChangeDecision {
  const after = { ...change, ...fields, updatedAt: act.at };
  return describeChange(
    change,
    { ...after, risk: riskOf(after) },
    { kind, act, ...(remark === null ? {} : { personal: { remark } }) },
  );
}

function reasonOf(reason: string, { check }: ChangeActContext): string {
  const remark = check.body('input.reason', reason, TEXT_KIB_MAX);
  check.done();
  return remark;
}

/** Notes why a template does not authorize a change, or why there must be none. */
function checkTemplate(
  { type, template, serviceIds }: { type: ChangeType; template: Template | null; serviceIds: readonly string[] },
  { at, check, path = 'input.templateId' }: ChangeActContext & { path?: string },
): void {
  if (type !== 'STANDARD')
    return check.require(path, template === null, {
      code: 'NOT_APPLICABLE',
      args: { only: 'STANDARD' },
      message: 'must be left out: only standard changes have a template.',
    });
  if (!template)
    return check.problem(path, { code: 'REQUIRED', message: 'must name the template of the standard change.' });
  check.require(path, at < template.reviewOn, {
    code: 'INACTIVE',
    message: 'must be a template that is not due for its review.',
  });
  const foreign = serviceIds.filter((code) => !template.services.includes(code));
  check.require(path, foreign.length === 0, {
    code: 'NOT_ALLOWED',
    message: `must be a template that allows each service: it does not allow ${foreign.join(', ')}.`,
  });
}
