import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import { ServiceRequestState, type Mutation, type ServiceRequestAction } from '../generated/api.ts';
import {
  mayAnswerServiceRequest,
  mayApproveServiceRequest,
  mayCommentServiceRequest,
  mayNoteServiceRequest,
  mayWorkServiceRequest,
  whyAnotherDecides,
} from './policy.ts';
import type { ServiceRequest } from './service-request.ts';

const ANY_STATE = Object.values(ServiceRequestState);
const ENDED: readonly ServiceRequestState[] = ['REJECTED', 'FAILED', 'CLOSED', 'CANCELLED'];

interface RequestActionRule extends ActionRule<ServiceRequest, ServiceRequestState> {
  mutations: readonly (keyof Mutation)[];
}

/** What an administrator of the organization decides, and never the requester. */
const TO_DECIDE = {
  from: ['AWAITING_APPROVAL'] as ServiceRequestState[],
  may: mayApproveServiceRequest,
  secondPerson: whyAnotherDecides,
};

/** While a delivered service can still be accepted or refused. At the instant itself it is accepted. */
const TO_ACCEPT = {
  from: ['FULFILLED'] as ServiceRequestState[],
  may: mayAnswerServiceRequest,
  when: ({ closesAt }: ServiceRequest, now: Date) => closesAt === null || now < closesAt,
  overdue: ({ state }: ServiceRequest) =>
    state === 'FULFILLED' ? 'The time for an answer is over: what was delivered counts as accepted.' : null,
};

/**
 * Every action on a service request: from which states, by which rule of the policy, and by which mutation. A move that is not here does not
 * exist. It serves the check, the refusals, `allowedActions` and the documentation.
 */
export const REQUEST_ACTIONS: Readonly<Record<ServiceRequestAction, RequestActionRule>> = {
  APPROVE: { ...TO_DECIDE, mutations: ['approveServiceRequest'] },
  REJECT: { ...TO_DECIDE, mutations: ['rejectServiceRequest'] },
  START: { from: ['APPROVED'], may: mayWorkServiceRequest, mutations: ['startServiceRequest'] },
  COMPLETE_TASK: {
    from: ['IN_FULFILMENT'],
    may: mayWorkServiceRequest,
    mutations: ['completeServiceRequestTask'],
    when: ({ tasks }) => tasks.some(({ completedAt }) => completedAt === null),
  },
  ASK: { from: ['IN_FULFILMENT'], may: mayWorkServiceRequest, mutations: ['askServiceRequester'] },
  ANSWER: { from: ['PENDING_CUSTOMER'], may: mayAnswerServiceRequest, mutations: ['answerServiceRequest'] },
  FULFIL: { from: ['IN_FULFILMENT'], may: mayWorkServiceRequest, mutations: ['fulfilServiceRequest'] },
  FAIL: {
    from: ['APPROVED', 'IN_FULFILMENT', 'PENDING_CUSTOMER'],
    may: mayWorkServiceRequest,
    mutations: ['failServiceRequest'],
  },
  ACCEPT: { ...TO_ACCEPT, mutations: ['acceptServiceRequest'] },
  REOPEN: { ...TO_ACCEPT, mutations: ['reopenServiceRequest'] },
  CANCEL: {
    from: ['AWAITING_APPROVAL', 'APPROVED'],
    may: mayAnswerServiceRequest,
    mutations: ['cancelServiceRequest'],
  },
  COMMENT: {
    from: ANY_STATE.filter((state) => !ENDED.includes(state)),
    may: mayCommentServiceRequest,
    mutations: ['addServiceRequestComment'],
  },
  NOTE: { from: ANY_STATE, may: mayNoteServiceRequest, mutations: ['addServiceRequestInternalNote'] },
};

export const { allowedActions, requireAction } = actionTable<ServiceRequest, ServiceRequestState, ServiceRequestAction>(
  'service request',
  REQUEST_ACTIONS,
);
