import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import {
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { WebSocket } from 'ws';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';

const WHO = '{ me { id kind actingFor { id } } }';
const REQUEST_ID = 'the-same-for-all';

let ground: GatewayGround;
let refused: string;

beforeAll(async () => {
  ground = await startGatewayGround();
  refused = await shown('not even a token');
});
afterAll(() => ground.close());

interface Change {
  header?: Partial<JWTHeaderParameters>;
  claims?: Record<string, unknown>;
  /** Seconds from now. */
  expiresIn?: number;
  key?: CryptoKey;
}

/** A token of the issuer, right in everything but the change. */
async function signed({ header = {}, claims = {}, expiresIn = 300, key }: Change = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const own = (await importJWK(ground.issuerKey, 'EdDSA')) as CryptoKey;
  return new SignJWT({
    iss: ground.issuer.url,
    aud: ground.audience,
    sub: 'sam',
    iat: now,
    exp: now + expiresIn,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: ground.issuerKey.kid ?? '', ...header })
    .sign(key ?? own);
}

/** The whole answer to a request with a token: status, headers that say something, body. */
async function shown(token: string): Promise<string> {
  const answer = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': REQUEST_ID },
    body: JSON.stringify({ query: WHO }),
  });
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== 'date'));
  return JSON.stringify([answer.status, headers, await answer.json()]);
}

test('a token of the issuer signs in', async () => {
  expect(await shown(await signed())).toContain('"me":{"id":"per_sam"');
});

test('a token that does not hold is UNAUTHENTICATED with status 401', () => {
  expect(refused).toMatch(/^\[401,.*UNAUTHENTICATED/);
});

const ATTACKS: [string, () => Promise<string>][] = [
  ['an unsigned token', async () => unsigned()],
  ['a token signed with the public key as a secret', () => confused()],
  ['a token for another audience', () => signed({ claims: { aud: 'https://elsewhere.example' } })],
  ['a token of another issuer', () => signed({ claims: { iss: 'https://elsewhere.example' } })],
  ['a token whose issuer differs by a slash', () => signed({ claims: { iss: `${ground.issuer.url}/` } })],
  ['an id token', () => signed({ header: { typ: 'JWT' } })],
  ['a token without type', () => signed({ header: { typ: '' } })],
  ['a token that ended 31 s ago', () => signed({ expiresIn: -31 })],
  ['a token without end', () => signed({ claims: { exp: undefined } })],
  ['a token that begins in a minute', () => signed({ claims: { nbf: Math.floor(Date.now() / 1_000) + 60 } })],
  ['a token without subject', () => signed({ claims: { sub: undefined } })],
  ['a token of an unknown key', async () => signed({ header: { kid: 'unknown' } })],
  ['a token of a key that is not the issuer’s', async () => signed({ key: (await pair()).privateKey })],
  ['a token that brings its own key', () => ownKey()],
  [
    'a token that says where its keys are',
    () => signed({ header: { jku: 'http://127.0.0.1:9/keys', kid: 'unknown' } }),
  ],
  ['a token of more than 4 KiB', () => signed({ claims: { padding: 'x'.repeat(4_096) } })],
  ['a token with its signature cut off', async () => (await signed()).replace(/[^.]+$/, '')],
  ['a token with a claim changed', () => changed()],
  ['two tokens', async () => `${await signed()},${await signed()}`],
];

test.each(ATTACKS)('%s gets the same answer as no token at all', async (_name, attack) => {
  expect(await shown(await attack())).toBe(refused);
});

test('a token that ended within the last 30 s still holds: clocks differ', async () => {
  expect(await shown(await signed({ expiresIn: -25 }))).toContain('per_sam');
});

test('a signed-in browser may fetch the schema', async () => {
  const start = await fetch(`${ground.url}/sign-in?login_hint=sam`, { redirect: 'manual' });
  const back = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  const waiting = start.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const home = await fetch(back.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie: waiting } });
  const cookie = home.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const headers = { cookie, 'desk-csrf': '1', 'sec-fetch-site': 'same-origin' };
  expect((await fetch(`${ground.url}/schema.graphql`, { headers })).status).toBe(200);
});

