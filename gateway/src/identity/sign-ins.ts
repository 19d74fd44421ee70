import { fastifyCookie } from '@fastify/cookie';
import type { TimeSource } from '@desk/kit/time/time-source';
import { sealedCookie, type SealedCookie } from './sealed-cookie.ts';

/** How long a person may take at the provider, in milliseconds. */
const SIGN_IN_MS_MAX = 10 * 60 * 1_000;
/** So many sign-ins of one browser may be under way; the oldest makes room. Their cookies come with every request. */
const UNDER_WAY_MAX = 8;
const NAME = 'desk-sign-in-';
/** The beginning of a state that tells its sign-in from every other. */
const STATE_CHARACTERS = 16;

/** What a browser's sign-in must know when it comes back from the provider. */
export interface SignIn {
  verifier: string;
  state: string;
  nonce: string;
  /** Where it then leads, a path of this site. */
  back: string;
}

/** The sign-ins that browsers have under way, each in a cookie of its own: tabs that sign in side by side do not disturb each other. */
export interface SignIns {
  /** The `Set-Cookie` values by which the browser remembers one more. */
  begin(signIn: SignIn, cookies: string | undefined): Promise<string[]>;
  /** The sign-in that a provider's answer belongs to; null where this browser has none such, or it took too long. */
  find(state: unknown, cookies: string | undefined): Promise<SignIn | null>;
}

/** Sign-ins in sealed cookies. `secrets`: see `SealedCookieOptions`. A cookie stays until it is over: the answer may be opened again. */
export function createSignIns(options: { secrets: readonly string[]; https: boolean; time: TimeSource }): SignIns {
  const cookieOf = (state: string): SealedCookie =>
    sealedCookie({ ...options, name: NAME + state.slice(0, STATE_CHARACTERS) });
  return {
    async begin(signIn, cookies) {
      const endsAt = new Date(options.time.now().getTime() + SIGN_IN_MS_MAX);
      const names = Object.keys(fastifyCookie.parse(cookies ?? '')).filter((name) => name.includes(NAME));
      const over = names.slice(0, Math.max(0, names.length - UNDER_WAY_MAX + 1));
      const taken = over.map((name) => cookieOf(name.slice(name.indexOf(NAME) + NAME.length)).take());
      return [...taken, await cookieOf(signIn.state).give({ ...signIn }, endsAt)];
    },
    async find(state, cookies) {
      if (typeof state !== 'string' || !/^[\w.-]{16,}$/.test(state)) return null;
      const cookie = cookieOf(state);
      const sealed = cookie.find(cookies);
      const content = sealed ? await cookie.open(sealed) : null;
      return content?.['state'] === state ? (content as unknown as SignIn) : null;
    },
  };
}
