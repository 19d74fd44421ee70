/**
 * The service that the kill rig kills: kit's journal, log, relay and consumer over an engine of its own, behind a small
 * HTTP endpoint. It leads its own process group, so that one signal to the group ends it and its engine at once.
 * Started by rig-process.ts.
 */
import mongoose from 'mongoose';
import http from 'node:http';
import { startEngine } from '@desk/local/engine/engine';
import { systemTime } from '@desk/kit/time/time-source';
import { Consumer, storedCheckpoint } from '@desk/kit/log/consumer';
import { crashPoint, type CrashPoint } from '@desk/kit/process/crash-point';
import { ERROR_CODES, Refusal } from '@desk/kit/api/errors';
import type { StreamEvent } from '@desk/kit/log/entry';
import { derivedId, systemRandom } from '@desk/kit/process/ids';
import type { Written } from '@desk/kit/write/creation';
import { Journal } from '@desk/kit/write/journal';
import { requestKey } from '@desk/kit/write/request';
import { Log } from '@desk/kit/log/log';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { connectMongo } from '@desk/kit/process/mongo';
import { ownPull } from '@desk/kit/log/pull';
import { RedisStream } from '@desk/kit/log/redis-stream';
import { noticeRestore } from '@desk/kit/log/restore';
import { Relay } from '@desk/kit/log/relay';
import { buildDraft, buildThing, thingSchema, type Thing } from '@desk/kit/write/things.fixture';
import { RIG, type Projection, type RigReady, type RigRequest, type RigSettings } from './rig-protocol.ts';

async function runService(settings: RigSettings): Promise<RigReady> {
  let armed: CrashPoint = crashPoint(undefined);
  const crash: CrashPoint = (place) => armed(place);
  process.on('message', (setting: string) => {
    // Signal to process 0 goes to the whole group: the engine dies with the service.
    armed = crashPoint(setting, () => process.kill(0, 'SIGKILL'));
  });

  if (settings.weakWrites) weakenWrites();
  const engine = await startEngine({ directory: settings.directory });
  const connection = await connectMongo(engine.uri, RIG);
  const journal = new Journal(connection, { random: systemRandom, crash });
  const { redis } = settings;
  const stream = redis ? new RedisStream(redis.url, redis.prefix, () => undefined) : new MemoryStream();
  const logger = createLogger(RIG, process.env['RIG_LOG_LEVEL'] ?? 'silent');
  await noticeRestore(journal.db, RIG, { stream, time: systemTime, logger });
  const log = await Log.open(journal, { time: systemTime, crash });
  const things = await journal.aggregates<Thing>(connection.model<Thing>('Thing', thingSchema, 'things'), 'thing');
  new Relay({ service: RIG, journal, log, stream, logger, crash });

  const projections = journal.db.collection<Projection>('projections');
  const resets = journal.db.collection('resets');
  new Consumer({
    service: RIG,
    stream,
    pull: ownPull(log),
    checkpoint: storedCheckpoint(journal, RIG),
    handle: (event) => project(projections, event),
    onReset: async (head) => {
      await resets.insertOne({ head });
      await projections.deleteMany({});
      return { epoch: head.epoch, pos: 0 };
    },
    logger,
    crash,
  });

  const mutate = async ({ kind, key: name, by, thing = '' }: RigRequest): Promise<Written<Thing>> => {
    const asked = { principal: 'writer', operation: kind, key: name };
    const key = requestKey(asked, { kind, by, thing });
    const draft = buildDraft({ data: { key: name, by } });
    if (kind === 'create') {
      const record = buildThing({ _id: derivedId('thing', asked), count: by });
      return things.create(record, [draft], { key, numbered: true });
    }
    return things.change(thing, { reach: 'ALL', key }, (record) => ({
      record: { ...record, count: record.count + by },
      events: [draft],
    }));
  };
  return { url: await serve(mutate), mongodbUri: engine.uri };
}

/** The effect, guarded by the event's place in the thing's life. Not journaled: the checkpoint's barrier must do that. */
async function project(projections: mongoose.mongo.Collection<Projection>, event: StreamEvent): Promise<void> {
  const { key, by } = event.data as { key: string; by: number };
  const { aggregate: _id, seq } = event;
  const lazily = { writeConcern: { w: 1 } };
  if (seq === 1) {
    const first = { $setOnInsert: { seq, count: by, keys: [key] } };
    await projections.updateOne({ _id }, first, { ...lazily, upsert: true });
    return;
  }
  const effect = { $set: { seq }, $inc: { count: by }, $push: { keys: key } };
  const { matchedCount } = await projections.updateOne({ _id, seq: seq - 1 }, effect, lazily);
  if (matchedCount === 1) return;
  const known = await projections.findOne({ _id });
  if (!known || known.seq < seq) throw new Error(`event ${seq} of ${_id} comes before its predecessor`);
}

/** `POST /`: 200 is an acknowledgement, 503 asks for a repetition, 409 is all else: a mistake of ours. */
function serve(mutate: (request: RigRequest) => Promise<Written<Thing>>): Promise<string> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      mutate(JSON.parse(Buffer.concat(chunks).toString()) as RigRequest).then(
        ({ record }) => response.end(record._id),
        (error: unknown) => {
          const passing = error instanceof Refusal && ERROR_CODES[error.code].retryable;
          response.writeHead(passing ? 503 : 409).end(String(error));
        },
      );
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    });
  });
}

/** Every write is acknowledged as soon as it is in memory, whatever the kit asks for. */
function weakenWrites(): void {
  const collection = mongoose.mongo.Collection.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, optionsAt] of Object.entries({ insertOne: 1, insertMany: 1, bulkWrite: 1, updateOne: 2 })) {
    const write = collection[name] as (...args: unknown[]) => unknown;
    collection[name] = function (this: unknown, ...args: unknown[]) {
      args[optionsAt] = { ...(args[optionsAt] as object | undefined), writeConcern: { w: 1, j: false } };
      return write.apply(this, args);
    };
  }
}

// The rig is the parent; without it there is nothing to do, and the engine closes by itself.
process.on('disconnect', () => process.exit(0));
const settings = JSON.parse(process.argv[2] ?? '') as RigSettings;
const ready = await runService(settings);
process.send?.(ready);