test('a token of a person whom the directory does not know is refused', async () => {
  expect(await shown(await signed({ claims: { sub: 'mallory' } }))).toMatch(/^\[401,.*UNAUTHENTICATED/);
});

test('a token of a person who is no longer active is refused', async () => {
  expect(await shown(await signed({ claims: { sub: 'lou' } }))).toMatch(/^\[401,.*UNAUTHENTICATED/);
});

test('a partner’s system signs in with its own token', async () => {
  const { data } = await ground.ask(WHO, { as: 'demo-partner' });
  expect(data).toMatchObject({ me: { id: 'cli_demo', kind: 'CLIENT' } });
});

test('a page of one person is refused once another is signed in', async () => {
  const { status, errors } = await ground.ask(WHO, { as: 'lena', headers: { 'desk-person': 'per_sam' } });
  expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
});

test.each([
  ['per_sam', 'close 4403'],
  ['per_lena', 'message'],
])('a socket that takes Lena for %s is answered with: %s', async (person, answer) => {
  expect(await acknowledged({ token: await ground.token('lena'), person })).toBe(answer);
});

test.each<[string, string, () => Promise<unknown>]>([
  ['4401: no other one would hold', 'without a token', async () => null],
  ['4401: no other one would hold', 'with something else for a token', async () => 7],
  [
    '4401: no other one would hold',
    'with a token of another issuer',
    () => signed({ claims: { iss: 'https://x.ca' } }),
  ],
  [
    '4401: no other one would hold',
    'with a token for another audience',
    () => signed({ claims: { aud: 'https://x.ca' } }),
  ],
  ['4403: a fresh one would hold', 'with a token that has ended', () => signed({ expiresIn: -31 })],
])('a socket is closed with %s, that comes %s', async (code, _how, token) => {
  expect(await acknowledged({ token: await token() })).toBe(`close ${code.slice(0, 4)}`);
});

/** How the gateway answers the first message of a socket. */
async function acknowledged(payload: Record<string, unknown>): Promise<string> {
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  const got = await Promise.race([
    once(socket, 'message').then(() => 'message'),
    once(socket, 'close').then(([code]) => `close ${code}`),
  ]);
  socket.terminate();
  return got;
}

test('an agent acts for the distributors that the request names', async () => {
  const { data } = await ground.ask(WHO, { as: 'aga', headers: { 'desk-acting-for': 'org_a, org_b' } });
  expect(data).toMatchObject({ me: { actingFor: [{ id: 'org_a' }, { id: 'org_b' }] } });
});

test('an agent acts for no distributor unless the request says so', async () => {
  expect((await ground.ask(WHO, { as: 'aga' })).data).toMatchObject({ me: { actingFor: [] } });
});

test('an agent cannot act for a distributor that has not authorized it', async () => {
  const { data } = await ground.ask(WHO, { as: 'aga', headers: { 'desk-acting-for': 'org_c' } });
  expect(data).toMatchObject({ me: { actingFor: [] } });
});

test('a request that acts for something that is no organization’s id is refused', async () => {
  const { status, errors } = await ground.ask(WHO, { as: 'aga', headers: { 'desk-acting-for': 'org_a, LDC-001,' } });
  expect([status, errors?.[0]?.extensions]).toMatchObject([
    400,
    { code: 'BAD_USER_INPUT', fields: [{ path: 'desk-acting-for.1', code: 'NOT_AN_ID', args: { prefixes: ['org'] } }] },
  ]);
});

test.each([
  [['org_a'], 'message'],
  [['LDC-001'], 'close 4400'],
  [[7], 'close 4400'],
])('a socket that acts for %j is answered with: %s', async (actingFor, answer) => {
  expect(await acknowledged({ token: await ground.token('aga'), actingFor })).toBe(answer);
});

test('a request that names more than a hundred distributors is refused', async () => {
  const names = Array.from({ length: 101 }, (_, i) => `org_${i}`).join();
  const { errors } = await ground.ask(WHO, { as: 'aga', headers: { 'desk-acting-for': names } });
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'desk-acting-for', code: 'TOO_MANY', args: { max: 100 } }],
  });
});

async function pair() {
  return generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
}

function unsigned(): string {
  const claims = { iss: ground.issuer.url, aud: ground.audience, sub: 'sam' };
  return new UnsecuredJWT(claims).setExpirationTime('5m').encode();
}

/** Algorithm confusion: the published key as the secret of an HMAC. */
async function confused(): Promise<string> {
  const token = await signed();
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: ground.issuerKey.kid })).toString(
    'base64url',
  );
  const body = `${header}.${token.split('.')[1]}`;
  const { d: _private, ...published } = ground.issuerKey;
  const secret = createPublicKey({ key: published as JsonWebKey, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

async function ownKey(): Promise<string> {
  const { privateKey, publicKey } = await pair();
  return signed({ key: privateKey, header: { jwk: await exportJWK(publicKey) } });
}

async function changed(): Promise<string> {
  const [header, payload = '', signature] = (await signed()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url'), signature].join('.');
}
