import { systemTime } from '../time/time-source.ts';
import { ConfigProblem } from '../process/config.ts';
import { crashPoint } from '../process/crash-point.ts';
import { systemRandom } from '../process/ids.ts';
import { createLogger } from '../process/logger.ts';
import { httpPull } from '../log/pull.ts';
import { RedisStream } from '../log/redis-stream.ts';
import type { Dependencies, ServiceConfig } from './service.ts';
import { tokenSigner, tokenVerifier, type TokenKeys } from '../api/token.ts';

/** The settings that every service's process reads. */
interface ProcessSettings {
  HOST: string;
  PORT: number;
  MONGODB_URI: string;
  MONGODB_DATABASE: string;
  INTERNAL_SIGNING_KEY: TokenKeys['signing'];
  INTERNAL_VERIFY_KEYS: TokenKeys['verify'];
  REDIS_URL: string;
  REDIS_PREFIX: string;
  LOG_LEVEL: string;
}

/** How long a process may take to end, in milliseconds. */
const STOP_MS_MAX = 25_000;

/** The dependencies of a service that is a process of its own: the machine's time and randomness, Redis, and the mounted keys. */
export async function processDependencies(
  service: string,
  settings: ProcessSettings,
  urls: Record<string, string>,
): Promise<{ config: ServiceConfig; deps: Dependencies }> {
  const logger = createLogger(service, settings.LOG_LEVEL);
  const signToken = await tokenSigner(settings.INTERNAL_SIGNING_KEY, systemTime);
  return {
    config: {
      host: settings.HOST,
      port: settings.PORT,
      mongodbUri: settings.MONGODB_URI,
      database: settings.MONGODB_DATABASE,
    },
    deps: {
      time: systemTime,
      random: systemRandom,
      logger,
      stream: new RedisStream(settings.REDIS_URL, settings.REDIS_PREFIX, (error) =>
        logger.warn({ error }, 'Redis is in trouble'),
      ),
      pull: httpPull(urls, signToken),
      signToken,
      verifyToken: tokenVerifier(settings.INTERNAL_VERIFY_KEYS, service, systemTime),
      crash: crashPoint(process.env['DESK_CRASH_AT']),
    },
  };
}

/** Starts a service as a process. Wrong settings end it, and its message names all of them; signals end it as `stopOnSignals` says. */
export async function runProcess(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  try {
    const running = await start();
    stopOnSignals(() => running.stop());
  } catch (error) {
    console.error(error instanceof ConfigProblem ? error.message : error);
    process.exit(1);
  }
}

/**
 * Lets SIGTERM, SIGINT and SIGHUP end this process in order: `stop` stops its parts, `stopped` has the last word, and the exit code
 * is 0. It is 1 where `stop` fails or takes more than STOP_MS_MAX.
 */
export function stopOnSignals(stop: () => Promise<void>, stopped: () => void = () => {}): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
      stop().then(
        () => {
          stopped();
          process.exit(0);
        },
        (error: unknown) => {
          console.error('The process could not end in order. Nothing that was acknowledged is lost.', error);
          process.exit(1);
        },
      );
    });
  }
}
