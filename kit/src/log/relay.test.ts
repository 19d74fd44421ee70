import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemTime } from '../time/time-source.ts';
import { streamEvent, type LogEntry } from './entry.ts';
import { FaultyStream } from './faulty-stream.fixture.ts';
import { Log, READ_MAX } from './log.ts';
import { createLogger } from '../process/logger.ts';
import { Relay } from './relay.ts';
import { until } from '@desk/testkit/until';
import {
  buildDraft,
  buildThing,
  countUp,
  openDesk,
  silentLogger,
  type Desk,
  type Side,
} from '../write/things.fixture.ts';

let desk: Desk;
let other: Side;
let stream: FaultyStream;
let relays: Relay[] = [];
let crashAt: string | null = null;

beforeAll(async () => {
  desk = await openDesk();
  other = await desk.join();
});

beforeEach(() => {
  stream = new FaultyStream();
});

afterEach(async () => {
  crashAt = null;
  for (const relay of relays) await relay.stop();
  relays = [];
  for (const name of ['things', 'log']) await desk.connection.collection(name).deleteMany({});
  await desk.connection.collection<{ _id: string }>('meta').deleteOne({ _id: 'published' });
});

afterAll(() => desk.close());

function startRelay({ journal, log }: Pick<Side, 'journal' | 'log'> = desk): Relay {
  const crash = (place: string) => {
    if (place !== crashAt) return;
    crashAt = null;
    throw new Error(`crashed at ${place}`);
  };
  const relay = new Relay({ service: 'things', journal, log, stream, logger: silentLogger, crash });
  relays.push(relay);
  return relay;
}

async function write(events: number): Promise<void> {
  const { _id } = (await desk.things.create(buildThing(), [buildDraft()])).record;
  for (let i = 1; i < events; i++) await desk.things.change(_id, { reach: 'ALL' }, countUp);
}

/** Many events by one write each: for tests of the stream, where the writing does not matter. */
async function writeAtOnce(events: number): Promise<void> {
  await desk.things.create(buildThing(), [buildDraft(), ...Array.from({ length: events - 1 }, () => buildDraft())]);
}

async function positions(): Promise<number[]> {
  return (await stream.all('things')).map((event) => event.position.pos);
}

async function published(count: number): Promise<number[]> {
  await until(`${count} events on the stream`, async () => (await positions()).length >= count);
  return positions();
}

function oneTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

test('written events come onto the stream, in order', async () => {
  startRelay();
  await write(10);
  expect(await published(10)).toEqual(oneTo(10));
});

test('events from before the relay began are published too', async () => {
  await write(5);
  startRelay();
  expect(await published(5)).toEqual(oneTo(5));
});

test('more than one page is published whole', async () => {
  await writeAtOnce(READ_MAX + 50);
  startRelay();
  expect(await published(READ_MAX + 50)).toEqual(oneTo(READ_MAX + 50));
});

test('two relays publish each event once', async () => {
  startRelay(desk);
  startRelay(other);
  await write(20);
  expect(await published(20)).toEqual(oneTo(20));
});

test('nothing personal reaches the stream', async () => {
  startRelay();
  await desk.things.create(buildThing(), [buildDraft({ personal: { name: 'A. Person' } })]);
  await published(1);
  expect(JSON.stringify(await stream.all('things'))).not.toContain('A. Person');
});

test('nothing is published that the log does not hold', async () => {
  const absent: number[] = [];
  stream.onAppend = async (events) => {
    for (const { position } of events) {
      if (!(await desk.log.entries.findOne({ _id: position.pos }))) absent.push(position.pos);
    }
  };
  startRelay(desk);
  startRelay(other);
  await write(20);
  await published(20);
  expect(absent).toEqual([]);
});

