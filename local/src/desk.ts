import { systemClock } from '@desk/kit/clock';
import { ConfigProblem } from '@desk/kit/config';
import { crashPoint } from '@desk/kit/crash-point';
import { systemRandom } from '@desk/kit/ids';
import { createLogger, type Logger } from '@desk/kit/logger';
import { MemoryStream } from '@desk/kit/memory-stream';
import { httpPull } from '@desk/kit/pull';
import { RedisStream } from '@desk/kit/redis-stream';
import type { Dependencies, ServiceConfig } from '@desk/kit/service';
import type { EventStream } from '@desk/kit/stream';
import { tokenSigner, tokenVerifier } from '@desk/kit/token';
import { isDirectorySeedable, seedDirectory } from '@desk/directory/seed';
import { createDirectoryService } from '@desk/directory/service';
import { createGateway } from '@desk/gateway/gateway';
import { areIncidentsSeedable, seedIncidents } from '@desk/tickets/seed';
import { createTicketsService } from '@desk/tickets/service';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase, type DatabaseSettings } from './database.ts';
import { DEMO_PEOPLE } from './demo-people.ts';
import { startIssuer } from './issuer.ts';
import { freePort } from './ports.ts';
import { loadSecrets } from './secrets.ts';

/** What `npm start` is asked for. */
export interface DeskOptions {
  /** Where data lives. */
  directory: string;
  /** Where portal and API listen, if it is free. */
  port: number;
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

const HOST = '127.0.0.1';
const MIRROR_MS_MAX = 10_000;
const AUDIENCE = 'mdmr-service-desk';
const PORTAL = fileURLToPath(new URL('../../portal/dist', import.meta.url));

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
  const level = environment['LOG_LEVEL'] ?? 'warn';
  const logger = createLogger('desk', level);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const { port, taken } = await freePort(options.port);
    const secrets = await loadSecrets(options.directory);
    const database = await openDatabase(environment, options.directory, logger);
    stops.push(() => database.stop());
    const stream = openStream(environment, logger);
    stops.push(() => stream.close());

    const signToken = await tokenSigner(secrets.internal.signing, systemClock);
    const urls: Record<string, string> = {};
    const pull = httpPull(urls, signToken);
    const deps = (service: string): Dependencies => ({
      clock: systemClock,
      random: systemRandom,
      logger: createLogger(service, level),
      stream,
      pull,
      signToken,
      verifyToken: tokenVerifier(secrets.internal.verify, service, systemClock),
      crash: crashPoint(environment['DESK_CRASH_AT']),
    });
    const config = (name: string): ServiceConfig => ({ host: HOST, port: 0, mongodbUri: database.uri, database: name });

    const directory = await createDirectoryService(config('directory'), deps('directory'));
    urls['directory'] = directory.url;
    stops.push(() => directory.stop());
    // A database of this directory is the desk's own; one that was named may be anybody's.
    const mayDemo = async (seedable: Promise<boolean>) => !environment.MONGODB_URI || seedable;
    const who =
      options.demoData && (await mayDemo(isDirectorySeedable(directory)))
        ? await seedDirectory(directory, systemClock)
        : null;
    const tickets = await createTicketsService(config('tickets'), deps('tickets'));
    urls['tickets'] = tickets.url;
    stops.push(() => tickets.stop());
    // Whoever is greeted can work at once: tickets know everybody whom the directory knows.
    await directory.log.drain();
    const known = { epoch: directory.log.epoch, pos: await directory.log.head() };
    await Promise.race([tickets.directory.reached(known), delay(MIRROR_MS_MAX, undefined, { ref: false })]);
    const seeded = who !== null && (await mayDemo(areIncidentsSeedable(tickets)));
    if (seeded) await seedIncidents(tickets, who, systemClock.now());

    const publicUrl = `http://localhost:${port}`;
    const issuer = await startIssuer({
      host: HOST,
      port: (await freePort(port + 1)).port,
      people: DEMO_PEOPLE,
      clients: [
        {
          id: 'desk',
          grant: 'authorization_code',
          redirectUris: [publicUrl, `http://${HOST}:${port}`].map((origin) => `${origin}/sign-in/callback`),
        },
        { id: 'demo-partner', grant: 'client_credentials', secret: secrets.partner },
      ],
      audience: AUDIENCE,
      signingKey: secrets.issuer,
      clock: systemClock,
      logger,
      environment: environment.NODE_ENV,
    });
    stops.push(() => issuer.stop());
    const gateway = await createGateway(
      {
        host: HOST,
        port,
        publicUrl,
        subgraphs: urls,
        signIn: {
          issuer: issuer.url,
          clientId: 'desk',
          clientSecret: null,
          sessionSecret: secrets.session,
          audience: AUDIENCE,
          demo: true,
        },
        allowedOrigins: [`http://${HOST}:${port}`],
        portalDirectory: existsSync(PORTAL) ? PORTAL : null,
        shutdownMs: 1_000,
      },
      { clock: systemClock, random: systemRandom, logger: createLogger('gateway', level), stream, pull, signToken },
    );
    stops.push(() => gateway.stop());
    return {
      url: publicUrl,
      taken,
      database: database.what,
      events: stream instanceof MemoryStream ? 'in process' : 'Redis',
      demoData: seeded ? 'THERE' : options.demoData ? 'REFUSED' : 'UNWANTED',
      died: database.died,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openStream(environment: Record<string, string | undefined>, logger: Logger): EventStream {
  const url = environment['REDIS_URL'];
  if (!url) return new MemoryStream();
  return new RedisStream(url, environment['REDIS_PREFIX'] ?? 'desk:', (error) =>
    logger.warn({ error }, 'Redis is in trouble'),
  );
}
