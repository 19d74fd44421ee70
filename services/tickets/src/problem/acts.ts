import type { ProblemEventKind, ProblemResolutionCode } from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { describeChange, type ProblemDecision } from './event.ts';
import { LINE_CHARACTERS_MAX, RECURRENCE_MS, TEXT_KIB_MAX, type Problem, type ProblemActContext } from './problem.ts';

interface ReasonInput {
  reason: string;
}

/** What is known of a problem. */
export interface DiagnosisInput {
  symptom: string;
  rootCause?: string | null;
  workaround?: string | null;
  affectedVersions: string;
}

/** How a problem is fixed. The change's number was read: null where the input names none. */
export interface FixInput {
  change: string | null;
  waiver?: string | null;
}

/** How the work on a problem ended. `duplicateOf` was looked up: null where the input names none. */
export interface ResolutionInput {
  code: ProblemResolutionCode;
  text: string;
  duplicateOf: { id: string; number: string } | null;
}

/** What everybody reads of a problem. */
export interface PublicWords {
  publicTitle: string;
  publicStatus: string;
  targetRelease?: string | null;
}

/** Gives a problem to a person, who was looked up. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function assignProblem(
  problem: Problem,
  { ownerId }: { ownerId: string },
  act: ProblemActContext,
): ProblemDecision {
  requireAction(problem, 'ASSIGN', act);
  act.check.done();
  return changed(problem, { ownerId }, { kind: 'ASSIGNED', act });
}

/** Begins the assessment. Refuses FORBIDDEN, ILLEGAL_TRANSITION. */
export function assessProblem(problem: Problem, _input: object, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'ASSESS', act);
  return changed(problem, { state: 'ASSESS' }, { kind: 'ASSESSED', act });
}

