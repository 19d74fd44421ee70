import mongoose, { type Connection } from 'mongoose';
import { Refusal } from './errors.ts';

/** What every acknowledged write waits for: a majority, and their journals on disk. */
export const DURABLE = { writeConcern: { w: 'majority', j: true } } as const;

/** No read of ours works longer in the database, in milliseconds. */
export const OPERATION_MS_MAX = 2_000;

/** How long an operation waits for a primary or for a connection to it, in milliseconds. */
const CONNECT_MS_MAX = 3_000;

/**
 * A database that is frozen gives no answer at all: after this an operation counts as uncertain, in milliseconds. The driver then
 * tries a read once more; a frozen database is not connected to again, so both together are less than the gateway waits for a
 * service. (`timeoutMS`, the driver's limit for the whole of an operation, has no effect in its version 7.8.)
 */
const ANSWER_MS_MAX = 4_000;

/**
 * How often the driver looks for the primary, in milliseconds: as a rule, and at the least distance. Were it free to look at once when
 * a connection ends, its version 7.8 would write to its own, which has just ended too, and wait for that for ever.
 */
const LOOK_EVERY_MS = 1_000;

/** How long an index may take to build, in milliseconds: the driver takes it for one operation, though it does not announce so. */
const INDEX_MS_MAX = 600_000;
export const WHILE_INDEXING = { socketTimeoutMS: INDEX_MS_MAX } as object as mongoose.mongo.CreateIndexesOptions;

/**
 * Connects to a service's own database. Refuses a connection string that weakens the write concern: without a majority
 * and the journal, a killed engine loses writes that were acknowledged (docs/decisions/0002-write-concern.md).
 */
export async function connectMongo(uri: string, database: string): Promise<Connection> {
  refuseWeakWrites(uri);
  // No object of a caller ever becomes a filter; a filter that names an unknown path is our own mistake, and throws.
  mongoose.set('strictQuery', 'throw');
  return mongoose
    .createConnection(uri, {
      dbName: database,
      writeConcern: DURABLE.writeConcern,
      retryWrites: false, // The embedded engine has no sessions. Retries are ours, by idempotency key.
      readPreference: 'primary', // The algorithm reads what it wrote.
      serverSelectionTimeoutMS: CONNECT_MS_MAX,
      connectTimeoutMS: CONNECT_MS_MAX,
      waitQueueTimeoutMS: CONNECT_MS_MAX,
      socketTimeoutMS: ANSWER_MS_MAX,
      heartbeatFrequencyMS: LOOK_EVERY_MS,
      minHeartbeatFrequencyMS: LOOK_EVERY_MS,
      bufferCommands: false, // Mongoose would wait another 10 s for a database that is away.
      autoIndex: false, // The service makes its indexes before it says that it is ready.
      autoCreate: false,
    })
    .asPromise();
}

/**
 * A number that grows whenever this client loses its primary, or a connection to it, or gets another one. Equal before a read
 * and after a later durable write, it shows that both were answered by one primary in one term, so that the read is
 * durable too.
 */
export function watchTerm(client: mongoose.mongo.MongoClient): () => number {
  let term = 0;
  let known: string | null = null;
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const primary = [...newDescription.servers.values()].find((server) => server.isWritable);
    const seen = primary
      ? `${primary.address} ${primary.electionId?.toHexString()} ${primary.topologyVersion?.processId.toHexString()}`
      : null;
    if (known !== null && seen !== known) term++;
    known = seen;
  });
  // A server that restarts between two looks of the driver shows only in the connections that end.
  client.on('connectionClosed', ({ reason }) => {
    if (reason === 'error') term++;
  });
  return () => term;
}

/**
 * True for faults after which nobody knows whether the operation happened: of the connection, of a server that ends, or a limit
 * of time. The same operation may succeed later.
 */
export function isConnectionFault(error: unknown): boolean {
  const { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } =
    mongoose.mongo;
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoError && error.name === WAIT_QUEUE_ERROR) ||
    (error instanceof MongoServerError && UNCERTAIN_CODES.has(error.code))
  );
}

/** All connections were taken for too long. The driver does not export its class. */
const WAIT_QUEUE_ERROR = 'MongoWaitQueueTimeoutError';

/** The server's codes for a change of primary, a shutdown, and a time limit. */
const UNCERTAIN_CODES = new Set<unknown>([50, 64, 91, 189, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** What a caller is told of a write's failure: WRITE_UNCERTAIN where nobody knows whether it happened, else the error itself. */
export function uncertain(error: unknown): unknown {
  return isConnectionFault(error) ? writeUncertain() : error;
}

/** Refuses a write of which nobody knows whether it happened. */
export function writeUncertain(): Refusal {
  return new Refusal(
    'WRITE_UNCERTAIN',
    'The store did not answer in time. Repeat the request with the same idempotency key.',
  );
}

/** True when a unique index refused a write. */
export function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
}

/** The options of a connection string that weaken the write concern, as they stand there. */
export function weakWrites(uri: string): string[] {
  // Names of options are read without regard to case, as the driver reads them.
  const options = [...new URLSearchParams(uri.split('?')[1] ?? '')].map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return options
    .filter(
      ([name, value]) =>
        (name === 'w' && value !== 'majority') || ((name === 'journal' || name === 'j') && value !== 'true'),
    )
    .map((option) => option.join('='));
}

function refuseWeakWrites(uri: string): void {
  const weak = weakWrites(uri);
  if (weak.length) {
    throw new Error(
      `MONGODB_URI asks for ${weak.join(', ')}. Acknowledged writes would be lost when the database is killed. Leave both out, or set w=majority&journal=true.`,
    );
  }
}
