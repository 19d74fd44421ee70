import { ConfigProblem } from '@desk/kit/process/config';
import { createLogger } from '@desk/kit/process/logger';
import { connectMongo } from '@desk/kit/process/mongo';
import { systemTime } from '@desk/kit/time/time-source';
import { beginEpoch } from '@desk/kit/write/restore';
import { DOMAINS } from '@desk/schema/domains';
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDatabase } from '../engine/database.ts';
import { EngineFailure } from '../engine/engine.ts';
import { engineAnswers, findHolder, processRuns } from '../engine/holder.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Numbers that may have been given between a backup and its restore, where nobody knows. */
const SKIPPED = 1_000;

const USAGE = `npm run desk -- restore FROM [--data DIR] [--skip N]
npm run desk -- raise-epoch [--data DIR] [--skip N]

restore puts a copy of a data folder in place of the embedded database, keeps the one that was there beside it, and raises the epochs.
raise-epoch raises them alone, also in the databases of MONGODB_URI: do it after you restored those. Stop the desk before either.

  --data DIR   where the desk's data are (.data)
  --skip N     numbers of each kind of record that are left out, because they may have been given since the copy was made (${SKIPPED})`;

/** Where a command prints; a process fits. */
interface Output {
  stdout: { write(text: string): unknown };
}

/** Runs `restore` and `raise-epoch`. Resolves with the exit code. Throws ConfigProblem and EngineFailure. */
export async function runRestore(
  command: 'restore' | 'raise-epoch',
  args: string[],
  { stdout }: Output = process,
): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (values.help) {
    stdout.write(`${USAGE}\n`);
    return 0;
  }
  // npm changes to the repository's folder, and says where it was called.
  const here = process.env['INIT_CWD'] ?? process.cwd();
  const data = values.data ? path.resolve(here, values.data) : path.join(ROOT, '.data');
  const skip = Number(values.skip);
  const [from] = positionals;
  if (positionals.length !== (command === 'restore' ? 1 : 0)) throw new ConfigProblem([USAGE]);
  if (!Number.isInteger(skip) || skip < 0) throw new ConfigProblem(['--skip: must be a number of records, 0 or more.']);
  if (from !== undefined) stdout.write(`${await putBack(path.resolve(here, from), data)}\n`);
  stdout.write(`${await raiseEpochs(data, skip)}\n`);
  return 0;
}

const OPTIONS = {
  data: { type: 'string' },
  skip: { type: 'string', default: String(SKIPPED) },
  help: { type: 'boolean', default: false },
} as const;

/** Puts the database of a copied data folder in place of the one that is there. Says where that one went. */
async function putBack(from: string, data: string): Promise<string> {
  if (process.env['MONGODB_URI'] || process.env['MONGOD_BINARY'])
    throw new ConfigProblem([
      'restore: puts back the embedded database only. Restore that of MONGODB_URI or MONGOD_BINARY by its own tools, then run raise-epoch.',
    ]);
  const [copy, place] = [path.join(from, 'mongodb'), path.join(data, 'mongodb')];
  if (!existsSync(copy))
    throw new ConfigProblem([`restore: ${from} must be a copy of a data folder: it has no mongodb.`]);
  if (path.relative(copy, place) === '') throw new ConfigProblem([`restore: ${from} is the data folder itself.`]);
  const holder = findHolder(place);
  if (holder && processRuns(holder.launcherPid) && (await engineAnswers(place)))
    throw new EngineFailure(`The desk runs on ${data} (process ${holder.launcherPid}). Stop it first.`);
  const aside = `${place}.before-${systemTime.now().toISOString().replaceAll(':', '-')}`;
  mkdirSync(data, { recursive: true });
  const replaces = existsSync(place);
  if (replaces) renameSync(place, aside);
  cpSync(copy, place, { recursive: true, filter: (file) => !file.endsWith('.sock') });
  return `The database of ${from} is in place.${replaces ? ` The one before is ${aside}.` : ''}`;
}

/** Begins a new epoch in the log of each service. */
async function raiseEpochs(data: string, skip: number): Promise<string> {
  const logger = createLogger('restore', process.env['LOG_LEVEL'] ?? 'warn');
  const { MONGODB_URI, MONGOD_BINARY, NODE_ENV } = process.env;
  const database = await openDatabase({ MONGODB_URI, MONGOD_BINARY, NODE_ENV }, data, logger);
  const raised: string[] = [];
  try {
    for (const domain of DOMAINS) {
      const connection = await connectMongo(database.uri, domain);
      try {
        const { db } = connection;
        const log = await db?.collection<{ _id: string; epoch?: number }>('meta').findOne({ _id: 'log' });
        if (!db || !log) continue;
        await beginEpoch(db, { epoch: log.epoch ?? 0, lost: skip, now: systemTime.now() });
        raised.push(domain);
      } finally {
        await connection.close();
      }
    }
  } finally {
    await database.stop();
  }
  if (!raised.length)
    throw new ConfigProblem([
      'raise-epoch: there is no database of the desk here. --data and MONGODB_URI say where it is.',
    ]);
  return `A new epoch begins in ${raised.join(', ')}. Readers and partners read anew, and numbers go on at least ${skip} further.`;
}
