import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  discovery,
  enableNonRepudiationChecks,
  None,
  type Configuration,
} from 'openid-client';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '@desk/kit/errors';
import type { Logger } from '@desk/kit/logger';

/** The OpenID Connect provider that people and partner systems sign in at. */
export interface Provider {
  /** Exactly what its tokens name as `iss`. */
  readonly issuer: string;
  /** What the provider says of itself. Refuses with IDP_UNAVAILABLE while it does not answer. */
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
/** A token with an unknown key makes the keys be fetched anew, no oftener than this. */
const KEYS_REFETCH_MS_MIN = 60_000;

/** A provider that is asked for the first time when it is needed: it may start later than the gateway. */
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

/** The one answer while the provider cannot be asked. */
export function idpUnavailable(): Refusal {
  return new Refusal('IDP_UNAVAILABLE', 'The sign-in service does not answer. Try again shortly.');
}
