import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { cancelClock, fireClock, pauseClock, reopenClock, resumeClock, stopClock } from '@desk/kit/time/clock';
import type { ServiceRequestEventKind } from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { begun, dueSteps, stepped, withDerivedFields, type Moment } from './clocks.ts';
import { describeRequest, type RequestDecision } from './event.ts';
import { TEXT_KIB_MAX, type RequestActContext, type ServiceRequest } from './service-request.ts';

interface ReasonInput {
  reason: string;
}

/** Approves a service request: the time for its delivery begins. Refuses FORBIDDEN, ILLEGAL_TRANSITION, SELF_APPROVAL_FORBIDDEN. */
export function approve(request: ServiceRequest, _input: object, act: RequestActContext): RequestDecision {
  requireAction(request, 'APPROVE', act);
  const clocks = [
    ...stepped(request.clocks, stopClock, { act, cause: 'APPROVED', kind: 'APPROVAL' }),
    begun('FULFILMENT', act),
  ];
  const fields = { state: 'APPROVED', approvedBy: act.by, approvedAt: act.at, clocks } as const;
  return changed(request, fields, { kind: 'APPROVED', act });
}

/** Does not approve a service request. Refuses FORBIDDEN, ILLEGAL_TRANSITION, SELF_APPROVAL_FORBIDDEN, BAD_USER_INPUT. */
export function reject(request: ServiceRequest, { reason }: ReasonInput, act: RequestActContext): RequestDecision {
  requireAction(request, 'REJECT', act);
  const remark = textOf('input.reason', reason, act);
  const clocks = stepped(request.clocks, stopClock, { act, cause: 'REJECTED' });
  return changed(request, { state: 'REJECTED', closedAt: act.at, clocks }, { kind: 'REJECTED', act, remark });
}

/** Begins the work. Refuses FORBIDDEN, ILLEGAL_TRANSITION. */
export function startWork(request: ServiceRequest, _input: object, act: RequestActContext): RequestDecision {
  requireAction(request, 'START', act);
  return changed(request, { state: 'IN_FULFILMENT' }, { kind: 'STARTED', act });
}

/** Says that a task is done. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function completeTask(
  request: ServiceRequest,
  { taskId }: { taskId: string },
  act: RequestActContext,
): RequestDecision {
  requireAction(request, 'COMPLETE_TASK', act);
  const { check, item, at } = act;
  const task = request.tasks.find(({ id }) => id === taskId);
  const before = item.tasks.find(({ id }) => id === taskId)?.dependsOn ?? [];
  const open = before.filter((id) => request.tasks.some((each) => each.id === id && each.completedAt === null));
  if (!task)
    check.problem('input.taskId', { code: 'UNKNOWN_CODE', args: { value: taskId }, message: 'must be a task.' });
  check.require('input.taskId', !task?.completedAt, { code: 'ALREADY_THERE', message: 'must be a task that is open.' });
  check.require('input.taskId', open.length === 0, {
    code: 'NOT_ALLOWED',
    message: `must wait for ${open.join(', ')}.`,
  });
  check.done();
  const tasks = request.tasks.map((each) => (each.id === taskId ? { ...each, completedAt: at } : each));
  return changed(request, { tasks }, { kind: 'TASK_COMPLETED', act, changes: { task: [null, taskId] } });
}

/** Asks the requester: the clock stands still. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function ask(
  request: ServiceRequest,
  { question }: { question: string },
  act: RequestActContext,
): RequestDecision {
  requireAction(request, 'ASK', act);
  const remark = textOf('input.question', question, act);
  const clocks = stepped(request.clocks, pauseClock, { act, cause: 'CUSTOMER', kind: 'FULFILMENT' });
  return changed(request, { state: 'PENDING_CUSTOMER', clocks }, { kind: 'ASKED', act, remark });
}

/** Answers: the clock runs on. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function answer(request: ServiceRequest, input: { answer: string }, act: RequestActContext): RequestDecision {
  requireAction(request, 'ANSWER', act);
  const remark = textOf('input.answer', input.answer, act);
  const clocks = stepped(request.clocks, resumeClock, { act, cause: 'REPLY', kind: 'FULFILMENT' });
  return changed(request, { state: 'IN_FULFILMENT', clocks }, { kind: 'ANSWERED', act, remark });
}

/** Says that the service is delivered. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function fulfil(request: ServiceRequest, input: { result: string }, act: RequestActContext): RequestDecision {
  requireAction(request, 'FULFIL', act);
  const { check, at, sla } = act;
  const open = request.tasks.filter(({ completedAt }) => completedAt === null).map(({ id }) => id);
  check.require('input.id', open.length === 0, {
    code: 'NOT_ALLOWED',
    message: `must be a request whose tasks are done; ${open.join(', ')} are open.`,
  });
  const result = textOf('input.result', input.result, act);
  const clocks = stepped(request.clocks, stopClock, { act, cause: 'FULFILLED' });
  const fields = { state: 'FULFILLED', result, clocks, closesAt: sla.closesAt(at) } as const;
  return changed(request, fields, { kind: 'FULFILLED', act, remark: result });
}

/** Says that the service cannot be delivered. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function fail(request: ServiceRequest, { reason }: ReasonInput, act: RequestActContext): RequestDecision {
  requireAction(request, 'FAIL', act);
  const result = textOf('input.reason', reason, act);
  const clocks = stepped(request.clocks, stopClock, { act, cause: 'FAILED' });
  return changed(
    request,
    { state: 'FAILED', result, clocks, closedAt: act.at },
    { kind: 'FAILED', act, remark: result },
  );
}

/** Accepts what was delivered. Refuses FORBIDDEN, ILLEGAL_TRANSITION, WINDOW_CLOSED. */
export function accept(request: ServiceRequest, _input: object, act: RequestActContext): RequestDecision {
  requireAction(request, 'ACCEPT', act);
  return closed(request, act);
}

