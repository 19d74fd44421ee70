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
  /** Starts the relay. Called once the service's collections are known. */
  startRelay(): void;
  /** Stops the given parts in their order, then the relay, then the connection. */
  close(parts: readonly { stop(): Promise<void> }[]): Promise<void>;
}

/** A service that runs. */
export interface RunningService extends RunningServer {
  log: Log;
}

/** Opens what a service stands on. */
export async function openFoundation(service: string, config: ServiceConfig, deps: Dependencies): Promise<Foundation> {
  const connection = await connectMongo(config.mongodbUri, config.database);
  const journal = new Journal(connection, deps);
  const log = await Log.open(journal, deps);
  let relay: Relay | null = null;
  return {
    connection,
    journal,
    log,
    newId: idMaker(deps.clock, deps.random),
    registry: createRegistry(service),
    startRelay() {
      const { stream, logger, crash } = deps;
      relay = new Relay({ service, journal, log, stream, logger, ...(crash ? { crash } : {}) });
    },
    async close(parts) {
      for (const part of parts) await part.stop();
      await relay?.stop();
      await connection.close();
    },
  };
}
