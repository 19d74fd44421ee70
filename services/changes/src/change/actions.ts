import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import { ChangeState, type ChangeAction, type Mutation } from '../generated/api.ts';
import type { Change } from './change.ts';
import { mayCommentChange, mayManageChange, mayNoteChange } from './policy.ts';

const ANY_STATE = Object.values(ChangeState);
const ENDED: readonly ChangeState[] = ['DECLINED', 'REJECTED', 'CLOSED', 'CANCELLED'];

/** What the SME has not taken up: nobody shows the words of a proposal to all before a change manager has read and accepted it. */
const UNTAKEN: readonly ChangeState[] = ['PROPOSED', 'DECLINED'];

interface ChangeActionRule extends ActionRule<Change, ChangeState> {
  mutations: readonly (keyof Mutation)[];
}

/**
 * Every action on a change: from which states, by which rule of the policy, and by which mutation. A move that is not here does not exist.
 * It serves the check, the refusals, `allowedActions` and the documentation.
 */
export const CHANGE_ACTIONS: Readonly<Record<ChangeAction, ChangeActionRule>> = {
  ACCEPT: { from: ['PROPOSED'], may: mayManageChange, mutations: ['acceptChange'] },
  DECLINE: { from: ['PROPOSED'], may: mayManageChange, mutations: ['declineChange'] },
  ASSESS: { from: ['DRAFT', 'ASSESS'], may: mayManageChange, mutations: ['assessChange'] },
  PLAN: { from: ['ASSESS'], may: mayManageChange, mutations: ['planChange'] },
  SUBMIT: { from: ['ASSESS'], may: mayManageChange, mutations: ['submitChange'], when: ({ plan }) => plan !== null },
  START: { from: ['SCHEDULED'], may: mayManageChange, mutations: ['startChange'] },
  COMPLETE: { from: ['IMPLEMENTING'], may: mayManageChange, mutations: ['completeChange'] },
  CLOSE: { from: ['REVIEW'], may: mayManageChange, mutations: ['closeChange'] },
  PUBLISH: {
    from: ANY_STATE.filter((state) => !UNTAKEN.includes(state)),
    may: mayManageChange,
    mutations: ['publishChange'],
    when: ({ publishedAt }) => publishedAt === null,
  },
  REPLAN: { from: ['ASSESS', 'AUTHORIZE', 'SCHEDULED'], may: mayManageChange, mutations: ['replanChange'] },
  CANCEL: { from: ['ASSESS', 'AUTHORIZE', 'SCHEDULED'], may: mayManageChange, mutations: ['cancelChange'] },
  COMMENT: {
    from: ANY_STATE.filter((state) => !ENDED.includes(state)),
    may: mayCommentChange,
    mutations: ['addChangeComment'],
  },
  NOTE: { from: ANY_STATE, may: mayNoteChange, mutations: ['addChangeInternalNote'] },
};

export const { allowedActions, requireAction } = actionTable<Change, ChangeState, ChangeAction>(
  'change',
  CHANGE_ACTIONS,
);
