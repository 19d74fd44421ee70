/** Who uses this browser, as the gateway tells it. */
export type SignIn = SignedIn | SignedOut;

export interface SignedIn {
  signedIn: true;
  /** The person's id. */
  id: string;
  name: string;
  language: 'EN' | 'FR';
  /** When the session ends, an instant. */
  expiresAt: string;
}

export interface SignedOut {
  signedIn: false;
  /** Why whoever was signed in is refused: the person or the organization is suspended. Null otherwise. */
  reason: 'PRINCIPAL' | 'ORGANIZATION' | null;
  /** The demo people that one click signs in; null where the desk runs in earnest. */
  demo: DemoPerson[] | null;
}

/** A fictional person of the demo. */
export interface DemoPerson {
  login: string;
  name: string;
  role_en: string;
  role_fr: string;
}

/** Asks the gateway who is signed in. Throws when it does not answer. */
export async function readSignIn(): Promise<SignIn> {
  const response = await fetch('/session', { headers: { 'desk-csrf': '1' }, cache: 'no-store' });
  if (!response.ok) throw new Error(`The session could not be read: status ${response.status}.`);
  return (await response.json()) as SignIn;
}

/** The open page, as a path with its search and fragment. */
export function hereAndNow(): string {
  return location.pathname + location.search + location.hash;
}

/** The address that signs a person in and then leads back to `returnTo`, a path of the portal. */
export function signInAddress(returnTo: string, login?: string): string {
  const parameters = new URLSearchParams({ return: returnTo });
  if (login) parameters.set('login_hint', login);
  return `/sign-in?${parameters}`;
}

/**
 * Ends the session, here and at the provider that signed the person in. Drafts stay in this browser, kept apart by person.
 * Gives the address to go to.
 */
export async function signOut(): Promise<string> {
  const response = await fetch('/sign-out', { method: 'POST', headers: { 'desk-csrf': '1' } });
  const answer = (await response.json().catch(() => null)) as { signOutUrl?: string | null } | null;
  return answer?.signOutUrl ?? '/';
}
