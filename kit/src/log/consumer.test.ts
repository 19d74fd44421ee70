import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { Consumer, follows, storedCheckpoint, type Checkpoint } from './consumer.ts';
import { START, streamEvent, type LogEntry, type Position, type StreamEvent } from './entry.ts';
import { FaultyStream } from './faulty-stream.fixture.ts';
import { READ_MAX } from './log.ts';
import type { PullEvents } from './pull.ts';
import { gatedMongo, type Gate } from '@desk/testkit/gate';
import { until } from '@desk/testkit/until';
import { buildDraft, buildThing, openDesk, silentLogger, type Desk } from '../write/things.fixture.ts';

let desk: Desk;
let stream: FaultyStream;
let consumers: Consumer[] = [];
let handled: number[];
let pulls: number;
let resets: Position[];

beforeAll(async () => {
  desk = await openDesk();
});

beforeEach(() => {
  stream = new FaultyStream();
  handled = [];
  resets = [];
  pulls = 0;
});

afterEach(async () => {
  await stream.close();
  for (const consumer of consumers) await consumer.stop();
  consumers = [];
  for (const name of ['things', 'log', 'checkpoints']) await desk.connection.collection(name).deleteMany({});
});

afterAll(() => desk.close());

/** So many more events in the log. */
async function log(events: number): Promise<void> {
  await desk.things.create(buildThing(), [buildDraft(), ...Array.from({ length: events - 1 }, () => buildDraft())]);
  while ((await desk.log.drain()) > 0);
}

/** Puts entries of the log onto the stream, as a relay does. */
async function publish(from: number, to: number, epoch = desk.log.epoch): Promise<void> {
  const entries = await desk.log.entries.find({ _id: { $gte: from, $lte: to } }, { sort: { _id: 1 } }).toArray();
  await stream.append(
    'things',
    entries.map((entry) => streamEvent(entry, epoch)),
  );
}

const pull: PullEvents = (_service, after, limit) => {
  pulls++;
  return desk.log.read(after, limit);
};

function checkpoint(): Checkpoint {
  return storedCheckpoint(desk.journal, 'counts');
}

function consume(parts: Partial<ConstructorParameters<typeof Consumer>[0]> = {}): Consumer {
  const consumer = new Consumer({
    service: 'things',
    stream,
    pull,
    checkpoint: checkpoint(),
    handle: async (event) => void handled.push(event.position.pos),
    onReset: async (head) => {
      resets.push(head);
      return head;
    },
    logger: silentLogger,
    ...parts,
  });
  consumers.push(consumer);
  return consumer;
}

async function handles(count: number): Promise<number[]> {
  await until(`${count} events handled`, () => handled.length >= count);
  return handled;
}

function oneTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

function at(pos: number): Position {
  return { epoch: desk.log.epoch, pos };
}

test('events are handled in order, once', async () => {
  await log(10);
  await publish(1, 10);
  consume();
  expect(await handles(10)).toEqual(oneTo(10));
});

test('events that come later are handled too, though the producer does not answer', async () => {
  await checkpoint().save(at(0));
  consume({ pull: () => Promise.reject(new Error('the producer is away')) });
  await log(3);
  await publish(1, 2);
  await handles(2);
  await publish(3, 3);
  expect(await handles(3)).toEqual(oneTo(3));
});

test('more than one page is handled whole', async () => {
  await log(READ_MAX + 30);
  await publish(1, READ_MAX + 30);
  consume();
  expect(await handles(READ_MAX + 30)).toEqual(oneTo(READ_MAX + 30));
});

test('a consumer goes on behind its checkpoint', async () => {
  await log(5);
  await publish(1, 5);
  await checkpoint().save(at(3));
  consume();
  expect(await handles(2)).toEqual([4, 5]);
});

