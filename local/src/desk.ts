import { systemTime } from '@desk/kit/time/time-source';
import { ConfigProblem, readConfig } from '@desk/kit/process/config';
import { crashPoint } from '@desk/kit/process/crash-point';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger, type Logger } from '@desk/kit/process/logger';
import { SUBGRAPH_SETTINGS } from '@desk/kit/service/settings';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { httpPull, type PullEvents } from '@desk/kit/log/pull';
import { RedisStream } from '@desk/kit/log/redis-stream';
import type { EventStream } from '@desk/kit/log/stream';
import { tokenSigner, tokenVerifier, type SignToken } from '@desk/kit/api/token';
import type { GatewayConfig } from '@desk/gateway/config';
import { createGateway } from '@desk/gateway/gateway';
import { DOMAINS, followedBy, type Domain } from '@desk/schema/domains';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Database, type DatabaseSettings } from './engine/database.ts';
import { prepareDirectory } from './engine/engine.ts';
import { DEMO_NEWCOMERS, DEMO_PEOPLE } from './issuer/demo-people.ts';
import { startIssuer, type RunningIssuer } from './issuer/issuer.ts';
import { freePort, PortTaken } from './engine/ports.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { SERVICES, type Demo, type StartedService } from './services.ts';

/** What `npm start` is asked for. */
export interface DeskOptions {
  /** Where data lives. */
  directory: string;
  /** Where portal and API listen, if it is free. */
  port: number;
  /** True: where the port is taken, the desk does not start. */
  strict?: boolean;
  demoData: boolean;
  /** The whole process's environment: database, Redis, log level, crash points. */
  environment: DatabaseSettings & Record<string, string | undefined>;
}

/** A desk that runs: everything in this process but the database engine. */
export interface RunningDesk {
  url: string;
  /** Who held the wanted port; null when it was free. */
  taken: string | null;
  database: string;
  events: string;
  /** Whether the demo data are there; REFUSED where MONGODB_URI names a database that holds others. */
  demoData: 'THERE' | 'UNWANTED' | 'REFUSED';
  died: Promise<string>;
  stop(): Promise<void>;
}

export const HOST = '127.0.0.1';
/** How long a service's demo data wait until the service has caught up with the services before it, in milliseconds. */
const REACHED_MS_MAX = 10_000;
/** The desk's name at the demo issuer. */
export const CLIENT_ID = 'desk';
export const AUDIENCE = 'mdmr-service-desk';
export const PORTAL = fileURLToPath(new URL('../../portal/dist', import.meta.url));

/** The settings of the environment that a desk on one machine reads. */
const SETTINGS = {
  LOG_LEVEL: SUBGRAPH_SETTINGS.LOG_LEVEL.default('warn'),
  MONGODB_URI: SUBGRAPH_SETTINGS.MONGODB_URI.optional(),
  REDIS_URL: SUBGRAPH_SETTINGS.REDIS_URL.optional(),
};

/** What all parts of the desk on this machine share. */
export interface Ground {
  options: Pick<DeskOptions, 'directory' | 'demoData' | 'environment'>;
  database: Database;
  level: string;
  logger: Logger;
  secrets: Secrets;
  stream: EventStream;
  /** Where each service answers; it fills as they start. */
  urls: Partial<Record<Domain, string>>;
  pull: PullEvents;
  signToken: SignToken;
  /** Keeps a part, which is stopped before those that were kept earlier. Gives it back. */
  keep<Part extends { stop(): Promise<void> }>(part: Part): Part;
}

/**
 * Starts the whole desk on this machine: database, demo issuer, services, gateway, and demo data at the first start. Refuses
 * where NODE_ENV is production, before anything is touched: anybody may sign in as anybody.
 */
