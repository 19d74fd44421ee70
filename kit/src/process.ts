import { systemClock } from './clock.ts';
import { ConfigProblem } from './config.ts';
import { crashPoint } from './crash-point.ts';
import { systemRandom } from './ids.ts';
import { createLogger } from './logger.ts';
import { httpPull } from './pull.ts';
import { RedisStream } from './redis-stream.ts';
import type { Dependencies, ServiceConfig } from './service.ts';
import { tokenSigner, tokenVerifier, type TokenKeys } from './token.ts';

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

const STOP_MS_MAX = 25_000;

/** What a service that is a process of its own is given: the machine's clock and randomness, Redis, and the mounted keys. */
export async function processDependencies(
  service: string,
  settings: ProcessSettings,
  urls: Record<string, string>,
): Promise<{ config: ServiceConfig; deps: Dependencies }> {
  const logger = createLogger(service, settings.LOG_LEVEL);
  const signToken = await tokenSigner(settings.INTERNAL_SIGNING_KEY, systemClock);
  return {
    config: {
      host: settings.HOST,
      port: settings.PORT,
      mongodbUri: settings.MONGODB_URI,
      database: settings.MONGODB_DATABASE,
    },
    deps: {
      clock: systemClock,
      random: systemRandom,
      logger,
      stream: new RedisStream(settings.REDIS_URL, settings.REDIS_PREFIX, (error) =>
        logger.warn({ error }, 'Redis is in trouble'),
      ),
      pull: httpPull(urls, signToken),
      signToken,
      verifyToken: tokenVerifier(settings.INTERNAL_VERIFY_KEYS, service, systemClock),
      crash: crashPoint(process.env['DESK_CRASH_AT']),
    },
  };
}

/** Starts a service as a process: wrong settings end it with every one named; SIGTERM and SIGINT end it in order, with 1 where it cannot. */
export async function runProcess(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  try {
    const running = await start();
    let stopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (stopping) return;
        stopping = true;
        setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
        running.stop().then(
          () => process.exit(0),
          (error: unknown) => {
            console.error('The process could not end in order:', error);
            process.exit(1);
          },
        );
      });
    }
  } catch (error) {
    console.error(error instanceof ConfigProblem ? error.message : error);
    process.exit(1);
  }
}
