import type { Viewer } from '@desk/kit/api/viewer';
import type { SignUp } from './sign-up.ts';

/** Signs up: people. Partner systems take the live updates. */
export function maySignUp({ id, kind, memberships }: Viewer): boolean {
  return id !== null && kind === 'PERSON' && memberships.length > 0;
}

/** Reads and withdraws a sign-up: the person whose it is. */
export function isSignedUp(viewer: Viewer, { personId }: Pick<SignUp, 'personId'>): boolean {
  return viewer.id !== null && viewer.id === personId;
}