test('the checkpoint moves with what was handled', async () => {
  await log(5);
  await publish(1, 5);
  consume();
  await handles(5);
  await until('the checkpoint is saved', async () => (await checkpoint().load()).pos === 5);
  expect(await checkpoint().load()).toEqual(at(5));
});

test('two consumers of one producer each go on behind their own checkpoint', async () => {
  await log(3);
  await publish(1, 3);
  await checkpoint().save(at(0));
  const slow: number[] = [];
  const failing = consume({
    handle: async ({ position: { pos } }) => {
      if (pos === 2) throw new Error('not now');
      slow.push(pos);
    },
  });
  await until('the slow one has its first', () => slow.length > 0);
  consume({ checkpoint: storedCheckpoint(desk.journal, 'totals') });
  await handles(3);
  await failing.stop();
  consume({ handle: async ({ position: { pos } }) => void slow.push(pos) });
  await until('the slow one has them all', () => slow.includes(3));
  expect(slow).toEqual([1, 2, 3]);
});

test('effects are on disk before the checkpoint moves', async () => {
  const order: string[] = [];
  const { journal } = await desk.join();
  const { barrier } = journal;
  journal.barrier = async (term) => {
    await barrier.call(journal, term);
    order.push('barrier');
  };
  const stored = storedCheckpoint(journal, 'counts');
  await log(2);
  await publish(1, 2);
  consume({
    checkpoint: {
      load: stored.load,
      save: async (position) => {
        await stored.save(position);
        order.push(`saved ${(await stored.load()).pos}`);
      },
    },
    handle: async (event) => void order.push(`handled ${event.position.pos}`),
  });
  await until('the checkpoint is saved', () => order.includes('saved 2'));
  expect(order).toEqual(['handled 1', 'handled 2', 'barrier', 'saved 2']);
});

describe('when another primary took over, which may not have the effects', () => {
  let gated: { uri: string; gate: Gate };
  let cut: Desk;
  let stored: Checkpoint;

  beforeAll(async () => {
    gated = await gatedMongo(await databaseUri());
    cut = await openDesk(() => undefined, gated.uri);
    stored = storedCheckpoint(cut.journal, 'counts');
    await stored.load();
    const term = cut.journal.term();
    gated.gate.set('shut');
    await until('the connections have ended', () => cut.journal.term() > term);
    gated.gate.set('open');
  });

  afterAll(async () => {
    await cut.close();
    await gated.gate.close();
  });

  test('the checkpoint does not move, until it is loaded again', async () => {
    await expect(stored.save(at(3))).rejects.toMatchObject({ code: 'WRITE_UNCERTAIN' });
    expect(await stored.load()).toEqual(START);
    await stored.save(at(2));
    expect(await stored.load()).toEqual(at(2));
  });
});

test('effects whose checkpoint could not be saved are repeated from the last one', async () => {
  const stored = checkpoint();
  let failures = 1;
  const save = async (position: Position): Promise<void> => {
    if (failures-- > 0) throw new Error('another primary');
    await stored.save(position);
  };
  await log(2);
  await publish(1, 2);
  consume({ checkpoint: { load: stored.load, save } });
  expect(await handles(4)).toEqual([1, 2, 1, 2]);
});

describe('across a gap', () => {
  test('before the stream’s first event, the missing ones are pulled', async () => {
    await log(6);
    await publish(5, 6);
    await checkpoint().save(at(0));
    consume();
    expect([await handles(6), pulls]).toEqual([oneTo(6), 1]);
  });

  test('behind the checkpoint, the missing ones are pulled', async () => {
    await log(6);
    await publish(5, 6);
    await checkpoint().save(at(2));
    consume();
    expect(await handles(4)).toEqual([3, 4, 5, 6]);
  });

  test('in the midst of what is read, the missing ones are pulled', async () => {
    await log(6);
    await publish(1, 2);
    await publish(5, 6);
    consume();
    expect(await handles(6)).toEqual(oneTo(6));
  });

  test('that the producer does not fill, no event is skipped', async () => {
    await log(4);
    await publish(1, 4);
    await stream.lose('things', 2, 2);
    consume({
      pull: async (_service, after) => ({
        events: await stream.read('things', after, { limit: 9, waitMs: 0 }),
        head: at(4),
      }),
    });
    await until('the first event is handled', () => handled.length > 0);
    await until('the checkpoint is saved', async () => (await checkpoint().load()).pos === 1);
    expect(handled).toEqual([1]);
  });
});

