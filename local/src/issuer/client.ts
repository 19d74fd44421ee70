import { createHash, timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JWK } from 'jose';
import type { TimeSource } from '@desk/kit/time/time-source';

/** A program that the demo issuer knows. */
export interface IssuerClient {
  id: string;
  /** What it may ask for: people's sign-in, or a token of its own. */
  grant: 'authorization_code' | 'client_credentials';
  /** Sent as `client_secret_basic`; without secret and key the client is public and rests on PKCE. */
  secret?: string;
  /** Public key of `private_key_jwt`. */
  publicJwk?: JWK;
  /** Where sign-in may lead back to, compared letter by letter. */
  redirectUris?: readonly string[];
}

/** A refusal in the words of OAuth 2.0. */
export class OAuthRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'OAuthRefusal';
    this.code = code;
    this.status = status;
  }
}

/** Proves which client sends a token request. Refuses with `invalid_client`. */
export type AuthenticateClient = (authorization: string | undefined, form: URLSearchParams) => Promise<IssuerClient>;

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_SECONDS_MAX = 60;
const SKEW_SECONDS = 30;
/** Assertions that are remembered so that each works once. */
const ASSERTIONS_MAX = 10_000;

/** A proof over the known clients. `audiences` are the names under which an assertion may address the issuer. */
export function clientAuthentication(
  clients: readonly IssuerClient[],
  { audiences, time }: { audiences: () => string[]; time: TimeSource },
): AuthenticateClient {
  const find = (id: string | null | undefined) => clients.find((client) => client.id === id);
  const used = new Map<string, number>();

  const byAssertion = async (assertion: string): Promise<IssuerClient | undefined> => {
    const client = find(decodeJwt(assertion).iss);
    if (!client?.publicJwk) return undefined;
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [client.publicJwk] }), {
      algorithms: ['EdDSA', 'ES256'],
      issuer: client.id,
      subject: client.id,
      audience: audiences(),
      currentDate: time.now(),
      clockTolerance: SKEW_SECONDS,
      maxTokenAge: ASSERTION_SECONDS_MAX,
      requiredClaims: ['exp', 'iat', 'jti'],
    });
    const now = time.now().getTime();
    for (const [jti, until] of used) if (until < now) used.delete(jti);
    const key = `${client.id} ${payload.jti}`;
    if (used.has(key) || used.size >= ASSERTIONS_MAX) return undefined;
    used.set(key, now + (ASSERTION_SECONDS_MAX + 2 * SKEW_SECONDS) * 1_000);
    return client;
  };

  return async (authorization, form) => {
    const basic = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization ?? '')?.[1];
    if (basic) {
      const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(formDecoded);
      const client = find(id);
      if (client?.secret && secret && equal(secret, client.secret)) return client;
      throw unknownClient();
    }
    const assertion = form.get('client_assertion');
    if (assertion && form.get('client_assertion_type') === ASSERTION_TYPE) {
      const client = await byAssertion(assertion).catch(() => undefined);
      if (client) return client;
      throw unknownClient();
    }
    const client = find(form.get('client_id'));
    if (client && !client.secret && !client.publicJwk) return client;
    throw unknownClient();
  };
}

function unknownClient(): OAuthRefusal {
  return new OAuthRefusal('invalid_client', 'The client is not known, or its proof does not hold.', 401);
}

/** RFC 6749 2.3.1: id and secret are form-encoded before they go into the header. */
function formDecoded(part: string): string {
  return new URLSearchParams(`part=${part}`).get('part') ?? '';
}

function equal(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(left, right);
}
