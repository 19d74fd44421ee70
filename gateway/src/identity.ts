import type { IncomingHttpHeaders } from 'node:http';
import { errors as joseErrors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '@desk/directory/principal';
import type { Clock } from '@desk/kit/clock';
import { Refusal } from '@desk/kit/errors';
import type { Viewer } from '@desk/kit/viewer';
import type { CallerClass } from './limits.ts';
import { idpUnavailable, type Provider } from './provider.ts';
import type { Sessions } from './session.ts';
import { viewerOf, type Authenticated } from './viewer.ts';

/** What a caller shows of itself. Nothing else in a request says who is asking. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  /** The first message of a WebSocket: `token`, `actingFor`, `person`. Null for a request over HTTP. */
  params: Record<string, unknown> | null;
}

/** Finds out who is asking. Refuses with UNAUTHENTICATED, and with the same words for whatever is wrong with a token. */
export type Authenticate = (credentials: Credentials) => Promise<Authenticated>;

export interface IdentityOptions {
  provider: Provider;
  sessions: Sessions;
  /** Who a login is. Refuses with UNAUTHENTICATED where the directory knows nobody active by it. */
  resolve: (login: string) => Promise<Principal>;
  /** What an access token names as `aud`. */
  audience: string;
  /** Origins whose pages may use the session. */
  origins: ReadonlySet<string>;
  clock: Clock;
}

const TOKEN_BYTES_MAX = 4 * 1024;
const TOKEN_ALGORITHMS = ['EdDSA', 'ES256'];
const SKEW_SECONDS = 30;
const TOKENS_MAX = 10_000;
const ACTING_FOR_MAX = 100;
const VIEWERS_MAX = 10_000;

/**
 * Proves a caller by a bearer token (in the header, or `token` of a socket's first message) or else by the session in
 * the cookie. The cookie counts only on a page of an allowed origin and, over HTTP, with the header `desk-csrf: 1`, which
 * no page of another origin can send. Who names the person that it takes itself for (header `desk-person`, `person` of a
 * socket) is refused as anybody else: a browser's session may have become another's since a page of it was opened.
 */
export function createIdentity({
  provider,
  sessions,
  resolve,
  audience,
  origins,
  clock,
}: IdentityOptions): Authenticate {
  // Verifying costs more than all the rest of a small request, and a client sends one token many times.
  const verified = new LRUCache<string, Proof>({ max: TOKENS_MAX });

  const byToken = async (token: string): Promise<Proof> => {
    const known = verified.get(token);
    if (known && known.endsAt > clock.now()) return known;
    if (Buffer.byteLength(token) > TOKEN_BYTES_MAX) throw unauthenticated();
    const { payload } = await jwtVerify(token, provider.keys, {
      algorithms: TOKEN_ALGORITHMS,
      typ: 'at+jwt',
      issuer: provider.issuer,
      audience,
      clockTolerance: SKEW_SECONDS,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'sub'],
    }).catch((error: unknown) => {
      // Keys that cannot be had are not the caller's fault.
      if (error instanceof Refusal) throw error;
      if (unreachable(error)) throw idpUnavailable();
      throw unauthenticated();
    });
    const endsAt = new Date(((payload.exp ?? 0) + SKEW_SECONDS) * 1_000);
    const proof = { login: payload.sub ?? '', sessionId: null, endsAt };
    verified.set(token, proof);
    return proof;
  };

  const bySession = async ({ headers, params }: Credentials): Promise<Proof> => {
    const session = await sessions.read(headers.cookie);
    if (!session) throw unauthenticated();
    // A browser sends no origin with a GET to its own site, but says that it is one.
    const { origin, 'sec-fetch-site': site } = headers;
    const fromAllowedPage = origin === undefined ? site === 'same-origin' : origins.has(origin);
    if (!fromAllowedPage || (params === null && headers['desk-csrf'] !== '1')) {
      throw new Refusal(
        'UNAUTHENTICATED',
        'A session counts only on a page of the desk, with the header `desk-csrf: 1`.',
      );
    }
    return { login: session.login, sessionId: session.id, endsAt: session.endsAt };
  };

  const viewers = new LRUCache<string, Seen>({ max: VIEWERS_MAX });

  /** The same object for as long as nothing changes: internal tokens are signed once for each. */
  const seen = (login: string, principal: Principal, actingFor: string[]): Seen => {
    const key = [login, ...actingFor].join('\n');
    const now = clock.now();
    const known = viewers.get(key);
    if (known && known.principal === principal && now >= known.at && (!known.changesAt || now < known.changesAt))
      return known;
    const fresh = { principal, at: now, callerClass: callerClassOf(principal), ...viewerOf(principal, actingFor, now) };
    viewers.set(key, fresh);
    return fresh;
  };

  return async (credentials) => {
    const token = tokenOf(credentials);
    const { login, sessionId, endsAt } = await (token === null ? bySession(credentials) : byToken(token));
    const principal = await resolve(login);
    const expected = personOf(credentials);
    if (expected !== undefined && expected !== principal.id) throw anotherPerson();
    const { viewer, callerClass, changesAt } = seen(login, principal, actingForOf(credentials));
    const expiresAt = changesAt && changesAt < endsAt ? changesAt : endsAt;
    return { login, sessionId, principal, viewer, callerClass, expiresAt };
  };
}

