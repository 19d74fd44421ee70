import { createRemoteJWKSet, errors as joseErrors, type JWTVerifyGetKey } from 'jose';
import {
  allowInsecureRequests,
  ClientError,
  ClientSecretBasic,
  discovery,
  enableNonRepudiationChecks,
  None,
  type Configuration,
} from 'openid-client';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';

/** The OpenID Connect provider that people and partner systems sign in at. */
export interface Provider {
  /** Exactly what its tokens name as `iss`. */
  readonly issuer: string;
  /** The provider's description of itself. Refuses with IDP_UNAVAILABLE while it does not answer. */
  configuration(): Promise<Configuration>;
  /** Its public keys, by a token's header. Refuses with IDP_UNAVAILABLE while they cannot be had. */
  keys: JWTVerifyGetKey;
}

export interface ProviderOptions {
  issuer: string;
  clientId: string;
  /** Null for a public client, which rests on PKCE alone. */
  clientSecret: string | null;
  logger: Logger;
}

const DISCOVERY_TRIES_MAX = 3;
const DISCOVERY_RETRY_MS = 200;
const ANSWER_SECONDS_MAX = 5;
const KEYS_AGE_MS_MAX = 10 * 60 * 1_000;
/** A token with an unknown key makes the gateway fetch the keys again, once in this time at most. */
const KEYS_REFETCH_MS_MIN = 60_000;

/** A provider that the gateway asks only when it needs it: the provider may start later than the gateway. */
export function createProvider({ issuer, clientId, clientSecret, logger }: ProviderOptions): Provider {
  let known: Promise<Configuration> | null = null;
  let keySet: JWTVerifyGetKey | null = null;

  const configuration = (): Promise<Configuration> => {
    known ??= discover().catch((error: unknown) => {
      known = null;
      logger.warn({ error, issuer }, 'the sign-in service does not answer');
      throw idpUnavailable();
    });
    return known;
  };

  const discover = async (): Promise<Configuration> => {
    const url = new URL(issuer);
    const proof = clientSecret === null ? None() : ClientSecretBasic(clientSecret);
    // Configuration allows plain http for this machine only.
    const insecure = url.protocol === 'http:' ? [allowInsecureRequests] : [];
    for (let tries = 1; ; tries++) {
      try {
        return await discovery(url, clientId, {}, proof, {
          timeout: ANSWER_SECONDS_MAX,
          execute: [...insecure, enableNonRepudiationChecks],
        });
      } catch (error) {
        if (tries >= DISCOVERY_TRIES_MAX) throw error;
        await delay(DISCOVERY_RETRY_MS);
      }
    }
  };

  return {
    issuer,
    configuration,
    async keys(header, token) {
      const { jwks_uri } = (await configuration()).serverMetadata();
      if (!jwks_uri) throw idpUnavailable();
      keySet ??= createRemoteJWKSet(new URL(jwks_uri), {
        timeoutDuration: ANSWER_SECONDS_MAX * 1_000,
        cacheMaxAge: KEYS_AGE_MS_MAX,
        cooldownDuration: KEYS_REFETCH_MS_MIN,
      });
      return keySet(header, token);
    },
  };
}

/** True for an error that says that the provider did not answer, false for one that says that it answered something wrong. */
export function providerIsAway(error: unknown): boolean {
  if (error instanceof joseErrors.JWKSTimeout) return true;
  if (error instanceof ClientError && error.code === 'OAUTH_TIMEOUT') return true;
  // An answer other than 200 with keys is jose's general error.
  if (error instanceof joseErrors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  const cause = error instanceof ClientError ? error.cause : error;
  // fetch rejects with a TypeError.
  return cause instanceof TypeError || (cause instanceof Response && cause.status >= 500);
}

/** The one answer while the provider does not answer. */
export function idpUnavailable(): Refusal {
  return new Refusal('IDP_UNAVAILABLE', 'The sign-in service does not answer. Try again shortly.');
}
