import type { Command } from '../app/keys.ts';

/** Every key of incidents. */
export const INCIDENT_KEYS = {
  search: { keys: '/', scope: 'keys.scope.everywhere', label: 'command.search' },
  create: { keys: 'c', scope: 'keys.scope.everywhere', label: 'command.create' },
  goIncidents: { keys: 'g t', scope: 'keys.scope.everywhere', label: 'command.goIncidents' },
  assign: { keys: 'a', scope: 'keys.scope.incident', label: 'command.assign' },
  reclassify: { keys: 'p', scope: 'keys.scope.incident', label: 'command.reclassify' },
  link: { keys: 'l', scope: 'keys.scope.incident', label: 'command.link' },
  followUp: { keys: 'f', scope: 'keys.scope.incident', label: 'command.followUp' },
  explain: { keys: 'e', scope: 'keys.scope.incident', label: 'command.explain' },
} as const satisfies Record<string, Command>;
