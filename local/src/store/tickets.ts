import { systemTime } from '@desk/kit/time/time-source';
import { crashPoint } from '@desk/kit/process/crash-point';
import { systemRandom } from '@desk/kit/process/ids';
import type { Logger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { openFoundation, type Foundation } from '@desk/kit/service/service';
import { MIGRATIONS } from '@desk/tickets/store';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { openDatabase, type Database } from '../engine/database.ts';
import { engineAnswers, findHolder, processRuns } from '../engine/holder.ts';
import { makeSocketPath } from '../engine/socket.ts';

/** Opens what the tickets service stands on, for a command beside it. The caller closes it. */
export function openTickets({ uri }: Database, logger: Logger): Promise<Foundation> {
  const alone = () => Promise.reject(new Error('A command asks no other service.'));
  return openFoundation({
    service: 'tickets',
    config: { host: '', port: 0, mongodbUri: uri, database: 'tickets' },
    deps: {
      time: systemTime,
      random: systemRandom,
      logger,
      stream: new MemoryStream(), // Nothing is published from here: the service's own relay goes on from its log.
      pull: alone,
      signToken: alone,
      verifyToken: alone,
      crash: crashPoint(process.env['DESK_CRASH_AT']),
    },
    migrations: MIGRATIONS,
  });
}

/** The database of a desk that runs on this data directory; else the one that the desk would choose. */
export async function findDatabase(data: string, logger: Logger): Promise<Database> {
  const { MONGODB_URI, MONGOD_BINARY, NODE_ENV } = process.env;
  const uri = MONGODB_URI || MONGOD_BINARY ? null : await runningEngine(path.join(data, 'mongodb'));
  if (!uri) return openDatabase({ MONGODB_URI, MONGOD_BINARY, NODE_ENV }, data, logger);
  return { uri, what: 'the engine of the running desk', died: new Promise(() => {}), stop: async () => {} };
}

/** The address of an engine that another process has open on a directory; null when there is none. */
async function runningEngine(directory: string): Promise<string | null> {
  const holder = findHolder(directory);
  if (!holder || !processRuns(holder.launcherPid)) return null;
  const home = realpathSync(directory);
  if (!(await engineAnswers(home))) return null;
  const socketPath = makeSocketPath(home);
  return `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true&w=majority&journal=true&retryWrites=false`;
}
