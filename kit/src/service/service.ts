import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import type { TimeSource } from '../time/time-source.ts';
import type { CrashPoint } from '../process/crash-point.ts';
import type { NewId, Random } from '../process/ids.ts';
import { idMaker } from '../process/ids.ts';
import { Journal } from '../write/journal.ts';
import { runMigrations, type Migration } from '../write/migration.ts';
import { Log } from '../log/log.ts';
import type { Logger } from '../process/logger.ts';
import { connectMongo } from '../process/mongo.ts';
import { eventsRoute, type PullEvents } from '../log/pull.ts';
import { noticeRestore } from '../log/restore.ts';
import { Relay } from '../log/relay.ts';
import { createRegistry, startSubgraph, type RunningServer, type SubgraphOptions } from '../api/subgraph.ts';
import { followOwnLog, type Consequences, type Follow } from '../log/consequences.ts';
import type { StreamEvent } from '../log/entry.ts';
import { followService, type FollowedService } from '../log/follow-service.ts';
import { openMirror, type Mirror, type MirrorPlan } from '../log/mirror.ts';
import type { EventStream } from '../log/stream.ts';
import type { SignToken, VerifyToken } from '../api/token.ts';
import type { Aggregates } from '../write/aggregates.ts';
import type { Aggregate } from '../write/record.ts';
import { Timers } from './timers.ts';

/** What a service gets from outside: the same in production, in one process, and in tests. */
export interface Dependencies {
  time: TimeSource;
  random: Random;
  logger: Logger;
  stream: EventStream;
  /** Pulls events from other services, across gaps of the stream. */
  pull: PullEvents;
  signToken: SignToken;
  verifyToken: VerifyToken;
  crash?: CrashPoint;
}

/** The addresses of a service and of its database. */
export interface ServiceConfig {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  mongodbUri: string;
  database: string;
}

/** What a service answers with. */
type Served<Context extends object> = Pick<SubgraphOptions<Context>, 'sdl' | 'resolvers' | 'context' | 'routes'>;

/** The foundation of a service: its database, the durable write, the log, and what runs on them. It keeps each part that it starts. */
export interface Foundation {
  connection: Connection;
  journal: Journal;
  log: Log;
  newId: NewId;
  registry: Registry;
  /** Starts the relay, which carries events from the log to others. Call it once the service's collections are open. */
  startRelay(): void;
  /** Follows another service, and keeps copies of its records. */
  openMirror<Records extends { [Kind in keyof Records]: object }>(plan: MirrorPlan<Records>): Promise<Mirror<Records>>;
  /** Hands the events of another service to `handle`, in order and at least once. */
  followService(service: string, handle: (event: StreamEvent) => Promise<void>): FollowedService;
  /** Carries out the consequences of the own events, where their requests did not. */
  followOwnLog(handle: Follow): Consequences;
  /** Lets records act at their `nextFireAt`; `fire` does the act that is due first, and returns the record after it. */
  startTimers<Rec extends Aggregate>(records: Aggregates<Rec>, fire: (id: string) => Promise<Rec>): void;
  /** Serves the subgraph, and the log's events for others to pull. Call it last. */
  serve<Context extends object>(served: Served<Context>): Promise<{ url: string; log: Log }>;
  /** Keeps a part, to be stopped before those that were kept earlier. Returns it. */
  keep<Kept extends Part>(part: Kept): Kept;
  /** Stops the kept parts, the last first, then closes the database, also where a part fails to stop. May be called again. */
  close(): Promise<void>;
}

/** Something that runs until it is stopped. */
interface Part {
  stop(): Promise<void>;
}

/** A service that runs. */
export interface RunningService extends RunningServer {
  log: Log;
}

/** A service's name, its settings and dependencies, and the migrations of its records. */
export interface ServiceParts {
  service: string;
  config: ServiceConfig;
  deps: Dependencies;
  /** In their order, from the first version on: the list only grows. */
  migrations?: readonly Migration[];
}

/**
 * Starts a service: `start` builds it on its foundation, and keeps each part there as it begins. The service's `stop` stops them all;
 * where `start` fails, the parts that had begun are stopped at once.
 */
export async function startService<Service extends object>(
  parts: ServiceParts,
  start: (foundation: Foundation) => Promise<Service>,
): Promise<Service & Part> {
  const foundation = await openFoundation(parts);
  try {
    return { ...(await start(foundation)), stop: () => foundation.close() };
  } catch (error) {
    await foundation.close();
    throw error;
  }
}

/** Opens the foundation of a service, after its migrations. The caller closes it. */
export async function openFoundation({ service, config, deps, migrations = [] }: ServiceParts): Promise<Foundation> {
  const connection = await connectMongo(config.mongodbUri, config.database);
  const stops = [() => connection.close()];
  const close = async () => {
    const failures: unknown[] = [];
    for (const stop of stops.splice(0).reverse()) await stop().catch((error: unknown) => failures.push(error));
    if (failures.length) throw new AggregateError(failures, `${service} could not be stopped in order`);
  };
  const keep = <Kept extends Part>(part: Kept): Kept => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    const journal = new Journal(connection, deps);
    const ran = await runMigrations(journal.db, migrations, deps.time);
    if (ran.length) deps.logger.info({ migrations: ran }, 'stored records took a new form');
    await noticeRestore(journal.db, service, deps);
    const log = await Log.open(journal, deps);
    const registry = createRegistry(service);
    const { time, stream, pull, logger, crash } = deps;
    return {
      connection,
      journal,
      log,
      newId: idMaker(time, deps.random),
      registry,
      startRelay() {
        keep(new Relay({ service, journal, log, stream, logger, ...(crash ? { crash } : {}) }));
      },
      openMirror: async (plan) => keep(await openMirror({ journal, stream, pull, logger }, plan)),
      followService: (followed, handle) =>
        keep(followService({ service: followed, journal, stream, pull, logger, handle })),
      followOwnLog: (handle) => keep(followOwnLog({ service, journal, log, stream, logger, handle })),
      startTimers(aggregates, fire) {
        keep(new Timers({ aggregates, time, logger, fire }));
      },
      async serve({ routes, ...served }) {
        const server = await startSubgraph({
          ...served,
          name: service,
          host: config.host,
          port: config.port,
          verifyToken: deps.verifyToken,
          ready: () => journal.barrier(),
          logger,
          registry,
          routes(app) {
            eventsRoute(app, log);
            routes?.(app);
          },
        });
        keep(server);
        return { url: server.url, log };
      },
      keep,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
