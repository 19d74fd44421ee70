import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type IDToken,
} from 'openid-client';
import type { Principal } from '@desk/directory/principal/principal';
import type { TimeSource } from '@desk/kit/time/time-source';
import { Refusal } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';
import { Unproved } from './identity.ts';
import { idpUnavailable, providerIsAway, type Provider } from './provider.ts';
import type { Sessions } from './session.ts';
import { SIGN_IN_STYLE, SignInFailed, signInFailedPage } from './sign-in-page.ts';
import { createSignIns, type SignIn } from './sign-ins.ts';

export interface SignInOptions {
  provider: Provider;
  sessions: Sessions;
  /** The principal of a login. Refuses with UNAUTHENTICATED where the directory knows none that is active. */
  resolve: (login: string) => Promise<Principal>;
  /** The same for somebody who signs in, who may accept an invitation to a verified e-mail address; null where none is verified. */
  welcome: (login: string, email: string | null) => Promise<Principal>;
  /** Called with the id of a session that ended. */
  signedOut: (sessionId: string) => void;
  /** Where browsers reach the gateway, without a path. */
  publicUrl: string;
  /** Key material of the cookie that waits for the browser's return, the newest first. */
  secrets: readonly string[];
  /** True where the provider is the demo issuer. */
  demo: boolean;
  time: TimeSource;
  logger: Logger;
}

const HINT_CHARACTERS_MAX = 200;
const DEMO_MS_MAX = 2_000;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const CALLBACK = '/sign-in/callback';
/** Begins the state of a sign-in that was begun again by itself: it is not begun a third time. */
const AGAIN = 'again.';

/**
 * Sign-in of browsers by OpenID Connect (code with PKCE): `GET /sign-in?return=/path`, its callback, `POST /sign-out`, and
 * `GET /session`, which describes the person who is signed in. With the demo issuer also `GET /demo/token/<login>`, an access token as text.
 */
export function signInRoutes(app: FastifyInstance, options: SignInOptions): void {
  const { provider, sessions, resolve, welcome, publicUrl, logger } = options;
  const signIns = createSignIns({ ...options, https: publicUrl.startsWith('https:') });

  app.get<{ Querystring: Record<string, unknown> }>('/sign-in', async (request, reply) => {
    if (otherNameOfThisMachine(request.headers.host, publicUrl))
      return reply.redirect(`${publicUrl}${request.url}`, 302);
    const { return: back, login_hint: hint, ui_locales: language, again } = request.query;
    const signIn: SignIn = {
      verifier: randomPKCECodeVerifier(),
      state: again === '1' ? AGAIN + randomState() : randomState(),
      nonce: randomNonce(),
      back: localPath(back, publicUrl),
    };
    const configuration = await provider.configuration();
    const target = buildAuthorizationUrl(configuration, {
      redirect_uri: `${publicUrl}${CALLBACK}`,
      scope: 'openid profile email',
      response_type: 'code',
      code_challenge: await calculatePKCECodeChallenge(signIn.verifier),
      code_challenge_method: 'S256',
      state: signIn.state,
      nonce: signIn.nonce,
      ...(typeof hint === 'string' && hint.length <= HINT_CHARACTERS_MAX ? { login_hint: hint } : {}),
      ...(language === 'en' || language === 'fr' ? { ui_locales: language } : {}),
    });
    reply.header('set-cookie', await signIns.begin(signIn, request.headers.cookie));
    return reply.redirect(target.href, 302);
  });

  app.get<{ Querystring: Record<string, unknown> }>(CALLBACK, async (request, reply) => {
    const signIn = await signIns.find(request.query['state'], request.headers.cookie);
    const back = localPath(signIn?.back, publicUrl);
    const claims = signIn && (await claimsOf(request, signIn, options));
    if (!claims) return comeAgain(request, reply, { back, sessions, resolve });
    // A person whom the directory does not know is refused here, not by a page that cannot load anything.
    const principal = await welcome(claims.sub, verifiedEmail(claims));
    const name = typeof claims['name'] === 'string' ? claims['name'] : principal.name;
    logger.info({ principal: principal.id, requestId: request.id }, 'a person signed in');
    reply.header('set-cookie', await sessions.start({ login: claims.sub, name }));
    return reply.redirect(back, 303);
  });

  app.post('/sign-out', async (request, reply) => {
    if (request.headers['desk-csrf'] !== '1') throw new Unproved('missing');
    const session = await sessions.read(request.headers.cookie);
    if (session) options.signedOut(session.id);
    reply.header('set-cookie', sessions.end());
    return { signOutUrl: await signOutUrl(provider, publicUrl) };
  });

  app.get('/session', async (request) => {
    const session = await sessions.read(request.headers.cookie);
    const known = session && (await resolve(session.login).catch(refusalOfUnknown));
    if (!known || known instanceof Refusal) {
      const reason = known?.extensions['reason'] ?? null;
      return { signedIn: false, reason, demo: options.demo ? await demoPeople(provider) : null };
    }
    const { id, name, language } = known;
    return { signedIn: true, id, name, language, expiresAt: session.endsAt.toISOString() };
  });

  if (options.demo) demoRoute(app, provider);
}

