import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
} from 'jose';
import { ManualTime } from '@desk/kit/time/time-source';
import { createLogger } from '@desk/kit/process/logger';
import { DEMO_NEWCOMERS, DEMO_PEOPLE } from './demo-people.ts';
import { generateIssuerKey, startIssuer, type RunningIssuer } from './issuer.ts';

const CALLBACK = 'http://localhost:4000/sign-in/callback';
const AUDIENCE = 'https://desk.example/api';
const VERIFIER = 'a-verifier-that-is-long-enough-for-the-rule-of-43';

const time = new ManualTime(new Date());
let issuer: RunningIssuer;
let partnerKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  partnerKey = pair.privateKey;
  issuer = await startIssuer({
    host: '127.0.0.1',
    port: 0,
    people: [...DEMO_PEOPLE, ...DEMO_NEWCOMERS],
    clients: [
      { id: 'desk', grant: 'authorization_code', redirectUris: [CALLBACK] },
      { id: 'partner-secret', grant: 'client_credentials', secret: 'a secret: with a colon' },
      { id: 'partner-key', grant: 'client_credentials', publicJwk: await exportJWK(pair.publicKey) },
    ],
    audience: AUDIENCE,
    signingKey: await generateIssuerKey(),
    time,
    logger: createLogger('issuer', 'silent'),
  });
});

afterAll(() => issuer.stop());

test('a program learns from the issuer where everything is', async () => {
  const found = (await json(await fetch(`${issuer.url}/.well-known/openid-configuration`))) as Record<string, string>;
  expect(found).toMatchObject({ issuer: issuer.url, code_challenge_methods_supported: ['S256'] });
});

test('the issuer publishes no private key', async () => {
  const { keys } = (await json(await fetch(`${issuer.url}/jwks`))) as { keys: object[] };
  expect(keys.map((key) => Object.keys(key).includes('d'))).toEqual([false]);
});

test.each([
  ['en', 'Continue as', 'SME analyst'],
  ['fr', 'Continuer en tant que', 'Analyste de l’ECI'],
])('the sign-in page has eleven cards in %s', async (language, words, role) => {
  const page = await (await authorize({ ui_locales: language })).text();
  expect([page.split(words).length - 1, page.includes(role)]).toEqual([11, true]);
});

test('the sign-in page shows what a request holds as text only', async () => {
  const page = await (await authorize({ state: '"><script>alert(1)</script>' })).text();
  expect(page).not.toContain('<script');
});

