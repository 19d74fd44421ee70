import type { Actor } from '@desk/kit/api/actor';
import type { Viewer } from '@desk/kit/api/viewer';
import type { KnownPerson } from '../person/person.ts';
import type { Notification } from './notification.ts';

/** Has an inbox: every person. Partner systems have none. */
export function hasInbox({ id, kind }: Viewer): boolean {
  return id !== null && kind === 'PERSON';
}

/**
 * Knows who acted: staff and auditors everybody; others themselves, the SME's people, people of their own organizations and of those that they
 * act for, and whoever acted for one of these. `found` is the actor as the directory tells, null where nothing is known.
 */
export function mayKnowActor(
  viewer: Viewer,
  { id, actingFor }: Pick<Actor, 'id' | 'actingFor'>,
  found: Pick<KnownPerson, 'roles' | 'organizationIds'> | null,
): boolean {
  if (viewer.staff || viewer.auditor || id === null || id === viewer.id) return true;
  const known = [...viewer.memberships, ...viewer.delegations].map(({ organizationId }) => organizationId);
  if (actingFor !== null && known.includes(actingFor)) return true;
  const isOfSme = found?.roles.some((role) => role.startsWith('SME_')) ?? false;
  return isOfSme || (found?.organizationIds.some((each) => known.includes(each)) ?? false);
}

/** Reads a notification, and marks it: the person who was told. */
export function isRecipient(viewer: Viewer, { personId }: Pick<Notification, 'personId'>): boolean {
  return viewer.id !== null && viewer.id === personId;
}
