import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { ManualTime } from '../time/time-source.ts';
import { Refusal } from './errors.ts';
import {
  TOKEN_SECONDS,
  generateTokenKeys,
  tokenSigner,
  tokenVerifier,
  type SignToken,
  type TokenClaims,
  type TokenKeys,
  type VerifyToken,
} from './token.ts';

const START = '2026-03-02T12:00:00.000Z';
const CLAIMS: TokenClaims = {
  purpose: 'REQUEST',
  viewer: { id: 'person_1', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false },
};

let keys: TokenKeys;
let time: ManualTime;
let sign: SignToken;
let verify: VerifyToken;

beforeAll(async () => {
  keys = await generateTokenKeys();
});

beforeEach(async () => {
  time = new ManualTime(START);
  sign = await tokenSigner(keys.signing, time);
  verify = tokenVerifier(keys.verify, 'things', time);
});

async function refused(token: string, by = verify): Promise<boolean> {
  return by(token).then(
    () => false,
    (error: unknown) => error instanceof Refusal && error.code === 'UNAUTHENTICATED',
  );
}

/** A token with the right claims, header and signature, but for what is given. */
async function forge(
  given: { header?: object; issuer?: string; signing?: JWK; secret?: Uint8Array } = {},
): Promise<string> {
  const now = Math.floor(time.now().getTime() / 1_000);
  return new SignJWT({ ...CLAIMS })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'desk-1', typ: 'desk+jwt', ...given.header })
    .setIssuer(given.issuer ?? 'desk-gateway')
    .setAudience('things')
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(given.secret ?? (await importJWK(given.signing ?? keys.signing, 'EdDSA')));
}

test('what was signed is what is verified', async () => {
  expect(await verify(await sign('things', CLAIMS))).toEqual(CLAIMS);
});

test('a token made by hand in the same form is accepted: the refusals below are for their reasons', async () => {
  expect(await verify(await forge())).toEqual(CLAIMS);
});

describe('the life of a token', () => {
  test('ends after 60 seconds', async () => {
    const token = await sign('things', CLAIMS);
    time.advance((TOKEN_SECONDS - 1) * 1_000);
    const before = await refused(token);
    time.advance(1_000);
    expect([before, await refused(token)]).toEqual([false, true]);
  });

  test('ends for a verifier that never saw it before, too', async () => {
    const token = await sign('things', CLAIMS);
    time.advance(TOKEN_SECONDS * 1_000);
    expect(await refused(token, tokenVerifier(keys.verify, 'things', time))).toBe(true);
  });

  test('can be shortened', async () => {
    const token = await sign('things', CLAIMS, 5);
    time.advance(5_000);
    expect(await refused(token)).toBe(true);
  });

  test('cannot be lengthened', async () => {
    const token = await sign('things', CLAIMS, 3_600);
    time.advance(TOKEN_SECONDS * 1_000);
    expect(await refused(token)).toBe(true);
  });
});

describe('a token is refused', () => {
  test('for another service', async () => {
    expect(await refused(await sign('others', CLAIMS))).toBe(true);
  });

  test('signed with another key', async () => {
    const { signing } = await generateTokenKeys();
    expect(await refused(await forge({ signing }))).toBe(true);
  });

  test('signed with the public key as a shared secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(keys.verify.keys[0]));
    expect(await refused(await forge({ secret, header: { alg: 'HS256' } }))).toBe(true);
  });

  test('that is not signed', async () => {
    const [, payload] = (await sign('things', CLAIMS)).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'desk+jwt' })).toString('base64url');
    expect(await refused(`${header}.${payload}.`)).toBe(true);
  });

  test('with one byte of its claims changed', async () => {
    const [header, payload = '', signature] = (await sign('things', CLAIMS)).split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace('person_1', 'person_2');
    expect(await refused(`${header}.${Buffer.from(claims).toString('base64url')}.${signature}`)).toBe(true);
  });

  test.each<[string, { header?: object; issuer?: string }]>([
    ['of another issuer', { issuer: 'somebody' }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['under a key that is not known', { header: { kid: 'other' } }],
  ])('%s', async (_name, given) => {
    expect(await refused(await forge(given))).toBe(true);
  });

  test('with a purpose that does not exist', async () => {
    const token = await sign('things', { ...CLAIMS, purpose: 'ANYTHING' as TokenClaims['purpose'] });
    expect(await refused(token)).toBe(true);
  });

  test.each(['', 'x', 'a.b.c', '..'])('that is not a token: "%s"', async (token) => {
    expect(await refused(token)).toBe(true);
  });
});

test('a refusal does not say why', async () => {
  const messages = new Set<string>();
  for (const token of ['x', await sign('others', CLAIMS)]) {
    await verify(token).catch((error: Error) => messages.add(error.message));
  }
  expect(messages.size).toBe(1);
});

test('the published keys hold nothing private', async () => {
  const { publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const allowed = [...Object.keys(await exportJWK(publicKey)), 'kid', 'alg'].sort();
  expect(keys.verify.keys.map((key: JWK) => Object.keys(key).sort())).toEqual([allowed]);
});
