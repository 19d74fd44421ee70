import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import mongoose, { STATES, Schema, type Connection } from 'mongoose';
import { WHILE_INDEXING, connectMongo, isConnectionFault, isDuplicateKey, watchTerm } from './mongo.ts';
import { gatedMongo } from '@desk/testkit/gate';
import { until } from '@desk/testkit/until';
import { testDatabase } from '../write/things.fixture.ts';

let connection: Connection;

beforeAll(async () => {
  connection = await connectMongo(await databaseUri(), testDatabase());
});

afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

describe('a connection string that weakens writes is refused', () => {
  test.each([
    'w=1',
    'w=0',
    'w=2',
    'journal=false',
    'j=false',
    'W=1',
    'Journal=False',
    'w=majority&journal=false',
    'w=majority&w=1',
  ])('%s', async (query) => {
    await expect(connectMongo(`mongodb://127.0.0.1:1/?${query}`, 'things')).rejects.toThrow('w=majority&journal=true');
  });

  test('before any server is asked', async () => {
    const startedAt = performance.now();
    await connectMongo('mongodb://127.0.0.1:1/?w=1', 'things').catch(() => undefined);
    // The driver waits 10 seconds for a server that is not there.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test('every write waits for a majority and the journal, whatever it says itself', async () => {
  const commands: Record<string, unknown>[] = [];
  const { uri, gate } = await gatedMongo(await databaseUri());
  const watched = await connectMongo(`${uri}&monitorCommands=true`, testDatabase());
  watched.getClient().on('commandStarted', ({ command }) => commands.push(command as Record<string, unknown>));
  await watched.collection('things').insertOne({ title: 'x' });
  const inserts = commands.filter((command) => 'insert' in command);
  await watched.dropDatabase();
  await watched.close();
  await gate.close();
  expect(inserts.map((command) => command['writeConcern'])).toEqual([{ w: 'majority', j: true }]);
});

describe('behind a database that does not answer', () => {
  let cut: Connection;
  let gated: Awaited<ReturnType<typeof gatedMongo>>;

  beforeEach(async () => {
    gated = await gatedMongo(await databaseUri());
    cut = await connectMongo(gated.uri, testDatabase());
    await cut.collection('things').insertOne({ title: 'x' });
  });

  afterEach(async () => {
    await cut.close(true);
    await gated.gate.close();
  });

  const fate = (operation: Promise<unknown>) =>
    operation.then(
      () => 'an answer',
      (error: unknown) => (isConnectionFault(error) ? 'a fault of the connection' : error),
    );

  test('an operation ends in less time than the gateway waits, and an index may take longer', async () => {
    gated.gate.set('mute');
    const indexing = fate(cut.collection('things').createIndexes([{ key: { title: 1 } }], WHILE_INDEXING));
    const startedAt = performance.now();
    expect(await fate(cut.collection('things').insertOne({ title: 'y' }))).toBe('a fault of the connection');
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(await Promise.race([indexing, Promise.resolve('still building')])).toBe('still building');
    gated.gate.set('shut');
    await indexing;
  });

  test('a question of a model ends too, once the database is known to be away', async () => {
    const Thing = cut.model('Thing', new Schema({ title: String }), 'things');
    gated.gate.set('shut');
    await fate(cut.collection('things').insertOne({ title: 'y' }));
    expect(cut.readyState).not.toBe(STATES.connected);
    const startedAt = performance.now();
    expect(await fate(Thing.findOne({ title: 'x' }).lean().exec())).toBe('a fault of the connection');
    expect(performance.now() - startedAt).toBeLessThan(9_000);
  });
});

test('the database is the service’s own', () => {
  expect(connection.name).toMatch(/^kit-/);
});

test('a filter that names an unknown path throws: it is our own mistake', async () => {
  const Odd = connection.model('Odd', new Schema({ title: String }), 'odd');
  await expect(Odd.find({ colour: 'red' }).exec()).rejects.toThrow('colour');
});

test('no index is made behind a service’s back', async () => {
  connection.model('Quiet', new Schema({ title: { type: String, index: true } }), 'quiet');
  await connection.collection('quiet').insertOne({ title: 'x' });
  expect((await connection.collection('quiet').indexes()).map((index) => index.name)).toEqual(['_id_']);
});

describe('the term', () => {
  test('stays while the primary does', async () => {
    const term = watchTerm(connection.getClient());
    const before = term();
    await Promise.all(Array.from({ length: 50 }, (_, i) => connection.collection('terms').insertOne({ i })));
    expect(term()).toBe(before);
  });

  test('grows when the primary is lost, and stays when it is back', async () => {
    const { uri, gate } = await gatedMongo(await databaseUri());
    const cut = await connectMongo(uri, testDatabase());
    const term = watchTerm(cut.getClient());
    await cut.collection('terms').insertOne({ i: 1 });
    gate.set('shut');
    await until('the loss is seen', () => term() > 0);
    await until('the loss is felt', () =>
      cut
        .collection('terms')
        .insertOne({ i: 2 })
        .then(
          () => false,
          () => true,
        ),
    );
    const lost = term();
    gate.set('open');
    await cut.collection('terms').insertOne({ i: 3 });
    expect(term()).toBe(lost);
    await cut.close();
    await gate.close();
  });
});

describe('an error of the database', () => {
  /** As the driver throws it. */
  class WaitQueueTimeout extends mongoose.mongo.MongoError {
    override get name() {
      return 'MongoWaitQueueTimeoutError';
    }
  }

  async function errorOf(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => null,
      (error: unknown) => error,
    );
  }

  test('is a duplicate when a unique value is taken, for one write and for many', async () => {
    const taken = connection.collection<{ _id: number }>('taken');
    await taken.insertOne({ _id: 1 });
    const errors = [
      await errorOf(taken.insertOne({ _id: 1 })),
      await errorOf(taken.insertMany([{ _id: 2 }, { _id: 1 }])),
    ];
    expect(errors.map(isDuplicateKey)).toEqual([true, true]);
  });

  test('is a fault of the connection when the connection ends', async () => {
    const { uri, gate } = await gatedMongo(await databaseUri());
    const cut = await connectMongo(uri, testDatabase());
    gate.set('mute');
    const write = errorOf(cut.collection('things').insertOne({ title: 'x' }));
    setTimeout(() => gate.set('shut'), 50);
    const fault = await write;
    await cut.close();
    await gate.close();
    expect([isConnectionFault(fault), isDuplicateKey(fault)]).toEqual([true, false]);
  });

  test.each<[string, unknown, boolean]>([
    ['a change of primary', new mongoose.mongo.MongoServerError({ code: 189, message: 'stepped down' }), true],
    ['all connections taken', new WaitQueueTimeout('x'), true],
    ['a time limit', new mongoose.mongo.MongoServerError({ code: 50, message: 'exceeded time limit' }), true],
    [
      'a command that does not exist',
      new mongoose.mongo.MongoServerError({ code: 59, message: 'no such command' }),
      false,
    ],
    ['a socket that broke', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), true],
    ['a socket that broke below', new Error('x', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }), true],
    ['a file that is not there', Object.assign(new Error('ENOENT'), { code: 'ENOENT' }), false],
    ['a mistake of ours', new TypeError('x is undefined'), false],
  ])('leaves a write uncertain, or not: %s', (_name, error, uncertain) => {
    expect(isConnectionFault(error)).toBe(uncertain);
  });
});
