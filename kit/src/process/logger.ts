import { pino, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured logs: constant text, changing values in fields. */
export type Logger = PinoLogger;

/** Keys whose values never reach a log, wherever they stand in the first three levels. */
const SECRET = ['authorization', 'cookie', 'token', 'password', 'secret', 'privateKey', 'personal'];

/** How many causes of causes are logged. */
const CAUSES_MAX = 5;

/** A logger for one service. Tests read the lines from `destination`. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    serializers: { error: (error: unknown) => describeError(error) },
    redact: { paths: SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** The part of an error that is logged. Errors of the database carry whole records in other fields. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause !== undefined && depth < CAUSES_MAX ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
