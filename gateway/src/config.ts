import { addressesOf, addressSettings, bareAddress, httpAddress, withAddresses } from '@desk/kit/process/addresses';
import { readConfig, milliseconds } from '@desk/kit/process/config';
import { SUBGRAPH_SETTINGS } from '@desk/kit/service/settings';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { z } from 'zod';

/** What the gateway needs to know to run. */
export interface GatewayConfig {
  host: string;
  port: number;
  /** Where browsers reach the gateway, without a path. */
  publicUrl: string;
  /** Where each service answers, without a path. */
  subgraphs: Readonly<Record<Domain, string>>;
  signIn: {
    issuer: string;
    clientId: string;
    /** Null for a public client. */
    clientSecret: string | null;
    /** Key material of the browser's session, the newest first. */
    sessionSecrets: readonly string[];
    /** What an access token names as `aud`. */
    audience: string;
    /** True where the issuer is the demo's: its people are offered by name, and terminals get their tokens. */
    demo: boolean;
  };
  /** Origins whose pages may use the cookie, besides the public address. */
  allowedOrigins: readonly string[];
  /** The portal's built files; null serves none. */
  portalDirectory: string | null;
  /** Over how long sockets are closed at the end, in milliseconds. */
  shutdownMs: number;
  /** False: the gateway library runs every query, more slowly. True when left out. */
  compilePlans?: boolean;
}

const SECRET_BYTES_MIN = 32;
const ORIGIN = /^https?:\/\/[^/\s]+$/;
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

const { HOST, INTERNAL_SIGNING_KEY, REDIS_URL, REDIS_PREFIX, LOG_LEVEL, PORT } = SUBGRAPH_SETTINGS;
const HTTPS_ONLY = 'must start with https:// in production';

function settings(production: boolean) {
  return {
    HOST,
    PORT: PORT.default(4_000),
    PUBLIC_URL: bareAddress()
      .refine((url) => !production || isSafe(url), HTTPS_ONLY)
      .describe('Where browsers reach the desk: https://desk.example.ca.'),
    ...addressSettings(DOMAINS),
    REDIS_URL,
    REDIS_PREFIX,
    INTERNAL_SIGNING_KEY,
    OIDC_ISSUER: z
      .url(httpAddress)
      .refine((url) => !production || isSafe(url), HTTPS_ONLY)
      .describe('The OpenID Connect provider, as its tokens name it in `iss`.'),
    OIDC_CLIENT_ID: z.string().describe('The provider’s name for this desk.'),
    OIDC_CLIENT_SECRET: z.string().optional().describe('The desk’s secret at the provider; none for a public client.'),
    SESSION_SECRET: z
      .string()
      .transform((list) => list.split(',').map((secret) => secret.trim()))
      .refine(
        (secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= SECRET_BYTES_MIN),
        `must have at least ${SECRET_BYTES_MIN} bytes in each secret`,
      )
      .describe(
        `The key of the browser's session, the same on every replica: at least ${SECRET_BYTES_MIN} random bytes. Several, comma separated, the newest first: the first seals, each opens.`,
      ),
    ACCESS_TOKEN_AUDIENCE: z.string().describe('The name of this API in `aud` of its access tokens.'),
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((list) => list.split(/[\s,]+/).filter(Boolean))
      .refine((list) => list.every((origin) => ORIGIN.test(origin)), 'must hold only origins')
      .refine((list) => !production || list.every(isSafe), HTTPS_ONLY)
      .describe('Further origins whose pages may use the session, comma separated: https://desk.example.ca.'),
    PORTAL_DIRECTORY: z.string().optional().describe('The portal’s built files; none are served without it.'),
    SHUTDOWN_MS: milliseconds.default(15_000).describe('Over how long sockets are closed at the end, in milliseconds.'),
    DEMO_SIGN_IN: z
      .stringbool()
      .default(false)
      .refine((demo) => !demo || !production, 'must not be on in production')
      .describe('Offers the demo issuer’s people by name.'),
    COMPILED_PLANS: z
      .stringbool()
      .default(true)
      .describe('Off: the gateway library runs every query, more slowly. For finding a fault.'),
    LOG_LEVEL,
  };
}

/** The gateway's settings from the environment. Throws ConfigProblem with everything that is wrong. */
export function readGatewayConfig(environment: Record<string, string | undefined>) {
  const shape = settings(environment['NODE_ENV'] === 'production');
  const read = readConfig(shape, withAddresses(environment, DOMAINS));
  const config: GatewayConfig = {
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL,
    subgraphs: addressesOf(DOMAINS, read),
    signIn: {
      issuer: read.OIDC_ISSUER,
      clientId: read.OIDC_CLIENT_ID,
      clientSecret: read.OIDC_CLIENT_SECRET ?? null,
      sessionSecrets: read.SESSION_SECRET,
      audience: read.ACCESS_TOKEN_AUDIENCE,
      demo: read.DEMO_SIGN_IN,
    },
    allowedOrigins: read.ALLOWED_ORIGINS,
    portalDirectory: read.PORTAL_DIRECTORY ?? null,
    shutdownMs: read.SHUTDOWN_MS,
    compilePlans: read.COMPILED_PLANS,
  };
  return {
    config,
    signingKey: read.INTERNAL_SIGNING_KEY,
    redis: { url: read.REDIS_URL, prefix: read.REDIS_PREFIX },
    logLevel: read.LOG_LEVEL,
  };
}

/** True where no stranger on the way can read along: https, or an address on this machine. */
function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return true; // Another check says so.
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOCAL_HOSTS.has(hostname);
}
