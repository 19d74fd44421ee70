import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import type { CrashPoint } from './crash-point.ts';
import type { NewId, Random } from './ids.ts';
import { idMaker } from './ids.ts';
import { Journal } from './journal.ts';
import { Log } from './log.ts';
import type { Logger } from './logger.ts';
import { connectMongo } from './mongo.ts';
import type { PullEvents } from './pull.ts';
import { Relay } from './relay.ts';
import { createRegistry, type RunningServer } from './server.ts';
import type { EventStream } from './stream.ts';
import type { SignToken, VerifyToken } from './token.ts';

/** What a service is given from outside: the same in production, in one process, and in tests. */
export interface Dependencies {
  clock: Clock;
  random: Random;
  logger: Logger;
  stream: EventStream;
  /** Asks other services for events; used across gaps. */
  pull: PullEvents;
  signToken: SignToken;
  verifyToken: VerifyToken;
  crash?: CrashPoint;
}

/** Where a service listens and keeps its records. */
export interface ServiceConfig {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  mongodbUri: string;
  database: string;
}

/** What a service stands on: its database, the durable write, the log, and the relay that carries its events. */
export interface Foundation {
  connection: Connection;
  journal: Journal;
  log: Log;
  newId: NewId;
  registry: Registry;
  /** Starts the relay, and keeps it. Called once the service's collections are known. */
  startRelay(): void;
  /** Keeps a part, which is stopped before those that were kept earlier. Gives it back. */
  keep<Kept extends Part>(part: Kept): Kept;
  /** Stops what was kept, the last first, then lets go of the database; all of it, also where a part fails to stop. May be called again. */
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

/** A service's name, and what it is given. */
export interface ServiceParts {
  service: string;
  config: ServiceConfig;
  deps: Dependencies;
}

/**
 * Starts a service: `start` builds it on its foundation and keeps each part there as it begins. All of it is stopped with the
 * service; where `start` fails, what had begun is stopped at once.
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

/** Opens what a service stands on. Whoever opens it closes it. */
export async function openFoundation({ service, config, deps }: ServiceParts): Promise<Foundation> {
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
    const log = await Log.open(journal, deps);
    return {
      connection,
      journal,
      log,
      newId: idMaker(deps.clock, deps.random),
      registry: createRegistry(service),
      startRelay() {
        const { stream, logger, crash } = deps;
        keep(new Relay({ service, journal, log, stream, logger, ...(crash ? { crash } : {}) }));
      },
      keep,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