/** Begins the search for the cause. `isLinked`: an incident is linked to it. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function investigateProblem(
  problem: Problem,
  { trendNote: given, isLinked }: { trendNote?: string | null; isLinked: boolean },
  act: ProblemActContext,
): ProblemDecision {
  requireAction(problem, 'INVESTIGATE', act);
  const isNeeded = given != null || !isLinked;
  const trendNote = isNeeded ? act.check.body('input.trendNote', given, TEXT_KIB_MAX) : null;
  act.check.done();
  return changed(problem, { state: 'INVESTIGATING', trendNote }, { kind: 'INVESTIGATED', act, remark: trendNote });
}

/** Records what is known. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function diagnoseProblem(problem: Problem, input: DiagnosisInput, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'DIAGNOSE', act);
  const { check } = act;
  const symptom = check.body('input.symptom', input.symptom, TEXT_KIB_MAX);
  const workaround = input.workaround == null ? null : check.body('input.workaround', input.workaround, TEXT_KIB_MAX);
  const isCauseNeeded = input.rootCause != null || workaround === null;
  const rootCause = isCauseNeeded ? check.body('input.rootCause', input.rootCause, TEXT_KIB_MAX) : null;
  const affectedVersions = check.line('input.affectedVersions', input.affectedVersions, LINE_CHARACTERS_MAX);
  check.done();
  const diagnosis = { symptom, rootCause, workaround, affectedVersions };
  return changed(problem, { state: 'KNOWN_ERROR', diagnosis }, { kind: 'DIAGNOSED', act });
}

/** Begins the fix. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function startProblemFix(
  problem: Problem,
  { change, waiver }: FixInput,
  act: ProblemActContext,
): ProblemDecision {
  requireAction(problem, 'START_FIX', act);
  const { check } = act;
  const fixWaiver = waiver == null ? null : check.body('input.waiver', waiver, TEXT_KIB_MAX);
  check.require('input', (change === null) !== (fixWaiver === null), {
    code: 'EXACTLY_ONE',
    args: { of: ['change', 'waiver'] },
    message: 'must give exactly one of change and waiver.',
  });
  check.done();
  const fields = { state: 'FIX_IN_PROGRESS', fixChange: change, fixWaiver } as const;
  return changed(problem, fields, { kind: 'FIX_STARTED', act, remark: fixWaiver });
}

/** Ends the work on a problem. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function resolveProblem(problem: Problem, input: ResolutionInput, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'RESOLVE', act);
  const { check } = act;
  const { code, duplicateOf } = input;
  const text = check.body('input.text', input.text, TEXT_KIB_MAX);
  check.require('input.code', code !== 'FIXED' || problem.fixChange !== null, {
    code: 'NOT_ALLOWED',
    message: 'must not be FIXED: no change brings the fix of this problem.',
  });
  check.require('input.duplicateOf', code === 'DUPLICATE' || duplicateOf === null, {
    code: 'NOT_APPLICABLE',
    args: { only: 'DUPLICATE' },
    message: 'must be left out: only DUPLICATE names another problem.',
  });
  check.require('input.duplicateOf', code !== 'DUPLICATE' || duplicateOf !== null, {
    code: 'REQUIRED',
    message: 'must name the problem that covers this one.',
  });
  check.require('input.duplicateOf', duplicateOf?.id !== problem._id, {
    code: 'SELF_REFERENCE',
    message: 'must be another problem.',
  });
  check.done();
  const resolution = { code, text, duplicateOf: duplicateOf?.number ?? null };
  const fields = { state: 'RESOLVED', resolution, resolvedAt: act.at } as const;
  return changed(problem, fields, { kind: 'RESOLVED', act, remark: text });
}

/** Takes a problem back to the investigation. What is known of it stays. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function reopenProblem(problem: Problem, { reason }: ReasonInput, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'REOPEN', act);
  const remark = reasonOf(reason, act);
  const reopened = {
    state: 'INVESTIGATING',
    fixChange: null,
    fixWaiver: null,
    resolution: null,
    resolvedAt: null,
    reopenCount: problem.reopenCount + 1,
  } as const;
  return changed(problem, reopened, { kind: 'REOPENED', act, remark });
}

/** Closes a problem for good. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function closeProblem(
  problem: Problem,
  { review }: { review?: string | null },
  act: ProblemActContext,
): ProblemDecision {
  requireAction(problem, 'CLOSE', act);
  const isWatched = problem.resolvedAt !== null && act.at.getTime() < problem.resolvedAt.getTime() + RECURRENCE_MS;
  const remark = isWatched || review != null ? act.check.body('input.review', review, TEXT_KIB_MAX) : null;
  act.check.done();
  return changed(problem, { state: 'CLOSED', closedAt: act.at }, { kind: 'CLOSED', act, remark });
}

/** Withdraws a problem. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function cancelProblem(problem: Problem, { reason }: ReasonInput, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'CANCEL', act);
  const remark = reasonOf(reason, act);
  return changed(problem, { state: 'CANCELLED', closedAt: act.at }, { kind: 'CANCELLED', act, remark });
}

/** Shows a problem to every organization, or changes what they read. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function publishProblem(problem: Problem, input: PublicWords, act: ProblemActContext): ProblemDecision {
  requireAction(problem, 'PUBLISH', act);
  const { check } = act;
  const publicTitle = check.line('input.publicTitle', input.publicTitle, LINE_CHARACTERS_MAX);
  const publicStatus = check.body('input.publicStatus', input.publicStatus, TEXT_KIB_MAX);
  const targetRelease =
    input.targetRelease == null ? null : check.line('input.targetRelease', input.targetRelease, LINE_CHARACTERS_MAX);
  check.done();
  const words = { publicTitle, publicStatus, targetRelease, publishedAt: problem.publishedAt ?? act.at };
  return changed(problem, words, { kind: 'PUBLISHED', act, remark: publicStatus });
}

type OwnKind = Exclude<ProblemEventKind, 'OPENED' | 'NOTED'>;

function changed(
  problem: Problem,
  fields: Partial<Problem>,
  { kind, act, remark = null }: { kind: OwnKind; act: ProblemActContext; remark?: string | null },
): ProblemDecision {
  const personal = remark === null ? {} : { personal: { remark } };
  return describeChange(problem, { ...problem, ...fields, updatedAt: act.at }, { kind, act, ...personal });
}

function reasonOf(reason: string, { check }: ProblemActContext): string {
  const remark = check.body('input.reason', reason, TEXT_KIB_MAX);
  check.done();
  return remark;
}