test('when the stream was flushed, nothing is lost and nothing doubled', async () => {
  await log(3);
  await publish(1, 3);
  consume();
  await handles(3);
  await stream.flush();
  await log(3);
  await publish(5, 6);
  expect(await handles(6)).toEqual(oneTo(6));
});

test('a stream that is filled again from far back repeats nothing', async () => {
  await log(4);
  await publish(1, 3);
  consume();
  await handles(3);
  await stream.flush();
  await publish(1, 4);
  expect(await handles(4)).toEqual(oneTo(4));
});

test('an event that never reaches the stream comes late, by a pull', async () => {
  await checkpoint().save(at(0));
  consume();
  await until('the log was asked once, in vain', () => pulls > 0);
  await log(2);
  expect(await handles(2)).toEqual([1, 2]);
});

test('while the stream is down, events are pulled', async () => {
  stream.down = true;
  await log(3);
  consume();
  expect(await handles(3)).toEqual(oneTo(3));
});

test('an effect whose checkpoint was lost in a crash is repeated', async () => {
  await log(3);
  await publish(1, 3);
  const lost = { load: checkpoint().load, save: () => Promise.reject(new Error('crashed')) };
  const crashed = consume({ checkpoint: lost });
  await handles(3);
  await stream.flush();
  await crashed.stop();
  await publish(1, 3);
  consume();
  expect(await handles(6)).toEqual([...oneTo(3), ...oneTo(3)]);
});

test('an event that could not be handled is tried again before those behind it', async () => {
  await log(3);
  await publish(1, 3);
  let failures = 1;
  consume({
    handle: async (event) => {
      if (event.position.pos === 2 && failures-- > 0) throw new Error('not now');
      handled.push(event.position.pos);
    },
  });
  expect(await handles(3)).toEqual(oneTo(3));
});

describe('a producer that was restored', () => {
  test('resets the reader, which goes on where it says', async () => {
    await log(2);
    await checkpoint().save({ epoch: desk.log.epoch + 1, pos: 9 });
    stream.down = true;
    consume({ onReset: fromTheStart });
    expect([await handles(2), resets]).toEqual([[1, 2], [at(2)]]);
  });

  test('resets a reader that is ahead of the log', async () => {
    await log(2);
    await checkpoint().save(at(9));
    stream.down = true;
    consume();
    await until('the reader is reset', () => resets.length > 0);
    await until('the checkpoint is saved', async () => (await checkpoint().load()).pos === 2);
    expect(resets).toEqual([at(2)]);
  });

  test('resets a reader that meets the new epoch on the stream', async () => {
    await log(2);
    const epoch = desk.log.epoch + 1;
    await publish(1, 2, epoch);
    await checkpoint().save(at(2));
    consume({ pull: pullOf(epoch), onReset: fromTheStart });
    expect([await handles(2), resets]).toEqual([[1, 2], [{ epoch, pos: 2 }]]);
  });

  test('resets a reader once, though the stream still holds what came before', async () => {
    await log(3);
    const epoch = desk.log.epoch + 1;
    await publish(1, 3);
    await publish(1, 3, epoch);
    const heard: Position[] = [];
    const first = consume({
      pull: pullOf(epoch),
      onReset: fromTheStart,
      handle: async ({ position }) => void heard.push(position),
    });
    await until('the last event is handled', () => heard.some((each) => each.epoch === epoch && each.pos === 3));
    expect([heard.filter((each) => each.epoch === epoch).map(({ pos }) => pos), resets.length]).toEqual([oneTo(3), 0]);
    // It would save where it came to over the checkpoint that the next one begins at.
    await first.stop();
    await stream.flush();
    await checkpoint().save(at(3));
    await publish(1, 3);
    await publish(1, 3, epoch);
    consume({ pull: pullOf(epoch), onReset: fromTheStart });
    expect([await handles(3), resets]).toEqual([oneTo(3), [{ epoch, pos: 3 }]]);
  });

  /** Answers as the log would, had it another epoch. */
  function pullOf(epoch: number): PullEvents {
    return async (_service, after) => {
      const entries = await desk.log.entries.find({}, { sort: { _id: 1 } }).toArray();
      const known = after.epoch === START.epoch || after.epoch === epoch;
      const events = entries.filter(({ _id }) => _id > after.pos).map((entry) => streamEvent(entry, epoch));
      return { events: known ? events : null, head: { epoch, pos: entries.length } };
    };
  }

  async function fromTheStart(head: Position): Promise<Position> {
    resets.push(head);
    return { epoch: head.epoch, pos: 0 };
  }
});

