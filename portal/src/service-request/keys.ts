import type { Command } from '../app/keys.ts';

/** Every key of service requests. */
export const REQUEST_KEYS = {
  goRequests: { keys: 'g r', scope: 'keys.scope.everywhere', label: 'command.goRequests' },
} as const satisfies Record<string, Command>;
