import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { stageId } from './stage-data.ts';

/** What an access token of the stage names as `aud`. */
export const STAGE_AUDIENCE = 'desk-bench';
/** Longer than any run. */
const TOKEN_SECONDS = 6 * 3_600;
const KEY_ID = 'stage-1';

/** A stand-in for the identity provider: it signs access tokens and publishes its key. */
export interface StageIdentity {
  jwks: { keys: unknown[] };
  /** Access tokens of the first `count` people of the SME, all different. */
  tokens(issuer: string, count: number): string[];
}

/** A new key. */
export function stageIdentity(): StageIdentity {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'EdDSA', use: 'sig' };
  return {
    jwks: { keys: [jwk] },
    tokens: (issuer, count) => Array.from({ length: count }, (_, n) => token(privateKey, issuer, loginOf(n))),
  };
}

/** Staff come from so many organizations, and have a part at as many partners, since the sockets of one are limited. */
const ORGANIZATIONS = 10;

/**
 * What the directory would say of a login of the stage: an analyst, each a person of their own, all seeing the same. Each has a part
 * at a partner too, for a partner's rate: what is measured asks for more points a second than a person may.
 */
export function stagePrincipal(login: string) {
  const place = Number(login.split('-')[1]) % ORGANIZATIONS;
  return {
    id: `per_${login}`,
    kind: 'PERSON',
    name: `Analyst ${login}`,
    active: true,
    language: 'EN',
    timeZone: 'America/Toronto',
    version: 1,
    memberships: [
      { organizationId: stageId('org', 900 + place), organizationType: 'SME', roles: ['SME_ANALYST'] },
      { organizationId: stageId('org', 950 + place), organizationType: 'PARTNER', roles: [] },
    ],
    authorizations: [],
  };
}

function loginOf(n: number): string {
  return `analyst-${n}`;
}

function token(key: KeyObject, issuer: string, login: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const header = part({ alg: 'EdDSA', typ: 'at+jwt', kid: KEY_ID });
  const claims = part({
    iss: issuer,
    aud: STAGE_AUDIENCE,
    sub: login,
    client_id: 'bench',
    iat: now,
    exp: now + TOKEN_SECONDS,
  });
  const signature = sign(null, Buffer.from(`${header}.${claims}`), key).toString('base64url');
  return `${header}.${claims}.${signature}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
