import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import { ContinuityStage, type ContinuityAction, type Mutation } from '../generated/api.ts';
import type { ContinuityEvent } from './continuity-event.ts';
import { mayManageContinuity, mayRecordContinuity, whyAnotherApproves } from './policy.ts';

const OPEN = Object.values(ContinuityStage).filter((stage) => stage !== 'CLOSED');

interface EventActionRule extends ActionRule<ContinuityEvent, ContinuityStage> {
  mutations: readonly (keyof Mutation)[];
}

/**
 * Every action on a continuity event: in which stages, by which rule of the policy, and by which mutation. It serves the check, the refusals,
 * `allowedActions` and the documentation.
 */
export const EVENT_ACTIONS: Readonly<Record<ContinuityAction, EventActionRule>> = {
  ESTIMATE: { from: OPEN, may: mayManageContinuity, mutations: ['updateContinuityEstimate'] },
  ASSESS: {
    from: ['PLANNING', 'INITIAL_RESPONSE'],
    may: mayManageContinuity,
    mutations: ['assessContinuityImpact'],
  },
  APPROVE_IMPACT: {
    from: ['PLANNING', 'INITIAL_RESPONSE'],
    may: mayManageContinuity,
    mutations: ['approveContinuityImpact'],
    secondPerson: whyAnotherApproves,
    when: ({ assessment }) => assessment !== null && assessment.approvedAt === null,
  },
  ACTIVATE: {
    from: ['INITIAL_RESPONSE'],
    may: mayManageContinuity,
    mutations: ['activateContinuityEvent'],
    when: ({ activation }) => activation === null,
  },
  MOVE: { from: OPEN, may: mayManageContinuity, mutations: ['moveContinuityEvent'] },
  ADD_ENTRY: { from: OPEN, may: mayRecordContinuity, mutations: ['addContinuityEntry'] },
  REPORT: { from: OPEN, may: mayManageContinuity, mutations: ['publishSituationReport'] },
};

export const { allowedActions, requireAction } = actionTable<ContinuityEvent, ContinuityStage, ContinuityAction>(
  'continuity event',
  EVENT_ACTIONS,
);
