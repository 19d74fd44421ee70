import type { Command } from '../app/keys.ts';

/** Every key of problems. */
export const PROBLEM_KEYS = {
  goProblems: { keys: 'g l', scope: 'keys.scope.everywhere', label: 'command.goProblems' },
} as const satisfies Record<string, Command>;