describe('a consumer that begins', () => {
  test('asks which log there is, and handles no event of an earlier log that the stream still holds', async () => {
    await log(3);
    await publish(1, 3, desk.log.epoch - 1);
    await publish(1, 2);
    const heard: Position[] = [];
    consume({ handle: async ({ position }) => void heard.push(position) });
    await until('the events are handled', () => heard.length >= 2);
    expect(heard).toEqual([at(1), at(2)]);
  });

  test('waits for a producer that does not answer yet', async () => {
    await log(1);
    await publish(1, 1);
    let refusals = 1;
    consume({
      pull: (...asked) => (refusals-- > 0 ? Promise.reject(new Error('not yet')) : pull(...asked)),
    });
    expect(await handles(1)).toEqual([1]);
  });
});

test('events of other services on the stream cause no pulls', async () => {
  await log(1);
  await checkpoint().save(at(1));
  consume();
  for (let pos = 1; pos <= 200; pos++) {
    const [entry] = await desk.log.entries.find({}).toArray();
    await stream.append('others', [streamEvent({ ...(entry as LogEntry), _id: pos }, 1)]);
  }
  expect(pulls).toBeLessThan(5);
});

test('a stream of a later log than the producer has causes pulls with pauses', async () => {
  await log(1);
  await checkpoint().save(at(1));
  await publish(1, 1, desk.log.epoch + 1);
  const consumer = consume();
  await until('the log was asked', () => pulls > 0);
  // As often as the event loop lets it: a consumer without pauses would ask in each turn.
  for (let turns = 0; turns < 200; turns++) await desk.log.head();
  expect(pulls).toBeLessThan(5);
  await consumer.stop();
});

test('a stream that closes first does not keep the consumer from stopping', async () => {
  const consumer = consume();
  await stream.close();
  await consumer.stop();
  expect(handled).toEqual([]);
});

describe('an event follows a position', () => {
  const event = (epoch: number, pos: number): StreamEvent => ({ position: { epoch, pos } }) as StreamEvent;

  test.each<[string, StreamEvent | undefined, Position, boolean]>([
    ['when it is the next one', event(1, 5), { epoch: 1, pos: 4 }, true],
    ['when it is the first', event(3, 1), { epoch: 3, pos: 0 }, true],
    ['not when nobody knows of which log', event(3, 1), START, false],
    ['not when one is missing', event(1, 6), { epoch: 1, pos: 4 }, false],
    ['not when it was read already', event(1, 4), { epoch: 1, pos: 4 }, false],
    ['not when the epoch is another', event(2, 5), { epoch: 1, pos: 4 }, false],
    ['not when there is none', undefined, START, false],
  ])('%s', (_name, next, after, expected) => {
    expect(follows(next, after)).toBe(expected);
  });
});
