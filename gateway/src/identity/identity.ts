import type { IncomingHttpHeaders } from 'node:http';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '@desk/directory/principal/principal';
import type { TimeSource } from '@desk/kit/time/time-source';
import { Refusal } from '@desk/kit/api/errors';
import { InputCheck, tooMany } from '@desk/kit/api/input';
import type { Viewer } from '@desk/kit/api/viewer';
import type { CallerClass } from '../limits/limits.ts';
import { idpUnavailable, providerIsAway, type Provider } from './provider.ts';
import type { Sessions } from './session.ts';
import { callerClassOf, viewerOf, type Authenticated } from './viewer.ts';

/** All that a request says of its caller. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  /** The first message of a WebSocket: `token`, `actingFor`, `person`. Null for a request over HTTP. */
  params: Record<string, unknown> | null;
}

/**
 * Proves who the caller is. Refuses with UNAUTHENTICATED, in the same words for every fault of a token, and with BAD_USER_INPUT where
 * the caller acts for something that is no organization's id.
 */
export type Authenticate = (credentials: Credentials) => Promise<Authenticated>;

export interface IdentityOptions {
  provider: Provider;
  sessions: Sessions;
  /** The principal of a login. Refuses with UNAUTHENTICATED where the directory knows none that is active. */
  resolve: (login: string) => Promise<Principal>;
  /** What an access token names as `aud`. */
  audience: string;
  /** Origins whose pages may use the session. */
  origins: ReadonlySet<string>;
  time: TimeSource;
}

const TOKEN_BYTES_MAX = 4 * 1024;
const TOKEN_ALGORITHMS = ['EdDSA', 'ES256'];
const SKEW_SECONDS = 30;
const TOKENS_MAX = 10_000;
const VIEWERS_MAX = 10_000;
const ACTING_FOR_MAX = 100;
const ACTING_FOR_HEADER = 'desk-acting-for';
/** How an organization's id begins. */
const ORGANIZATION_PREFIX = 'org';

/**
 * Proves a caller by a bearer token (in the header, or `token` of a socket's first message) or else by the session in the cookie. A
 * request that names a person (header `desk-person`, `person` of a socket) must be that person's: somebody else may have signed in since
 * the page was opened.
 */
export function createIdentity(options: IdentityOptions): Authenticate {
  const proveToken = tokenProof(options);
  const proveSession = sessionProof(options);
  const rightsOf = rememberedRights(options.time);
  return async (credentials) => {
    const token = tokenOf(credentials);
    const { login, sessionId, endsAt } = await (token === null ? proveSession(credentials) : proveToken(token));
    const principal = await options.resolve(login);
    const expected = personOf(credentials);
    if (expected !== undefined && expected !== principal.id) throw anotherPerson();
    const { viewer, callerClass, changesAt } = rightsOf(login, principal, actingForOf(credentials));
    const expiresAt = changesAt && changesAt < endsAt ? changesAt : endsAt;
    return { login, sessionId, principal, viewer, callerClass, expiresAt };
  };
}

/** A proof that a login is the caller's. */
interface Proof {
  login: string;
  sessionId: string | null;
  endsAt: Date;
}

function tokenProof({ provider, audience, time }: IdentityOptions): (token: string) => Promise<Proof> {
  // Verifying costs more than all the rest of a small request, and a client sends one token many times.
  const verified = new LRUCache<string, Proof>({ max: TOKENS_MAX });
  return async (token) => {
    const known = verified.get(token);
    if (known && known.endsAt > time.now()) return known;
    if (token === '') throw new Unproved('missing');
    if (Buffer.byteLength(token) > TOKEN_BYTES_MAX) throw new Unproved('wrong');
    const { payload } = await jwtVerify(token, provider.keys, {
      algorithms: TOKEN_ALGORITHMS,
      typ: 'at+jwt',
      issuer: provider.issuer,
      audience,
      clockTolerance: SKEW_SECONDS,
      currentDate: time.now(),
      requiredClaims: ['exp', 'sub'],
    }).catch((error: unknown) => {
      // Keys that cannot be had are not the caller's fault.
      if (error instanceof Refusal) throw error;
      if (providerIsAway(error)) throw idpUnavailable();
      throw new Unproved(error instanceof errors.JWTExpired ? 'expired' : 'wrong');
    });
    const endsAt = new Date(((payload.exp ?? 0) + SKEW_SECONDS) * 1_000);
    const proof = { login: payload.sub ?? '', sessionId: null, endsAt };
    verified.set(token, proof);
    return proof;
  };
}

