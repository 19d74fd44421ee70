import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import type { KnownErrorAction, KnownErrorState, Mutation } from '../generated/api.ts';
import type { KnownError } from './known-error.ts';
import { mayWriteKnownError } from './policy.ts';

interface KnownErrorActionRule extends ActionRule<KnownError, KnownErrorState> {
  mutations: readonly (keyof Mutation)[];
}

/**
 * Every action on a known error: from which states, by which rule of the policy, and by which mutation. It serves the check, the
 * refusals, `allowedActions` and the documentation.
 */
export const KNOWN_ERROR_ACTIONS: Readonly<Record<KnownErrorAction, KnownErrorActionRule>> = {
  EDIT: { from: ['DRAFT', 'PUBLISHED'], may: mayWriteKnownError, mutations: ['editKnownError'] },
  PUBLISH: {
    from: ['DRAFT', 'PUBLISHED'],
    may: mayWriteKnownError,
    mutations: ['publishKnownError'],
    when: ({ publishedAt }) => publishedAt === null,
  },
  RETIRE: { from: ['PUBLISHED'], may: mayWriteKnownError, mutations: ['retireKnownError'] },
};

export const { allowedActions, requireAction } = actionTable<KnownError, KnownErrorState, KnownErrorAction>(
  'known error',
  KNOWN_ERROR_ACTIONS,
);
