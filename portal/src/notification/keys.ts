import type { Command } from '../app/keys.ts';

/** Every key of the inbox. */
export const NOTIFICATION_KEYS = {
  goInbox: { keys: 'g i', scope: 'keys.scope.everywhere', label: 'command.goInbox' },
} as const satisfies Record<string, Command>;