/**
 * A session counts only on a page of an allowed origin and, over HTTP, with the header `desk-csrf: 1`, which no page of another origin
 * can send.
 */
function sessionProof({ sessions, origins }: IdentityOptions): (credentials: Credentials) => Promise<Proof> {
  return async ({ headers, params }) => {
    const session = await sessions.read(headers.cookie);
    // A browser sends no origin with a GET to its own site, but says that it is one.
    const { origin, 'sec-fetch-site': site } = headers;
    // A page of the desk had a session, and takes its cookie for granted.
    if (!session) throw new Unproved(origin !== undefined && origins.has(origin) ? 'expired' : 'missing');
    const fromAllowedPage = origin === undefined ? site === 'same-origin' : origins.has(origin);
    if (!fromAllowedPage || (params === null && headers['desk-csrf'] !== '1')) {
      throw new Refusal(
        'UNAUTHENTICATED',
        'A session counts only on a page of the desk, with the header `desk-csrf: 1`.',
      );
    }
    return { login: session.login, sessionId: session.id, endsAt: session.endsAt };
  };
}

/** The rights of a principal with an acting context, from one instant until `changesAt`. */
interface Rights {
  principal: Principal;
  at: Date;
  viewer: Viewer;
  callerClass: CallerClass;
  changesAt: Date | null;
}

/** Gives the same object for as long as nothing changes: internal tokens are signed once for each. */
function rememberedRights(time: TimeSource): (login: string, principal: Principal, actingFor: string[]) => Rights {
  const remembered = new LRUCache<string, Rights>({ max: VIEWERS_MAX });
  return (login, principal, actingFor) => {
    const key = [login, ...actingFor].join('\n');
    const now = time.now();
    const known = remembered.get(key);
    if (known && known.principal === principal && now >= known.at && (!known.changesAt || now < known.changesAt))
      return known;
    const fresh = { principal, at: now, callerClass: callerClassOf(principal), ...viewerOf(principal, actingFor, now) };
    remembered.set(key, fresh);
    return fresh;
  };
}

/** There is no proof of who asks. The answer is one, whatever is wrong; `why` decides whether a socket's client should come again. */
export class Unproved extends Refusal {
  readonly why: 'missing' | 'wrong' | 'expired';

  constructor(why: Unproved['why']) {
    super('UNAUTHENTICATED', 'The request must have a valid token or session. Sign in and send it again.');
    this.why = why;
  }
}

function anotherPerson(): Refusal {
  return new Refusal('UNAUTHENTICATED', 'Somebody else has signed in since this page was opened. Load the page again.');
}

/** A bearer token, also an empty or misspelt one; null where none is offered, so that the session decides. */
function tokenOf({ headers, params }: Credentials): string | null {
  const given = params?.['token'];
  if (given !== undefined && given !== null) return typeof given === 'string' ? given : '';
  if (headers.authorization === undefined) return null;
  return /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '';
}

/** The id of the person whose page the request comes from; undefined where it names none. */
function personOf({ headers, params }: Credentials): unknown {
  return (params ? params['person'] : headers['desk-person']) ?? undefined;
}

/** Ids of organizations: a list, or text with commas. Refuses with BAD_USER_INPUT an entry that is no such id. */
function actingForOf({ headers, params }: Credentials): string[] {
  const given = params?.['actingFor'] ?? headers[ACTING_FOR_HEADER] ?? [];
  const path = params ? 'actingFor' : ACTING_FOR_HEADER;
  const list: unknown[] = typeof given === 'string' ? given.split(',').filter(isText) : [given].flat();
  const check = new InputCheck();
  check.require(path, list.length <= ACTING_FOR_MAX, tooMany(ACTING_FOR_MAX));
  const ids = list
    .slice(0, ACTING_FOR_MAX)
    .map((id, index) => check.id(`${path}.${index}`, typeof id === 'string' ? id.trim() : '', ORGANIZATION_PREFIX));
  check.done();
  return ids;
}

function isText(part: string): boolean {
  return part.trim() !== '';
}
