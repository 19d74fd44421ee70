import { systemTime } from '../time/time-source.ts';
import { ConfigProblem } from '../process/config.ts';
import { crashPoint } from '../process/crash-point.ts';
import { systemRandom } from '../process/ids.ts';
import { createLogger } from '../process/logger.ts';
import { httpPull } from '../log/pull.ts';
import { RedisStream } from '../log/redis-stream.ts';
import type { Dependencies, RunningService, ServiceConfig } from './service.ts';
import { readServiceSettings, type ServiceSettings } from './settings.ts';
import { tokenSigner, tokenVerifier } from '../api/token.ts';

/** How long a process may take to end, in milliseconds. */
const STOP_MS_MAX = 25_000;

/** Runs a service as a process of its own, with the settings of the environment. `follows` names the services whose logs it reads. */
export async function runService(
  service: string,
  follows: readonly string[],
  create: (config: ServiceConfig, deps: Dependencies) => Promise<RunningService>,
): Promise<void> {
  await runProcess(async () => {
    const settings = readServiceSettings(service, follows, process.env);
    const config = {
      host: settings.HOST,
      port: settings.PORT,
      mongodbUri: settings.MONGODB_URI,
      database: settings.MONGODB_DATABASE,
    };
    return create(config, await processDependencies(service, settings));
  });
}

/** What a process of its own gives a service: the machine's time and randomness, Redis, and the mounted keys. */
async function processDependencies(service: string, settings: ServiceSettings): Promise<Dependencies> {
  const logger = createLogger(service, settings.LOG_LEVEL);
  const signToken = await tokenSigner(settings.INTERNAL_SIGNING_KEY, systemTime);
  return {
    time: systemTime,
    random: systemRandom,
    logger,
    stream: new RedisStream(settings.REDIS_URL, settings.REDIS_PREFIX, (error) =>
      logger.warn({ error }, 'Redis is in trouble'),
    ),
    pull: httpPull(settings.urls, signToken),
    signToken,
    verifyToken: tokenVerifier(settings.INTERNAL_VERIFY_KEYS, service, systemTime),
    crash: crashPoint(process.env['DESK_CRASH_AT']),
  };
}

/** Starts something as a process. Wrong settings end it, and its message names all of them; signals end it as `stopOnSignals` says. */
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
