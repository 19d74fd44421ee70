import type { Command } from '../app/keys.ts';

/** Every key of known errors. */
export const KNOWN_ERROR_KEYS = {
  goKnownErrors: { keys: 'g k', scope: 'keys.scope.everywhere', label: 'command.goKnownErrors' },
} as const satisfies Record<string, Command>;
