import type { Command } from '../app/keys.ts';

/** Every key of continuity. */
export const CONTINUITY_KEYS = {
  goContinuity: { keys: 'g b', scope: 'keys.scope.everywhere', label: 'command.goContinuity' },
} as const satisfies Record<string, Command>;
