import type { Command } from '../app/keys.ts';

/** Every key of organizations. */
export const ORGANIZATION_KEYS = {
  goOrganizations: { keys: 'g o', scope: 'keys.scope.everywhere', label: 'command.goOrganizations' },
} as const satisfies Record<string, Command>;
