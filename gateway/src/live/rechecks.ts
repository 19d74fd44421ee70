import { Refusal } from '@desk/kit/api/errors';
import { canonicalJson } from '@desk/kit/process/ids';
import type { Principal } from '@desk/directory/principal/principal';
import type { Principals } from '../identity/principals.ts';
import { CLOSE, type LiveSession } from './session.ts';

/** How often the gateway checks that principals still have their rights, in milliseconds, beside the directory's events. */
const RECHECK_MS = 60_000;
/** Principals that are checked at the same time. */
const RECHECK_AT_ONCE = 8;

type KnownPrincipals = Pick<Principals, 'resolve' | 'onChange'>;

/** Closes the sockets of principals whose rights have changed since the socket was opened. Returns the function that ends that. */
export function startRechecks(sessions: ReadonlySet<LiveSession>, principals: KnownPrincipals): () => void {
  const endChanges = principals.onChange((id) => void recheck(id, sessions, principals));
  const timer = setInterval(() => void recheck(null, sessions, principals), RECHECK_MS);
  return () => {
    endChanges();
    clearInterval(timer);
  };
}

/** Checks the sockets of one principal, or of all where `id` is null. */
async function recheck(
  id: string | null,
  sessions: ReadonlySet<LiveSession>,
  principals: KnownPrincipals,
): Promise<void> {
  const byLogin = new Map<string, LiveSession[]>();
  for (const session of sessions) {
    const { authenticated } = session;
    if (!authenticated || (id !== null && authenticated.principal.id !== id)) continue;
    byLogin.set(authenticated.login, [...(byLogin.get(authenticated.login) ?? []), session]);
  }
  const waiting = [...byLogin];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [login, theirs] = next;
      const rights = await rightsNow(login, principals);
      for (const session of theirs) {
        const before = session.authenticated && rightsOf(session.authenticated.principal);
        if (rights !== 'UNKNOWN' && rights !== before) session.close(CLOSE.rightsChanged);
      }
    }
  };
  await Promise.all(Array.from({ length: RECHECK_AT_ONCE }, work));
}

/** A login's rights; null when it has none any more, UNKNOWN while the directory does not answer. */
async function rightsNow(login: string, principals: KnownPrincipals): Promise<string | null> {
  try {
    return rightsOf(await principals.resolve(login));
  } catch (error) {
    return error instanceof Refusal && error.code === 'UNAUTHENTICATED' ? null : 'UNKNOWN';
  }
}

function rightsOf({ id, active, memberships, authorizations }: Principal): string {
  return canonicalJson([id, active, memberships, authorizations]);
}