/** Says that it is not done: the work goes on, with the time that is left. Refuses FORBIDDEN, ILLEGAL_TRANSITION, WINDOW_CLOSED, BAD_USER_INPUT. */
export function reopen(request: ServiceRequest, { reason }: ReasonInput, act: RequestActContext): RequestDecision {
  requireAction(request, 'REOPEN', act);
  const remark = textOf('input.reason', reason, act);
  const clocks = stepped(request.clocks, reopenClock, { act, cause: 'REOPENED', kind: 'FULFILMENT' });
  return changed(request, { state: 'IN_FULFILMENT', closesAt: null, clocks }, { kind: 'REOPENED', act, remark });
}

/** Withdraws a service request. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function cancel(request: ServiceRequest, { reason }: ReasonInput, act: RequestActContext): RequestDecision {
  requireAction(request, 'CANCEL', act);
  const remark = textOf('input.reason', reason, act);
  const clocks = stepped(request.clocks, cancelClock, { act, cause: 'CANCELLED' });
  return changed(request, { state: 'CANCELLED', closedAt: act.at, clocks }, { kind: 'CANCELLED', act, remark });
}

/**
 * Does the one thing that falls due first: a warning, a breach, or the acceptance by time. It is stamped with the instant at which it fell
 * due, however late it is done. Null when nothing is due.
 */
export function fire(request: ServiceRequest, { at, sla }: Moment): RequestDecision | null {
  const due = dueSteps(request, sla)
    .filter(({ wakeAt }) => wakeAt <= at)
    .sort((first, second) => first.at.getTime() - second.at.getTime())[0];
  if (!due) return null;
  const act = { at: due.at, by: SYSTEM_ACTOR, sla };
  if (due.what === 'CLOSE') return closed(request, act);
  const clocks = request.clocks.map((clock) =>
    clock.kind === due.what ? fireClock(clock, sla.calendarOf(clock)) : clock,
  );
  return describeRequest(request, withDerivedFields({ ...request, clocks }, act), null);
}

type OwnKind = Exclude<ServiceRequestEventKind, 'COMMENTED' | 'NOTED' | 'CLOCK_WARNED' | 'CLOCK_BREACHED'>;
type Act = Moment & Pick<RequestActContext, 'by'>;

function closed(request: ServiceRequest, act: Act): RequestDecision {
  return changed(request, { state: 'CLOSED', closesAt: null, closedAt: act.at }, { kind: 'CLOSED', act });
}

function changed(
  request: ServiceRequest,
  fields: Partial<ServiceRequest>,
  told: {
    kind: OwnKind;
    act: Act;
    remark?: string;
    changes?: Record<string, readonly [from: string | null, to: string | null]>;
  },
): RequestDecision {
  const { kind, act, remark, changes = {} } = told;
  const after = withDerivedFields({ ...request, ...fields }, act);
  return describeRequest(request, after, {
    kind,
    act,
    changes,
    ...(remark === undefined ? {} : { personal: { remark } }),
  });
}

function textOf(path: string, text: string, { check }: RequestActContext): string {
  const body = check.body(path, text, TEXT_KIB_MAX);
  check.done();
  return body;
}
