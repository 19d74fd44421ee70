import { createHash, randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  type JWK,
} from 'jose';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Logger } from '@desk/kit/process/logger';
import type { DemoPerson } from './demo-people.ts';
import { clientAuthentication, OAuthRefusal, type IssuerClient } from './client.ts';
import { PAGE_POLICY, refusalPage, signInPage, type PageLanguage } from './page.ts';

export interface IssuerOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  people: readonly DemoPerson[];
  clients: readonly IssuerClient[];
  /** The API that the access tokens are for. */
  audience: string;
  /** A private key from `generateIssuerKey`; kept by the launcher, so that tokens outlive a restart. */
  signingKey: JWK;
  time: TimeSource;
  logger: Logger;
  /** `NODE_ENV`: the issuer asks for no password, so it does not start in production. */
  environment?: string | undefined;
}

export interface RunningIssuer {
  /** The issuer's name and address. */
  url: string;
  stop(): Promise<void>;
}

/** How long a token lives, in seconds. */
export const ISSUED_TOKEN_SECONDS = 300;
const CODE_MS = 60_000;
const CODES_MAX = 1_000;
const FORM_BYTES_MAX = 16 * 1024;
const ALGORITHM = 'EdDSA';

/** A new signing key for an issuer. */
export async function generateIssuerKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: ALGORITHM, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

/**
 * An OpenID Connect provider for demonstrations and tests: sign-in of made-up people by one click (code with PKCE), and
 * client credentials for partner systems. It also hands out access tokens to terminals: `GET /demo/token/<login>`.
 * Rejects where the environment is production.
 */
export async function startIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  if (options.environment === 'production') {
    throw new Error('The demo issuer lets anybody in without a password and does not run in production.');
  }
  const { people, clients, time, logger } = options;
  const app = openApp();
  // Known once it listens; every route reads it later than that.
  let issuer = '';
  const tokens = await tokenMaker(() => issuer, options);
  const codes = codeStore(time);
  const authenticate = clientAuthentication(clients, { audiences: () => [issuer, `${issuer}/token`], time });
  const listed = people.filter((person) => !person.unlisted);
  const find = (login: string | null) => people.find((person) => person.login === login);

  app.get('/.well-known/openid-configuration', () => metadata(issuer));
  app.get('/jwks', () => ({ keys: [publicPart(options.signingKey)] }));

  app.get('/authorize', async (request, reply) => {
    const asked = new URLSearchParams(request.url.split('?')[1] ?? '');
    const language = languageOf(asked, request.headers['accept-language']);
    const client = clients.find(({ id }) => id === asked.get('client_id'));
    const redirectUri = asked.get('redirect_uri');
    if (!redirectUri || !client?.redirectUris?.includes(redirectUri)) {
      // Without a known address the issuer cannot lead the browser back.
      return html(reply.code(400), refusalPage(language, 'client_id, redirect_uri'));
    }
    const problem = authorizeProblem(asked);
    if (problem) return reply.redirect(answerUrl(redirectUri, asked, { ...problem, iss: issuer }), 303);
    const chosen = find(asked.get('login_hint'));
    if (!chosen) return html(reply, signInPage(language, listed, asked));
    const code = codes.put({
      login: chosen.login,
      clientId: client.id,
      redirectUri,
      challenge: asked.get('code_challenge') ?? '',
      nonce: asked.get('nonce'),
      withEmail: asked.get('scope')?.split(' ').includes('email') ?? false,
    });
    return reply.redirect(answerUrl(redirectUri, asked, { code, iss: issuer }), 303);
  });

  app.post('/token', async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const client = await authenticate(request.headers.authorization, form);
    if (form.get('grant_type') !== client.grant) {
      throw new OAuthRefusal('unauthorized_client', `This client uses ${client.grant}.`);
    }
    reply.header('cache-control', 'no-store');
    if (client.grant === 'client_credentials') return tokens.forClient(client.id);
    const code = codes.take(form.get('code') ?? '');
    const person = code && isCodeOf(code, client.id, form) ? find(code.login) : undefined;
    if (!person)
      throw new OAuthRefusal('invalid_grant', 'The code is used up, too old, or belongs to another request.');
    return tokens.forPerson(person, client.id, code ?? null);
  });

  app.get('/userinfo', async (request) => {
    const person = find(await tokens.subjectOf(request.headers.authorization));
    if (!person) throw new OAuthRefusal('invalid_token', 'The access token does not hold.', 401);
    return { sub: person.login, name: person.name };
  });

  app.get('/demo/people', () => ({ people: listed }));
  app.get<{ Params: { login: string } }>('/demo/token/:login', async (request, reply) => {
    const person = find(request.params.login);
    const known = people.map(({ login }) => login).join(', ');
    if (!person) throw new OAuthRefusal('invalid_request', `There is nobody of that name. There are: ${known}.`, 404);
    const { access_token, token_type, expires_in } = await tokens.forPerson(person, 'terminal', null);
    return reply.header('cache-control', 'no-store').send({ access_token, token_type, expires_in });
  });

  const listening = new URL(await app.listen({ host: options.host, port: options.port }));
  // People read `localhost`, and browsers treat it as a safe place.
  issuer = `http://localhost:${listening.port}`;
  logger.info({ url: issuer }, 'the demo issuer is ready');
  return { url: issuer, stop: () => app.close() };
}

