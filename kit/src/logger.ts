import { pino, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured logs: constant text, changing values in fields. */
export type Logger = PinoLogger;

/** Keys whose values never reach a log, wherever they stand in the first three levels. */
const SECRET = ['authorization', 'cookie', 'token', 'password', 'secret', 'privateKey', 'personal'];

/** Causes of causes that are told. */
const CAUSES_MAX = 5;

/** A logger for one service. `destination` is for tests, which read what was logged. */
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

/** What a log tells of an error: no more than this, because errors of the database carry whole records along. */
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
