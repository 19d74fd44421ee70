import { z } from 'zod';
import { parseSigningKey, parseVerifyKeys } from '../api/token.ts';
import { addressesOf, addressSettings, withAddresses } from '../process/addresses.ts';
import { port, readConfig } from '../process/config.ts';
import { weakWrites } from '../process/mongo.ts';

/** Settings that every subgraph has. */
export const SUBGRAPH_SETTINGS = {
  PORT: port.describe('Where the service listens; 0 lets the system choose.'),
  HOST: z.string().default('127.0.0.1').describe('The address it listens on.'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://')
    .refine((uri) => !weakWrites(uri).length, 'must not ask for weaker writes than w=majority&journal=true')
    .describe('A MongoDB connection string.'),
  MONGODB_DATABASE: z.string().min(1).max(63).describe('The name of the service’s own database.'),
  INTERNAL_VERIFY_KEYS: parsed(
    parseVerifyKeys,
    'must be a JSON Web Key Set of public Ed25519 keys: {"keys": [{"kty": "OKP", ...}]}',
  ).describe('The public keys of the internal token, a JSON Web Key Set.'),
  INTERNAL_SIGNING_KEY: parsed(
    parseSigningKey,
    'must be a private Ed25519 key as a JSON Web Key: {"kty": "OKP", "crv": "Ed25519", "x": ..., "d": ...}',
  ).describe('The private key of the internal token, a JSON Web Key.'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .describe('Redis, for events between processes.'),
  REDIS_PREFIX: z.string().default('').describe('Put before every key in Redis.'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

export type ServiceSettings = ReturnType<typeof readServiceSettings>;

/**
 * The settings of a service's process from the environment; `follows` names the services whose logs it reads. Its database is called
 * as the service unless the environment says otherwise. Throws ConfigProblem with everything that is wrong.
 */
export function readServiceSettings(
  service: string,
  follows: readonly string[],
  environment: Record<string, string | undefined>,
) {
  const own = { MONGODB_DATABASE: SUBGRAPH_SETTINGS.MONGODB_DATABASE.default(service) };
  const read = readConfig(
    { ...SUBGRAPH_SETTINGS, ...own, ...addressSettings(follows) },
    withAddresses(environment, follows),
  );
  return { ...read, urls: addressesOf(follows, read) };
}

/** A setting that `parse` reads from text. Where it gives null the setting is wrong; the message does not show its value. */
function parsed<Value>(parse: (text: string) => Value | null, problem: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}
