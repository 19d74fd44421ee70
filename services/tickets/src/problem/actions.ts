import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import { ProblemState, type Mutation, type ProblemAction } from '../generated/api.ts';
import { mayNoteProblem, mayWorkProblem } from './policy.ts';
import { OPEN_STATES, type Problem } from './problem.ts';

const ANY_STATE = Object.values(ProblemState);

interface ProblemActionRule extends ActionRule<Problem, ProblemState> {
  mutations: readonly (keyof Mutation)[];
}

/**
 * Every action on a problem: from which states, by which rule of the policy, and by which mutation. A move that is not here does not
 * exist. It serves the check, the refusals, `allowedActions` and the documentation.
 */
export const PROBLEM_ACTIONS: Readonly<Record<ProblemAction, ProblemActionRule>> = {
  ASSIGN: { from: OPEN_STATES, may: mayWorkProblem, mutations: ['assignProblem'] },
  ASSESS: { from: ['NEW'], may: mayWorkProblem, mutations: ['assessProblem'] },
  INVESTIGATE: {
    from: ['ASSESS'],
    may: mayWorkProblem,
    mutations: ['investigateProblem'],
    when: ({ ownerId }) => ownerId !== null,
  },
  DIAGNOSE: { from: ['INVESTIGATING', 'KNOWN_ERROR'], may: mayWorkProblem, mutations: ['diagnoseProblem'] },
  START_FIX: { from: ['INVESTIGATING', 'KNOWN_ERROR'], may: mayWorkProblem, mutations: ['startProblemFix'] },
  RESOLVE: { from: ['FIX_IN_PROGRESS'], may: mayWorkProblem, mutations: ['resolveProblem'] },
  REOPEN: { from: ['FIX_IN_PROGRESS', 'RESOLVED'], may: mayWorkProblem, mutations: ['reopenProblem'] },
  CLOSE: { from: ['RESOLVED'], may: mayWorkProblem, mutations: ['closeProblem'] },
  CANCEL: { from: ['NEW', 'ASSESS'], may: mayWorkProblem, mutations: ['cancelProblem'] },
  PUBLISH: {
    from: ANY_STATE.filter((state) => state !== 'CANCELLED'),
    may: mayWorkProblem,
    mutations: ['publishProblem'],
  },
  NOTE: { from: ANY_STATE, may: mayNoteProblem, mutations: ['addProblemInternalNote'] },
};

export const { allowedActions, requireAction } = actionTable<Problem, ProblemState, ProblemAction>(
  'problem',
  PROBLEM_ACTIONS,
);