/** What the provider says of the person, for the code in its answer. Null where the code does not hold, as when it was used before. */
async function claimsOf(
  request: FastifyRequest,
  { verifier, state, nonce }: SignIn,
  { provider, publicUrl, logger }: SignInOptions,
): Promise<IDToken | null> {
  const configuration = await provider.configuration();
  const tokens = await authorizationCodeGrant(configuration, new URL(request.url, publicUrl), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  }).catch((error: unknown) => {
    if (providerIsAway(error)) throw idpUnavailable();
    logger.warn({ error, requestId: request.id }, 'a sign-in failed');
    return null;
  });
  return tokens?.claims() ?? null;
}

/**
 * Where an answer of the provider leads that signs nobody in, because it was used before, or its sign-in took too long: to its page where
 * somebody is signed in, else once more to the provider. Refuses where that was tried, or where the provider said no.
 */
async function comeAgain(
  request: FastifyRequest<{ Querystring: Record<string, unknown> }>,
  reply: FastifyReply,
  { back, sessions, resolve }: Pick<SignInOptions, 'sessions' | 'resolve'> & { back: string },
): Promise<FastifyReply> {
  const session = await sessions.read(request.headers.cookie);
  const known = session && (await resolve(session.login).catch(refusalOfUnknown));
  if (known && !(known instanceof Refusal)) return reply.redirect(back, 303);
  const { code, state } = request.query;
  if (code === undefined || String(state).startsWith(AGAIN)) throw new SignInFailed();
  return reply.redirect(`/sign-in?${new URLSearchParams({ again: '1', return: back })}`, 303);
}

/** The e-mail address of a person, where the provider says that it verified it: nobody may claim another's invitation. */
function verifiedEmail({ email, email_verified: verified }: Record<string, unknown>): string | null {
  return typeof email === 'string' && verified === true ? email : null;
}

/** `GET /demo/token/<login>`: an access token as text. */
function demoRoute(app: FastifyInstance, provider: Provider): void {
  app.get<{ Params: { login: string } }>('/demo/token/:login', async (request, reply) => {
    const answer = await askDemo(provider, `token/${encodeURIComponent(request.params.login)}`);
    if (answer.status === 404) throw new Refusal('NOT_FOUND', String((await jsonOf(answer))['error_description']));
    if (!answer.ok) throw idpUnavailable();
    return reply.type('text/plain; charset=utf-8').send(`${String((await jsonOf(answer))['access_token'])}\n`);
  });
}

/** The page for a browser on a sign-in route; null for every other request, which gets the refusal as it is. */
export function signInFailure(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply | null {
  if (!request.url.startsWith('/sign-in') || !request.headers.accept?.includes('text/html')) return null;
  const policy = String(reply.getHeader('content-security-policy'));
  reply.header('content-security-policy', policy.replace("style-src 'self'", `style-src ${SIGN_IN_STYLE}`));
  return reply.type('text/html; charset=utf-8').send(signInFailedPage(refusal, String(request.id)));
}

/**
 * True where a browser opened 127.0.0.1 and the public address says localhost, or the other way round. Browsers do not send a cookie of
 * the one to the other, and the provider leads back to the public address.
 */
function otherNameOfThisMachine(host: string | undefined, publicUrl: string): boolean {
  const { host: known } = new URL(publicUrl);
  return host !== undefined && host !== known && LOOPBACK.test(host) && LOOPBACK.test(known);
}

/** A path on this site that may stand in a `Location`; `/` for everything else. */
export function localPath(asked: unknown, publicUrl: string): string {
  if (typeof asked !== 'string' || !asked.startsWith('/')) return '/';
  const url = URL.canParse(asked, publicUrl) ? new URL(asked, publicUrl) : null;
  // `//host`, `/\host` and the like parse as the addresses elsewhere that they are.
  if (url?.origin !== publicUrl || url.pathname.startsWith('/sign-in')) return '/';
  // `/.//host` is a path here, and without its dots an address elsewhere.
  if (url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Why somebody whom the directory does not let in is refused. Every other error goes on. */
function refusalOfUnknown(error: unknown): Refusal {
  if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') return error;
  throw error;
}

async function signOutUrl(provider: Provider, publicUrl: string): Promise<string | null> {
  const configuration = await provider.configuration().catch(() => null);
  if (!configuration?.serverMetadata().end_session_endpoint) return null;
  return buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${publicUrl}/` }).href;
}

/** The people of the demo issuer; null while it does not answer. */
async function demoPeople(provider: Provider): Promise<unknown> {
  const answer = await askDemo(provider, 'people').catch(() => null);
  return answer?.ok ? (await jsonOf(answer))['people'] : null;
}

async function askDemo(provider: Provider, path: string): Promise<Response> {
  return fetch(`${provider.issuer}/demo/${path}`, { signal: AbortSignal.timeout(DEMO_MS_MAX) }).catch(() => {
    throw idpUnavailable();
  });
}

async function jsonOf(answer: Response): Promise<Record<string, unknown>> {
  return (await answer.json()) as Record<string, unknown>;
}