test('events are on disk before they are published', async () => {
  const meta = desk.connection.collection<{ _id: string; n: number }>('meta');
  const barriers = async () => (await meta.findOne({ _id: 'barrier' }))?.n ?? 0;
  await write(1);
  await desk.log.drain();
  const before = await barriers();
  let atAppend = 0;
  stream.onAppend = async () => {
    atAppend = await barriers();
  };
  startRelay();
  await published(1);
  expect(atAppend).toBe(before + 1);
});

describe('a stream that was flushed', () => {
  test('is filled again from the log', async () => {
    startRelay();
    await write(5);
    await published(5);
    await stream.flush();
    await write(1);
    expect(await published(6)).toEqual(oneTo(6));
  });

  test('is filled again without a new write', async () => {
    startRelay();
    await write(5);
    await published(5);
    await stream.flush();
    expect(await published(5)).toEqual(oneTo(5));
  });
});

test('a stream that lost its tail gets it again', async () => {
  startRelay();
  await write(5);
  await published(5);
  await stream.lose('things', 4, 5);
  expect(await published(5)).toEqual(oneTo(5));
});

describe('while the stream is down', () => {
  test('the log goes on', async () => {
    stream.down = true;
    startRelay();
    await write(5);
    await until('5 entries in the log', async () => (await desk.log.head()) === 5);
    expect(await positions()).toEqual([]);
  });

  test('nothing is lost: it is published when the stream is back', async () => {
    stream.down = true;
    startRelay();
    await write(5);
    await until('5 entries in the log', async () => (await desk.log.head()) === 5);
    stream.down = false;
    expect(await published(5)).toEqual(oneTo(5));
  });

  test('an append that hangs does not hold up the log', async () => {
    let release = () => {};
    const hanging = new Promise<void>((resolve) => (release = resolve));
    stream.onAppend = () => hanging;
    startRelay();
    await write(5);
    await until('5 entries in the log', async () => (await desk.log.head()) === 5);
    expect(await positions()).toEqual([]);
    release();
    await published(5);
  });
});

test.each(['publish.beforeAppend', 'publish.afterAppend'])(
  'a relay that was interrupted at %s goes on where the stream ends',
  async (place) => {
    crashAt = place;
    startRelay();
    await write(5);
    expect(await published(5)).toEqual(oneTo(5));
    expect(crashAt).toBeNull();
  },
);

test('a log that was restored is published anew, under its own epoch', async () => {
  startRelay();
  await write(2);
  await published(2);
  await relays.pop()?.stop();
  const meta = desk.connection.collection<{ _id: string; epoch: number }>('meta');
  await meta.updateOne({ _id: 'log' }, { $inc: { epoch: 1 } });
  const restored = await Log.open(desk.journal, { time: systemTime });
  startRelay({ journal: desk.journal, log: restored });
  await until('4 events on the stream', async () => (await positions()).length === 4);
  expect((await stream.all('things')).map(({ position }) => [position.epoch - desk.log.epoch, position.pos])).toEqual([
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
  ]);
});

test('a stream of a later log is left alone, with pauses, and logged once', async () => {
  const told: unknown[] = [];
  const logger = createLogger('test', 'warn', { write: (line: string) => void told.push(JSON.parse(line)) });
  await write(1);
  while ((await desk.log.drain()) > 0);
  const [entry] = await desk.log.entries.find({}).toArray();
  const later = [streamEvent(entry as LogEntry, desk.log.epoch + 1)];
  await stream.append('things', later);
  let looks = 0;
  const last = stream.last.bind(stream);
  stream.last = async (service) => {
    looks++;
    return last(service);
  };
  relays.push(new Relay({ service: 'things', journal: desk.journal, log: desk.log, stream, logger }));
  await until('it was looked at again', () => looks >= 3);
  expect([told, await stream.all('things')]).toEqual([
    [expect.objectContaining({ msg: 'events cannot be published' })],
    later,
  ]);
});

test('a relay that stops has finished what it had in hand', async () => {
  const relay = startRelay();
  await write(3);
  await relay.stop();
  expect(await positions()).toEqual(oneTo((await positions()).length));
});
