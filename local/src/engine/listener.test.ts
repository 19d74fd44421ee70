import { afterEach, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { listenOn, type EngineListener, type RoundTripper } from './listener.ts';

const OP_QUERY = 2004;
const OP_MSG = 2013;

/** Undone after each test, the last first. */
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (let ending = endings.pop(); ending; ending = endings.pop()) await ending();
});

async function listen(engine: RoundTripper): Promise<{ listener: EngineListener; connect(): Promise<net.Socket> }> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'listener-'));
  const socketPath = path.join(directory, 'engine.sock');
  const listener = await listenOn(socketPath, engine);
  endings.push(
    () => rmSync(directory, { recursive: true, force: true }),
    () => listener.close(),
  );
  return {
    listener,
    async connect() {
      const socket = net.connect(socketPath);
      endings.push(() => socket.destroy());
      await once(socket, 'connect');
      return socket;
    },
  };
}

/** Answers each message with its own body. */
const echo: RoundTripper = {
  roundTrip: (message) => Promise.resolve(answerOf(message, message.subarray(16))),
};

function answerOf(message: Buffer, response: Buffer) {
  return { requestId: message.readInt32LE(4), moreToCome: false, legacy: false, response };
}

/** Answers only when told to; `started` and `peak` count the commands that run. */
function buildHeldEngine() {
  const held: (() => void)[] = [];
  let running = 0;
  const engine = {
    peak: 0,
    started: 0,
    roundTrip(message: Buffer) {
      running += 1;
      engine.started += 1;
      engine.peak = Math.max(engine.peak, running);
      return new Promise<ReturnType<typeof answerOf>>((resolve) => {
        held.push(() => {
          running -= 1;
          resolve(answerOf(message, Buffer.alloc(0)));
        });
      });
    },
    release: () => held.shift()?.(),
  };
  return engine;
}

function buildMessage(requestId: number, body: Uint8Array): Buffer {
  const message = Buffer.alloc(16 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(requestId, 4);
  // The listener reads OP_MSG and hands on what it does not read: of this kind, any bytes will do.
  message.writeInt32LE(OP_QUERY, 12);
  message.set(body, 16);
  return message;
}

/** Reads so many replies: the request each one answers, and its body. */
async function readReplies(socket: net.Socket, count: number): Promise<{ answers: number; body: Buffer }[]> {
  const replies: { answers: number; body: Buffer }[] = [];
  let pending = Buffer.alloc(0);
  while (replies.length < count) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
      const frame = pending.subarray(0, pending.readInt32LE(0));
      replies.push({ answers: frame.readInt32LE(8), body: frame.subarray(21) });
      pending = pending.subarray(frame.length);
    }
  }
  return replies;
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1) await new Promise(setImmediate);
  if (!holds()) throw new Error('it never came true');
}

test('each message is answered once, in order, however the bytes are cut', async () => {
  const { connect } = await listen(echo);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 }),
      async (bodies, cuts) => {
        const socket = (await connect()).setNoDelay(true);
        const bytes = Buffer.concat(bodies.map((body, index) => buildMessage(index, body)));
        const replies = readReplies(socket, bodies.length);
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
          at += size;
        }
        expect(await replies).toEqual(bodies.map((body, answers) => ({ answers, body: Buffer.from(body) })));
        socket.destroy();
      },
    ),
    { numRuns: 50 },
  );
});

test('at most 16 commands run at once, and the others follow', async () => {
  const engine = buildHeldEngine();
  const { connect } = await listen(engine);
  const sockets = await Promise.all(Array.from({ length: 40 }, connect));
  const replies = Promise.all(sockets.map((socket) => readReplies(socket, 1)));
  sockets.forEach((socket, index) => socket.write(buildMessage(index, Buffer.alloc(0))));
  for (let released = 0; released < sockets.length; released += 1) {
    await until(() => engine.started >= Math.min(sockets.length, 16 + released));
    engine.release();
  }
  expect({ answered: (await replies).length, peak: engine.peak }).toEqual({ answered: 40, peak: 16 });
});

test('a message of an impossible length ends its connection', async () => {
  const socket = await (await listen(echo)).connect();
  const broken = buildMessage(1, Buffer.alloc(0));
  broken.writeInt32LE(3, 0);
  socket.write(broken);
  socket.resume();
  await expect(once(socket, 'close')).resolves.toBeDefined();
});

test('a broken connection leaves the others as they are', async () => {
  const { connect } = await listen(echo);
  const [broken, sound] = [await connect(), await connect()];
  broken.resume().write(Buffer.alloc(16, 0xff));
  await once(broken, 'close');
  sound.write(buildMessage(7, Buffer.from('sound')));
  expect(await readReplies(sound, 1)).toEqual([{ answers: 7, body: Buffer.from('sound') }]);
});

test('closing waits for the running command, and its answer arrives', async () => {
  const engine = buildHeldEngine();
  const { connect, listener } = await listen(engine);
  const socket = await connect();
  const replies = readReplies(socket, 1);
  socket.write(buildMessage(9, Buffer.alloc(0)));
  await until(() => engine.started === 1);
  const closed = listener.close();
  engine.release();
  await closed;
  expect((await replies).map((reply) => reply.answers)).toEqual([9]);
});

test('closing does not wait for idle connections', async () => {
  const { connect, listener } = await listen(echo);
  await connect();
  await expect(listener.close()).resolves.toBeUndefined();
});

test('a majority write reaches the engine as a write to its journal', async () => {
  const socket = await (await listen(echo)).connect();
  const buildInsert = (writeConcern: object) =>
    Buffer.concat([Buffer.alloc(5), mongoose.mongo.BSON.serialize({ insert: 'rows', writeConcern })]);
  const message = buildMessage(1, buildInsert({ w: 'majority', j: true }));
  message.writeInt32LE(OP_MSG, 12);
  socket.write(message);
  expect((await readReplies(socket, 1))[0]?.body).toEqual(buildInsert({ w: 1, j: true }));
});

test('a document of nearly 16 MiB is stored and read back by the driver', async () => {
  const connection = mongoose.createConnection(await databaseUri(), { dbName: 'engine-listener' });
  endings.push(() => connection.close());
  const documents = (await connection.asPromise()).collection<{ _id: string; text: string }>('documents');
  const text = 'x'.repeat(16 * 1024 * 1024 - 100);
  await documents.replaceOne({ _id: 'large' }, { text }, { upsert: true });
  expect((await documents.findOne({ _id: 'large' }))?.text.length).toBe(text.length);
});