function openApp(): FastifyInstance {
  const app = fastify({ bodyLimit: FORM_BYTES_MAX, forceCloseConnections: true, logger: false });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  app.setErrorHandler((error, _request, reply) => {
    const refusal =
      error instanceof OAuthRefusal ? error : new OAuthRefusal('invalid_request', 'The request is not right.');
    return reply.code(refusal.status).send({ error: refusal.code, error_description: refusal.message });
  });
  return app;
}

function metadata(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ALGORITHM],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['EdDSA', 'ES256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ui_locales_supported: ['en', 'fr'],
    claims_supported: ['sub', 'name', 'email', 'email_verified'],
  };
}

function publicPart({ d: _private, ...jwk }: JWK): JWK {
  return jwk;
}

/** What is wrong with a request whose client and address are known. */
function authorizeProblem(asked: URLSearchParams): { error: string; error_description: string } | null {
  if (asked.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', error_description: 'response_type is code' };
  }
  if (!asked.get('scope')?.split(' ').includes('openid')) {
    return { error: 'invalid_scope', error_description: 'scope names openid' };
  }
  if (asked.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(asked.get('code_challenge') ?? '')) {
    return { error: 'invalid_request', error_description: 'PKCE with S256 is required' };
  }
  return null;
}

function answerUrl(redirectUri: string, asked: URLSearchParams, answer: Record<string, string>): string {
  const url = new URL(redirectUri);
  const state = asked.get('state');
  for (const [name, value] of Object.entries({ ...answer, ...(state ? { state } : {}) }))
    url.searchParams.set(name, value);
  return url.href;
}

function languageOf(asked: URLSearchParams, accepted: string | undefined): PageLanguage {
  return /^fr\b/i.test(asked.get('ui_locales') ?? accepted ?? '') ? 'fr' : 'en';
}

function html(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .headers({ 'content-security-policy': PAGE_POLICY, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(page);
}

/** Who signed in, and the request that a code may be used for. */
interface Grant {
  login: string;
  clientId: string;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
  /** Whether the client asked for the person's e-mail address. */
  withEmail: boolean;
}

/** Codes that work once, within a minute; the oldest gives way when there are too many. */
function codeStore(time: TimeSource) {
  const grants = new Map<string, Grant & { until: number }>();
  return {
    put(grant: Grant): string {
      const oldest = grants.keys().next();
      if (grants.size >= CODES_MAX && !oldest.done) grants.delete(oldest.value);
      const code = randomUUID();
      grants.set(code, { ...grant, until: time.now().getTime() + CODE_MS });
      return code;
    },
    take(code: string): Grant | null {
      const grant = grants.get(code);
      grants.delete(code);
      return grant && grant.until > time.now().getTime() ? grant : null;
    },
  };
}

/** Whether a code was given to this client, for this address, and to the browser that began. */
function isCodeOf(code: Grant, clientId: string, form: URLSearchParams): boolean {
  return (
    code.clientId === clientId &&
    code.redirectUri === form.get('redirect_uri') &&
    code.challenge === s256(form.get('code_verifier') ?? '')
  );
}

async function tokenMaker(issuer: () => string, { signingKey, audience, time }: IssuerOptions) {
  const key = await importJWK(signingKey, ALGORITHM);
  const keys = createLocalJWKSet({ keys: [publicPart(signingKey)] });
  const sign = (typ: string, { to, subject, ...claims }: { to: string; subject: string; [claim: string]: unknown }) => {
    const now = Math.floor(time.now().getTime() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: signingKey.kid ?? '', typ })
      .setIssuer(issuer())
      .setAudience(to)
      .setSubject(subject)
      .setIssuedAt(now)
      .setExpirationTime(now + ISSUED_TOKEN_SECONDS)
      .sign(key);
  };
  const access = async (subject: string, clientId: string) => ({
    access_token: await sign('at+jwt', { to: audience, subject, client_id: clientId, jti: randomUUID() }),
    token_type: 'Bearer',
    expires_in: ISSUED_TOKEN_SECONDS,
  });
  return {
    forClient: (id: string) => access(id, id),
    forPerson: async ({ login, name, email }: DemoPerson, clientId: string, grant: Grant | null) => ({
      ...(await access(login, clientId)),
      id_token: await sign('JWT', {
        to: clientId,
        subject: login,
        name,
        ...(grant?.withEmail && email ? { email, email_verified: true } : {}),
        ...(grant?.nonce ? { nonce: grant.nonce } : {}),
      }),
    }),
    /** The subject of a bearer token that this issuer made; null where it did not. */
    async subjectOf(authorization: string | undefined): Promise<string | null> {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
      const options = { algorithms: [ALGORITHM], issuer: issuer(), audience, typ: 'at+jwt', currentDate: time.now() };
      return jwtVerify(token, keys, options).then(
        ({ payload }) => payload.sub ?? null,
        () => null,
      );
    },
  };
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
