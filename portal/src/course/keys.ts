import type { Command } from '../app/keys.ts';

/** Every key of the academy. */
export const COURSE_KEYS = {
  goAcademy: { keys: 'g a', scope: 'keys.scope.everywhere', label: 'command.goAcademy' },
} as const satisfies Record<string, Command>;
