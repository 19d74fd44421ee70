import { readConfig, milliseconds, SUBGRAPH_SETTINGS } from '@desk/kit/config';
import { z } from 'zod';

/** What the gateway needs to know to run. */
export interface GatewayConfig {
  host: string;
  port: number;
  /** Where browsers reach the gateway, without a path. */
  publicUrl: string;
  /** Where each subgraph answers, by name, without a path. */
  subgraphs: Record<string, string>;
  signIn: {
    issuer: string;
    clientId: string;
    /** Null for a public client. */
    clientSecret: string | null;
    sessionSecret: string;
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
}

const SECRET_BYTES_MIN = 32;
const ORIGIN = /^https?:\/\/[^/\s]+$/;
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

const { HOST, INTERNAL_SIGNING_KEY, REDIS_URL, REDIS_PREFIX, LOG_LEVEL, PORT } = SUBGRAPH_SETTINGS;
const HTTPS_ONLY = 'must start with https:// in production';
const http = { protocol: /^https?$/, error: 'is not an address that starts with http:// or https://' };

function settings(production: boolean) {
  return {
    HOST,
    PORT: PORT.default(4_000),
    PUBLIC_URL: bareAddress()
      .refine((url) => !production || safe(url), HTTPS_ONLY)
      .describe('Where browsers reach the desk: https://desk.example.ca.'),
    DIRECTORY_URL: bareAddress().describe('Where the directory answers, without /graphql.'),
    TICKETS_URL: bareAddress().describe('Where the tickets service answers, without /graphql.'),
    REDIS_URL,
    REDIS_PREFIX,
    INTERNAL_SIGNING_KEY,
    OIDC_ISSUER: z
      .url(http)
      .refine((url) => !production || safe(url), HTTPS_ONLY)
      .describe('The OpenID Connect provider, as its tokens name it in `iss`.'),
    OIDC_CLIENT_ID: z.string().describe('What the provider calls this desk.'),
    OIDC_CLIENT_SECRET: z.string().optional().describe('The desk’s secret at the provider; none for a public client.'),
    SESSION_SECRET: z
      .string()
      .refine((secret) => Buffer.byteLength(secret) >= SECRET_BYTES_MIN, `has fewer than ${SECRET_BYTES_MIN} bytes`)
      .describe(
        `At least ${SECRET_BYTES_MIN} random bytes: the key of the browser's session. The same on every replica.`,
      ),
    ACCESS_TOKEN_AUDIENCE: z.string().describe('What an access token for this API names in `aud`.'),
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((list) => list.split(/[\s,]+/).filter(Boolean))
      .refine((list) => list.every((origin) => ORIGIN.test(origin)), 'holds something that is not an origin')
      .refine((list) => !production || list.every(safe), HTTPS_ONLY)
      .describe('Further origins whose pages may use the session, comma separated: https://desk.example.ca.'),
    PORTAL_DIRECTORY: z.string().optional().describe('The portal’s built files; none are served without it.'),
    SHUTDOWN_MS: milliseconds.default(15_000).describe('Over how long sockets are closed at the end, in milliseconds.'),
    DEMO_SIGN_IN: z
      .stringbool()
      .default(false)
      .refine((demo) => !demo || !production, 'is for demonstrations, not for production')
      .describe('Offers the demo issuer’s people by name.'),
    LOG_LEVEL,
  };
}

/** The gateway's settings from the environment. Throws ConfigProblem with everything that is wrong. */
export function readGatewayConfig(environment: Record<string, string | undefined>) {
  const read = readConfig(settings(environment['NODE_ENV'] === 'production'), environment);
  const config: GatewayConfig = {
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL,
    subgraphs: { directory: read.DIRECTORY_URL, tickets: read.TICKETS_URL },
    signIn: {
      issuer: read.OIDC_ISSUER,
      clientId: read.OIDC_CLIENT_ID,
      clientSecret: read.OIDC_CLIENT_SECRET ?? null,
      sessionSecret: read.SESSION_SECRET,
      audience: read.ACCESS_TOKEN_AUDIENCE,
      demo: read.DEMO_SIGN_IN,
    },
    allowedOrigins: read.ALLOWED_ORIGINS,
    portalDirectory: read.PORTAL_DIRECTORY ?? null,
    shutdownMs: read.SHUTDOWN_MS,
  };
  return {
    config,
    signingKey: read.INTERNAL_SIGNING_KEY,
    redis: { url: read.REDIS_URL, prefix: read.REDIS_PREFIX },
    logLevel: read.LOG_LEVEL,
  };
}

/** An address of a host, with the final slash taken off. */
function bareAddress() {
  return z
    .url(http)
    .refine((url) => !URL.canParse(url) || url.replace(/\/$/, '') === new URL(url).origin, 'has more than a host')
    .transform((url) => new URL(url).origin);
}

/** Whether nobody on the way can read along: https, or an address on this machine. */
function safe(url: string): boolean {
  if (!URL.canParse(url)) return true; // The other check says so.
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOCAL_HOSTS.has(hostname);
}
