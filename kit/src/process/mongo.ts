import mongoose, { type Connection } from 'mongoose';

/** The write concern of every acknowledged write: a majority, with the journal on disk. */
export const DURABLE = { writeConcern: { w: 'majority', j: true } } as const;

/** The longest that a read works in the database, in milliseconds. */
export const OPERATION_MS_MAX = 2_000;

/** How long an operation waits for a primary or for a connection to it, in milliseconds. */
const CONNECT_MS_MAX = 3_000;

/**
 * How long an operation waits for an answer before it counts as uncertain, in milliseconds. The driver then tries a read once more; both
 * tries take less than the gateway waits for a service. (The driver's `timeoutMS` has no effect in its version 7.8.)
 */
const ANSWER_MS_MAX = 4_000;

/**
 * How often the driver looks for the primary, in milliseconds, also after a lost connection. Without a least distance its version 7.8
 * may write to its own monitoring connection that has just ended, and wait for ever.
 */
const LOOK_EVERY_MS = 1_000;

/** How long an index may take to build, in milliseconds. The driver takes the option for one operation; its types do not name it. */
const INDEX_MS_MAX = 600_000;
export const WHILE_INDEXING = { socketTimeoutMS: INDEX_MS_MAX } as object as mongoose.mongo.CreateIndexesOptions;

/**
 * Connects to a service's own database. Refuses a connection string that weakens the write concern: without a majority
 * and the journal, a killed engine loses writes that were acknowledged (docs/decisions/0002-write-concern.md).
 */
export async function connectMongo(uri: string, database: string): Promise<Connection> {
  refuseWeakWrites(uri);
  // A filter that names an unknown path is a mistake of ours, and throws.
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
 * A number that grows whenever this client loses its primary or a connection to it. When it is the same before a read and after a later
 * durable write, one primary answered both in one term, so the read is durable too.
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
 * True for faults after which it is unknown whether the operation happened: a lost connection, a server that ends, a time limit. The
 * same operation may succeed later.
 */
export function isConnectionFault(error: unknown): boolean {
  const { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } =
    mongoose.mongo;
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof mongoose.Error.MongooseServerSelectionError ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoError && error.name === WAIT_QUEUE_ERROR) ||
    (error instanceof MongoServerError && UNCERTAIN_CODES.has(error.code)) ||
    isBrokenSocket(error)
  );
}

/** True for the system's own error of a connection that broke, which the driver hands on as it is, or as the cause of another. */
function isBrokenSocket(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return BROKEN.has((error as NodeJS.ErrnoException).code) || isBrokenSocket(error.cause);
}

const BROKEN = new Set<unknown>(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** The driver's error when all connections were taken for too long. It does not export the class. */
const WAIT_QUEUE_ERROR = 'MongoWaitQueueTimeoutError';

/** The server's codes for a change of primary, a shutdown, and a time limit. */
const UNCERTAIN_CODES = new Set<unknown>([50, 64, 91, 189, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** True when the server gave up an operation that took longer than it may. */
export function isTimeLimit(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === TIME_LIMIT_CODE;
}

const TIME_LIMIT_CODE = 50;

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
