import { LRUCache } from 'lru-cache';
import type { TimeSource } from '@desk/kit/time/time-source';
import { sealedCookie } from './sealed-cookie.ts';

/** A person's sign-in with one browser. It lives in the cookie alone, so it outlasts every restart. */
export interface Session {
  /** Names this one sign-in: equal in every cookie that is made anew for it. */
  id: string;
  /** The sign-in service's name for the person, by which the directory knows the person too. */
  login: string;
  name: string;
  startedAt: Date;
  /** When the desk last renewed the cookie. */
  seenAt: Date;
  /** When it ends, unless it is used before then. */
  endsAt: Date;
}

/** A session that was not used for this long is over, in milliseconds. */
const IDLE_MS = 8 * 60 * 60 * 1_000;
/** A session is over after this, however much it is used, in milliseconds. */
const AGE_MS_MAX = 12 * 60 * 60 * 1_000;
/** A cookie older than this is renewed when it is used, in milliseconds. */
const RENEW_AFTER_MS = 5 * 60 * 1_000;
const OPENED_MAX = 10_000;

/** Reads and writes the browser's session. Every method that returns text returns a `Set-Cookie` value. */
export interface Sessions {
  start(person: { login: string; name: string }): Promise<string>;
  /** The session in a `Cookie` header; null where there is none that holds. */
  read(cookies: string | undefined): Promise<Session | null>;
  /** A newer cookie for a session that is in use; null while the one it has will do. */
  renew(session: Session): Promise<string | null>;
  /** Takes the cookie from the browser. docs/decisions/0016 says what else of the session ends then. */
  end(): string;
}

/** Sessions in sealed cookies. `secrets`: see `SealedCookieOptions`. */
export function createSessions(options: { secrets: readonly string[]; https: boolean; time: TimeSource }): Sessions {
  const { time } = options;
  const cookie = sealedCookie({ ...options, name: 'desk' });
  // Opening costs a decryption, and a browser sends the same text with each request.
  const opened = new LRUCache<string, Session>({ max: OPENED_MAX });

  const give = ({ login, name, startedAt }: Pick<Session, 'login' | 'name' | 'startedAt'>): Promise<string> => {
    const now = time.now().getTime();
    const content = { login, name, startedAt: startedAt.getTime(), seenAt: now };
    return cookie.give(content, new Date(Math.min(now + IDLE_MS, startedAt.getTime() + AGE_MS_MAX)));
  };

  const open = async (sealed: string): Promise<Session | null> => {
    const known = opened.get(sealed);
    if (known) return known;
    const content = await cookie.open(sealed);
    const { login, name, startedAt, seenAt, exp } = content ?? {};
    if (typeof login !== 'string' || typeof name !== 'string' || !exp) return null;
    const session = {
      id: `${login} ${Number(startedAt)}`,
      login,
      name,
      startedAt: new Date(Number(startedAt)),
      seenAt: new Date(Number(seenAt)),
      endsAt: new Date(exp * 1_000),
    };
    opened.set(sealed, session);
    return session;
  };

  return {
    start: (person) => give({ ...person, startedAt: time.now() }),
    async read(cookies) {
      const sealed = cookie.find(cookies);
      const session = sealed ? await open(sealed) : null;
      return session && session.endsAt > time.now() ? session : null;
    },
    async renew(session) {
      const ageMs = time.now().getTime() - session.seenAt.getTime();
      return ageMs < RENEW_AFTER_MS ? null : give(session);
    },
    end: () => cookie.take(),
  };
}
