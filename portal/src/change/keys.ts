import type { Command } from '../app/keys.ts';

/** Every key of changes. */
export const CHANGE_KEYS = {
  goChanges: { keys: 'g c', scope: 'keys.scope.everywhere', label: 'command.goChanges' },
} as const satisfies Record<string, Command>;