/** The one answer to a token that does not hold, whatever is wrong with it. */
export function unauthenticated(): Refusal {
  return new Refusal('UNAUTHENTICATED', 'Nobody is signed in, or the token does not hold. Sign in and send it again.');
}

function anotherPerson(): Refusal {
  return new Refusal('UNAUTHENTICATED', 'Somebody else is signed in by now. Load the page again.');
}

/** Which limits hold for a principal: systems and people of partners, people of the operator and of agents, everybody else. */
export function callerClassOf({ kind, memberships }: Principal): CallerClass {
  const types = new Set(memberships.map(({ organizationType }) => organizationType));
  if (kind === 'CLIENT' || types.has('PARTNER')) return 'PARTNER';
  return types.has('SME') || types.has('AGENT') ? 'AGENT' : 'LDC_USER';
}

interface Proof {
  login: string;
  sessionId: string | null;
  endsAt: Date;
}

/** What a principal with an acting context may do, from one instant until `changesAt`. */
interface Seen {
  principal: Principal;
  at: Date;
  viewer: Viewer;
  callerClass: CallerClass;
  changesAt: Date | null;
}

/** A bearer token, also an empty or misspelt one; null where none is offered, so that the session decides. */
function tokenOf({ headers, params }: Credentials): string | null {
  const given = params?.['token'];
  if (given !== undefined && given !== null) return typeof given === 'string' ? given : '';
  if (headers.authorization === undefined) return null;
  return /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '';
}

/** The id of the person that a page takes itself for; undefined where it names none. */
function personOf({ headers, params }: Credentials): unknown {
  return (params ? params['person'] : headers['desk-person']) ?? undefined;
}

/** Ids of organizations: a list, or text with commas. */
function actingForOf({ headers, params }: Credentials): string[] {
  const given = params?.['actingFor'] ?? headers['desk-acting-for'] ?? [];
  const list: unknown[] = Array.isArray(given) ? given : typeof given === 'string' ? given.split(',') : [given];
  if (list.length > ACTING_FOR_MAX) {
    throw new Refusal('BAD_USER_INPUT', `Name at most ${ACTING_FOR_MAX} organizations to act for.`);
  }
  return list.map((id) => (typeof id === 'string' ? id.trim() : '')).filter(Boolean);
}

function unreachable(error: unknown): boolean {
  if (error instanceof joseErrors.JWKSTimeout) return true;
  // fetch rejects with a TypeError; an answer other than 200 is jose's general error.
  return error instanceof TypeError || (error instanceof joseErrors.JOSEError && error.code === 'ERR_JOSE_GENERIC');
}