export async function startDesk(options: DeskOptions): Promise<RunningDesk> {
  const { environment } = options;
  if (environment.NODE_ENV === 'production') {
    throw new ConfigProblem([
      'NODE_ENV: is production, where the demo’s sign-in must not run. docs/operating.md says what production runs.',
    ]);
  }
  const stops: (() => Promise<void>)[] = [];
  const keep: Ground['keep'] = (part) => {
    stops.push(() => part.stop());
    return part;
  };
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const { port, taken } = await freePort(options.port);
    if (taken && options.strict) throw new PortTaken(options.port);
    const ground = await openGround(options, keep);
    const demoData = await startServices(ground);
    const publicUrl = await startEntrance(ground, port);
    return {
      url: publicUrl,
      taken,
      database: ground.database.what,
      events: ground.stream instanceof MemoryStream ? 'in process' : 'Redis',
      demoData,
      died: ground.database.died,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Opens what the parts stand on: secrets, database and stream, the latter two kept. */
export async function openGround(options: Ground['options'], keep: Ground['keep']): Promise<Ground> {
  const { directory, environment } = options;
  const { LOG_LEVEL: level } = readConfig(SETTINGS, environment);
  prepareDirectory(directory);
  const logger = createLogger('desk', level);
  const secrets = await loadSecrets(directory);
  const database = keep(await openDatabase(environment, directory, logger));
  const stream = openStream(environment, logger);
  keep({ stop: () => stream.close() });
  const signToken = await tokenSigner(secrets.internal.signing, systemTime);
  const urls: Ground['urls'] = {};
  return { options, level, logger, secrets, database, stream, urls, pull: httpPull(urls, signToken), signToken, keep };
}

/** Starts every service in the registry's order, and fills each before the next one starts. Says what became of the demo data. */
export async function startServices({ keep, ...ground }: Ground): Promise<RunningDesk['demoData']> {
  const { options, level, stream, urls, pull, signToken, secrets, database } = ground;
  const started = new Map<Domain, StartedService>();
  const demo: Demo = { now: systemTime.now(), ids: null };
  let demoData: RunningDesk['demoData'] = options.demoData ? 'THERE' : 'UNWANTED';
  for (const domain of DOMAINS) {
    const service = keep(
      await SERVICES[domain](
        { host: HOST, port: 0, mongodbUri: database.uri, database: domain },
        {
          time: systemTime,
          random: systemRandom,
          logger: createLogger(domain, level),
          stream,
          pull,
          signToken,
          verifyToken: tokenVerifier(secrets.internal.verify, domain, systemTime),
          crash: crashPoint(options.environment['DESK_CRASH_AT']),
        },
      ),
    );
    urls[domain] = service.url;
    started.set(domain, service);
    // People can work as soon as the desk greets them: a service catches up with the logs that it follows.
    for (const followed of followedBy(domain)) await knows(service, followed, started.get(followed));
    if (demoData !== 'THERE') continue;
    // A database of this directory is the desk's own; one that was named may be anybody's.
    if (!options.environment.MONGODB_URI || (await service.isSeedable(demo))) await service.seed(demo);
    else demoData = 'REFUSED';
  }
  return demoData;
}

async function knows(service: StartedService, followed: Domain, producer?: StartedService): Promise<void> {
  if (!producer) throw new Error(`${followed} must stand before the services that follow it, in schema/domains.ts.`);
  await producer.log.drain();
  const position = { epoch: producer.log.epoch, pos: await producer.log.head() };
  await Promise.race([service.reached(followed, position), delay(REACHED_MS_MAX, undefined, { ref: false })]);
}

/** Starts the demo issuer and the gateway, and gives back where people reach the desk. */
async function startEntrance(ground: Ground, port: number): Promise<string> {
  const { level, secrets, stream, urls, pull, signToken, keep } = ground;
  const publicUrl = `http://localhost:${port}`;
  const issuer = keep(await startDemoIssuer(ground, { desk: port, issuer: (await freePort(port + 1)).port }));
  const config: GatewayConfig = {
    host: HOST,
    port,
    publicUrl,
    subgraphs: urls as Record<Domain, string>,
    signIn: {
      issuer: issuer.url,
      clientId: CLIENT_ID,
      clientSecret: null,
      sessionSecrets: [secrets.session],
      audience: AUDIENCE,
      demo: true,
    },
    allowedOrigins: [`http://${HOST}:${port}`],
    portalDirectory: existsSync(PORTAL) ? PORTAL : null,
    shutdownMs: 1_000,
  };
  const gatewayLogger = createLogger('gateway', level);
  keep(
    await createGateway(config, {
      time: systemTime,
      random: systemRandom,
      logger: gatewayLogger,
      stream,
      pull,
      signToken,
    }),
  );
  return publicUrl;
}

/** Starts the demo's sign-in service on a port, for a desk on another. */
export function startDemoIssuer(
  { options, logger, secrets }: Ground,
  ports: { desk: number; issuer: number },
): Promise<RunningIssuer> {
  const origins = [`http://localhost:${ports.desk}`, `http://${HOST}:${ports.desk}`];
  return startIssuer({
    host: HOST,
    port: ports.issuer,
    people: [...DEMO_PEOPLE, ...DEMO_NEWCOMERS],
    clients: [
      {
        id: CLIENT_ID,
        grant: 'authorization_code',
        redirectUris: origins.map((origin) => `${origin}/sign-in/callback`),
      },
      { id: 'demo-partner', grant: 'client_credentials', secret: secrets.partner },
    ],
    audience: AUDIENCE,
    signingKey: secrets.issuer,
    time: systemTime,
    logger,
    environment: options.environment.NODE_ENV,
  });
}

function openStream(environment: Record<string, string | undefined>, logger: Logger): EventStream {
  const url = environment['REDIS_URL'];
  if (!url) return new MemoryStream();
  return new RedisStream(url, environment['REDIS_PREFIX'] ?? 'desk:', (error) =>
    logger.warn({ error }, 'Redis is in trouble'),
  );
}
