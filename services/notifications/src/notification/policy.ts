import type { Viewer } from '@desk/kit/api/viewer';
import type { Notification } from './notification.ts';

/** Has an inbox: every person. Partner systems have none. */
export function hasInbox({ id, kind }: Viewer): boolean {
  return id !== null && kind === 'PERSON';
}

/** Reads a notification, and marks it: the person who was told. */
export function isRecipient(viewer: Viewer, { personId }: Pick<Notification, 'personId'>): boolean {
  return viewer.id !== null && viewer.id === personId;
}
