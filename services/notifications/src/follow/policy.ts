import type { Viewer } from '@desk/kit/api/viewer';

/** Follows records, and reads the own follows: people. Partner systems take the live updates. */
export function mayFollow({ id, kind, memberships }: Viewer): boolean {
  return id !== null && kind === 'PERSON' && memberships.length > 0;
}
