import { z } from 'zod';
import { weakWrites } from './mongo.ts';
import { parseSigningKey, parseVerifyKeys } from './token.ts';

/** Wrong settings: every one of them, named by its variable. The process stops with this text. */
export class ConfigProblem extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigProblem';
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment. `shape` names each variable once, with its type, default and unit.
 * Throws ConfigProblem with every wrong variable at once. An empty variable counts as missing.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Record<string, string | undefined>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigProblem(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name}: ${name in given ? issue.message : `is missing. ${z.globalRegistry.get(shape[name] as z.ZodType)?.description ?? ''}`.trim()}`;
    }),
  );
}

/** A TCP port; 0 lets the system choose. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A length of time in milliseconds. */
export const milliseconds = z.coerce.number().int().min(1);

/** A text that `parse` makes something of; where it gives null, the setting is wrong, and its value is not told. */
function parsed<Value>(parse: (text: string) => Value | null, problem: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

/** Settings that every subgraph has. */
export const SUBGRAPH_SETTINGS = {
  PORT: port.default(0).describe('Where the service listens; 0 lets the system choose.'),
  HOST: z.string().default('127.0.0.1').describe('The address it listens on.'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'starts with mongodb:// or mongodb+srv://')
    .refine((uri) => !weakWrites(uri).length, 'asks for weaker writes than w=majority&journal=true')
    .describe('A MongoDB connection string.'),
  MONGODB_DATABASE: z.string().min(1).max(63).describe('The name of the service’s own database.'),
  INTERNAL_VERIFY_KEYS: parsed(
    parseVerifyKeys,
    'is not a JSON Web Key Set of public Ed25519 keys: {"keys": [{"kty": "OKP", ...}]}',
  ).describe('The public keys of the internal token, a JSON Web Key Set.'),
  INTERNAL_SIGNING_KEY: parsed(
    parseSigningKey,
    'is not a private Ed25519 key as a JSON Web Key: {"kty": "OKP", "crv": "Ed25519", "x": ..., "d": ...}',
  ).describe('The private key of the internal token, a JSON Web Key.'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'starts with redis:// or rediss://')
    .describe('Redis, for events between processes.'),
  REDIS_PREFIX: z.string().default('').describe('Put before every key in Redis.'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};
