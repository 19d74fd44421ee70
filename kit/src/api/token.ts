import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, type JWK } from 'jose';
import { createPrivateKey, createPublicKey, sign, type JsonWebKey } from 'node:crypto';
import type { TimeSource } from '../time/time-source.ts';
import { Refusal } from './errors.ts';
import type { Viewer } from './viewer.ts';

/** The longest life of an internal token, in seconds. */
export const TOKEN_SECONDS = 60;

/** The use of a token: GraphQL for a viewer, GraphQL for a live re-read, or the routes between services. */
export type TokenPurpose = 'REQUEST' | 'LIVE' | 'SERVICE';

/** The contents of an internal token. */
export interface TokenClaims {
  purpose: TokenPurpose;
  viewer: Viewer | null;
}

/** Signs an internal token for one subgraph. `seconds` shortens its life, never lengthens it. */
export type SignToken = (audience: string, claims: TokenClaims, seconds?: number) => Promise<string>;

/** Verifies an internal token. Refuses UNAUTHENTICATED without a reason. */
export type VerifyToken = (token: string) => Promise<TokenClaims>;

/** Keys for the internal token: fresh at each start of the one-process desk, mounted secrets in production. */
export interface TokenKeys {
  signing: JWK;
  verify: { keys: JWK[] };
}

const ALGORITHM = 'EdDSA';
const KEY_TYPE = 'ed25519';
const ISSUER = 'desk-gateway';
const VERIFIED_MAX = 1_000;
const PURPOSES = new Set<unknown>(['REQUEST', 'LIVE', 'SERVICE'] satisfies TokenPurpose[]);

/** A new pair of keys. */
export async function generateTokenKeys(): Promise<TokenKeys> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'desk-1', alg: ALGORITHM };
  return {
    signing: { ...(await exportJWK(privateKey)), kid: 'desk-1', alg: ALGORITHM },
    verify: { keys: [publicJwk] },
  };
}

/** Reads a private key that can sign from a JSON Web Key; null when the text is none. */
export function parseSigningKey(text: string): JWK | null {
  try {
    const key = JSON.parse(text) as JsonWebKey;
    return createPrivateKey({ key, format: 'jwk' }).asymmetricKeyType === KEY_TYPE ? key : null;
  } catch {
    return null; // Without the reason: its words could hold a part of the key.
  }
}

/** Reads at least one public key from a JSON Web Key Set; null when the text is none or holds a private key. */
export function parseVerifyKeys(text: string): TokenKeys['verify'] | null {
  try {
    const { keys } = JSON.parse(text) as { keys: JsonWebKey[] };
    const isPublic = (key: JsonWebKey) =>
      key.d === undefined && createPublicKey({ key, format: 'jwk' }).asymmetricKeyType === KEY_TYPE;
    return keys.length > 0 && keys.every(isPublic) ? { keys: keys } : null;
  } catch {
    return null;
  }
}

/**
 * A signer with a private key. It uses Node's own crypto, in a fifth of the time of `jose`: the gateway signs for each caller and
 * subgraph.
 */
export async function tokenSigner(signing: JWK, time: TimeSource): Promise<SignToken> {
  const key = createPrivateKey({ key: signing as JsonWebKey, format: 'jwk' });
  const header = part({ alg: ALGORITHM, kid: signing.kid ?? 'desk-1', typ: 'desk+jwt' });
  return async (audience, claims, seconds = TOKEN_SECONDS) => {
    const now = Math.floor(time.now().getTime() / 1_000);
    const payload = part({
      purpose: claims.purpose,
      viewer: claims.viewer,
      iss: ISSUER,
      aud: audience,
      iat: now,
      exp: now + Math.max(1, Math.min(seconds, TOKEN_SECONDS)),
    });
    return `${header}.${payload}.${sign(null, Buffer.from(`${header}.${payload}`), key).toString('base64url')}`;
  };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * A verifier for one subgraph. It remembers verified tokens until they expire: the gateway sends each with many requests, and a signature
 * costs ten times a look-up.
 */
export function tokenVerifier(verify: { keys: JWK[] }, audience: string, time: TimeSource): VerifyToken {
  const keys = createLocalJWKSet(verify);
  const verified = new Map<string, { claims: TokenClaims; expiresAt: number }>();
  return async (token) => {
    const now = time.now();
    const known = verified.get(token);
    if (known && known.expiresAt > now.getTime()) return known.claims;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
        typ: 'desk+jwt',
        currentDate: now,
        requiredClaims: ['exp', 'purpose'],
      });
      if (!PURPOSES.has(payload['purpose'])) throw new Error('an unknown purpose');
      const claims = {
        purpose: payload['purpose'] as TokenPurpose,
        viewer: (payload['viewer'] ?? null) as Viewer | null,
      };
      if (verified.size >= VERIFIED_MAX) verified.clear();
      verified.set(token, { claims, expiresAt: (payload.exp ?? 0) * 1_000 });
      return claims;
    } catch {
      throw new Refusal('UNAUTHENTICATED', 'This service answers the gateway only.');
    }
  };
}