test('a card signs in with one click and leads back with the state', async () => {
  const answer = await authorize({ login_hint: 'sam', state: 'as sent' });
  const back = new URL(answer.headers.get('location') ?? '');
  expect([back.origin + back.pathname, back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual([
    CALLBACK,
    'as sent',
    issuer.url,
  ]);
});

test('the code brings an access token for the API and an id token with the nonce', async () => {
  const tokens = await exchange(await codeFor('sam', { nonce: 'once' }));
  const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
  const options = { issuer: issuer.url, currentDate: time.now() };
  const access = await jwtVerify(tokens.access_token ?? '', keys, { ...options, audience: AUDIENCE, typ: 'at+jwt' });
  const id = await jwtVerify(tokens.id_token ?? '', keys, { ...options, audience: 'desk' });
  expect([access.payload.sub, id.payload.sub, id.payload['nonce']]).toEqual(['sam', 'sam', 'once']);
});

test('tokens are signed with EdDSA and end after five minutes', async () => {
  const { access_token: token = '', expires_in: seconds } = await exchange(await codeFor('sam'));
  expect([decodeProtectedHeader(token).alg, seconds]).toEqual(['EdDSA', 300]);
});

test.each([
  ['nina', 'openid email', { email: 'nina.okoye@maplebend.example', email_verified: true }],
  ['nina', 'openid profile', {}],
  ['sam', 'openid email', {}],
])('the id token of %s with the scope %s says of an address: %p', async (login, scope, said) => {
  const { id_token = '' } = await exchange(await codeFor(login, { scope }));
  const { email, email_verified } = decodeJwt(id_token);
  expect(JSON.parse(JSON.stringify({ email, email_verified }))).toEqual(said);
});

test('userinfo tells the person’s name to the holder of an access token', async () => {
  const { access_token: token } = await exchange(await codeFor('sam'));
  const answer = await fetch(`${issuer.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  expect(await json(answer)).toMatchObject({ sub: 'sam' });
});

test('userinfo refuses an id token', async () => {
  const { id_token: token } = await exchange(await codeFor('sam'));
  const answer = await fetch(`${issuer.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(401);
});

test('a code works once', async () => {
  const code = await codeFor('sam');
  await exchange(code);
  expect(await exchange(code)).toMatchObject({ error: 'invalid_grant' });
});

test('a code is of no use without its verifier', async () => {
  expect(await exchange(await codeFor('sam'), { code_verifier: 'another' })).toMatchObject({ error: 'invalid_grant' });
});

test('a code ends after a minute', async () => {
  const code = await codeFor('sam');
  time.advance(60_000);
  expect(await exchange(code)).toMatchObject({ error: 'invalid_grant' });
});

test('an address that is not known letter by letter is never led back to', async () => {
  const answer = await authorize({ login_hint: 'sam', redirect_uri: `${CALLBACK}/` });
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
});

test.each([
  ['no PKCE', { code_challenge: '' }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
  ['no openid scope', { scope: 'profile' }, 'invalid_scope'],
])('%s is refused', async (_name, change, error) => {
  const answer = await authorize({ login_hint: 'sam', ...change });
  expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe(error);
});

test('a partner with a secret gets a token of its own', async () => {
  const basic = Buffer.from('partner-secret:a+secret%3A+with+a+colon').toString('base64');
  const tokens = await token({ grant_type: 'client_credentials' }, { authorization: `Basic ${basic}` });
  expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 300 });
});

test('a wrong secret is refused', async () => {
  const basic = Buffer.from('partner-secret:wrong').toString('base64');
  expect(await token({ grant_type: 'client_credentials' }, { authorization: `Basic ${basic}` })).toMatchObject({
    error: 'invalid_client',
  });
});

test('a partner with a key gets a token of its own', async () => {
  expect(await withAssertion(await assertion())).toMatchObject({ token_type: 'Bearer' });
});

test('an assertion works once', async () => {
  const signed = await assertion();
  await withAssertion(signed);
  expect(await withAssertion(signed)).toMatchObject({ error: 'invalid_client' });
});

test('an assertion for another issuer is refused', async () => {
  expect(await withAssertion(await assertion('https://elsewhere.example'))).toMatchObject({ error: 'invalid_client' });
});

test('a partner’s client cannot sign people in', async () => {
  const basic = Buffer.from('partner-secret:a+secret%3A+with+a+colon').toString('base64');
  expect(await token({ grant_type: 'authorization_code' }, { authorization: `Basic ${basic}` })).toMatchObject({
    error: 'unauthorized_client',
  });
});

test('a terminal gets a person’s access token by name', async () => {
  expect(await json(await fetch(`${issuer.url}/demo/token/lena`))).toMatchObject({ token_type: 'Bearer' });
});

test('the issuer does not start in production', async () => {
  const start = startIssuer({ environment: 'production' } as Parameters<typeof startIssuer>[0]);
  await expect(start).rejects.toThrow('does not run in production');
});

async function authorize(change: Record<string, string> = {}): Promise<Response> {
  const asked = new URLSearchParams({
    client_id: 'desk',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  });
  return fetch(`${issuer.url}/authorize?${asked}`, { redirect: 'manual' });
}

async function codeFor(login: string, change: Record<string, string> = {}): Promise<string> {
  const answer = await authorize({ login_hint: login, ...change });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

async function exchange(code: string, change: Record<string, string> = {}): Promise<Tokens> {
  return token({
    grant_type: 'authorization_code',
    client_id: 'desk',
    redirect_uri: CALLBACK,
    code,
    code_verifier: VERIFIER,
    ...change,
  });
}

async function withAssertion(client_assertion: string): Promise<Tokens> {
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return token({ grant_type: 'client_credentials', client_assertion_type, client_assertion });
}

async function assertion(audience = `${issuer.url}/token`): Promise<string> {
  const now = Math.floor(time.now().getTime() / 1_000);
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('partner-key')
    .setSubject('partner-key')
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(partnerKey);
}

interface Tokens {
  access_token?: string;
  id_token?: string;
  expires_in?: number;
  error?: string;
}

async function token(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Tokens> {
  const answer = await fetch(`${issuer.url}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return (await answer.json()) as Tokens;
}

async function json(answer: Response): Promise<unknown> {
  return answer.json();
}
