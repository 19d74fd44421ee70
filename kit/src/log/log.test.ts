import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { ManualTime, systemTime } from '../time/time-source.ts';
import { START, chainEntries, entryHolds, formatCursor, parseCursor, type LogEntry } from './entry.ts';
import { outboxEvent } from '../write/event.ts';
import { Log, READ_MAX, VERIFY_MAX } from './log.ts';
import { NOON, buildDraft, buildThing, countUp, openDesk, type Desk, type Side } from '../write/things.fixture.ts';

let desk: Desk;
let other: Side;
let crashAt: string | null = null;

beforeAll(async () => {
  desk = await openDesk((place) => {
    if (place !== crashAt) return;
    crashAt = null;
    throw new Error(`crashed at ${place}`);
  });
  other = await desk.join();
});

afterEach(async () => {
  for (const name of ['things', 'log', 'meta']) await desk.connection.collection(name).deleteMany({});
});

afterAll(() => desk.close());

/** Things with so many events each, written but not drained. */
async function writeThings(things: number, eventsEach: number): Promise<void> {
  await Promise.all(
    Array.from({ length: things }, async () => {
      const { _id } = (await desk.things.create(buildThing(), [buildDraft({ personal: { name: 'A. Person' } })]))
        .record;
      for (let i = 1; i < eventsEach; i++) await desk.things.change(_id, { reach: 'ALL' }, countUp);
    }),
  );
}

function entries(): Promise<LogEntry[]> {
  return desk.log.entries.find({}, { sort: { _id: 1 } }).toArray();
}

async function drainAll(side: Side = desk): Promise<void> {
  while ((await side.log.drain()) > 0);
}

async function waiting(): Promise<number> {
  const things = await desk.things.collection.find({}).toArray();
  return things.reduce((sum, thing) => sum + thing.outbox.length, 0);
}

/** Every thing's events are in the log once, in their order. */
function expectEachOnce(log: LogEntry[], things: number, eventsEach: number): void {
  const seqs = new Map<string, number[]>();
  for (const { aggregate, seq } of log) seqs.set(aggregate, [...(seqs.get(aggregate) ?? []), seq]);
  const expected = Array.from({ length: eventsEach }, (_, i) => i + 1);
  expect([...seqs.values()]).toEqual(Array.from({ length: things }, () => expected));
}

describe('the epoch of a log', () => {
  test('is the second in which it began, and stays', async () => {
    await desk.connection.collection('meta').deleteMany({});
    const began = await Log.open(desk.journal, { time: new ManualTime(NOON) });
    const opened = await Log.open(desk.journal, { time: systemTime });
    expect([began.epoch, opened.epoch]).toEqual([NOON.getTime() / 1_000, NOON.getTime() / 1_000]);
  });

  test('fits into a cursor until the year 2286', () => {
    const position = { epoch: Date.parse('2286-01-01') / 1_000, pos: 42 };
    expect(parseCursor('things', formatCursor('things', position))).toEqual(position);
  });
});

describe('draining', () => {
  test('copies each event once, each record’s in its order', async () => {
    await writeThings(7, 5);
    await drainAll();
    expectEachOnce(await entries(), 7, 5);
  });

  test('gives positions without gaps, from 1', async () => {
    await writeThings(7, 5);
    await drainAll();
    expect((await entries()).map((entry) => entry._id)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
  });

  test('empties the outboxes', async () => {
    await writeThings(3, 3);
    await drainAll();
    expect([await waiting(), await desk.things.collection.countDocuments({ dirty: true })]).toEqual([0, 0]);
  });

  test('says how many it copied, and 0 when nothing waits', async () => {
    await writeThings(2, 3);
    expect([await desk.log.drain(), await desk.log.drain()]).toEqual([6, 0]);
  });

  test('clears up after a trim that was interrupted between emptying an outbox and unmarking it', async () => {
    const { _id } = (await desk.things.create(buildThing(), [buildDraft()])).record;
    await drainAll();
    await desk.things.collection.updateOne({ _id }, { $set: { dirty: true } });
    await drainAll();
    expect(await desk.things.collection.countDocuments({ dirty: true })).toBe(0);
  });

  test('by two processes at once copies each event once', async () => {
    await writeThings(60, 3);
    await Promise.all([drainAll(desk), drainAll(other)]);
    expectEachOnce(await entries(), 60, 3);
  });

  test('by two processes at once leaves a chain that holds', async () => {
    await writeThings(60, 3);
    await Promise.all([drainAll(desk), drainAll(other)]);
    expect(await desk.log.verify()).toEqual({ verified: true, entries: 180, complete: true, firstBadPosition: null });
  });

  test('while others write loses nothing', async () => {
    const { _id } = (await desk.things.create(buildThing(), [buildDraft()])).record;
    let writing = true;
    const drained = Promise.all(
      [desk, other].map(async (side) => {
        while (writing) await side.log.drain();
        await drainAll(side);
      }),
    );
    for (let i = 0; i < 40; i++) await desk.things.change(_id, { reach: 'ALL' }, countUp);
    writing = false;
    await drained;
    expectEachOnce(await entries(), 1, 41);
  });

  test.each(['drain.beforeAppend', 'drain.afterAppend', 'drain.beforeTrim', 'drain.afterTrim'])(
    'that was interrupted at %s goes on without doubling',
    async (place) => {
      await writeThings(4, 3);
      crashAt = place;
      await expect(desk.log.drain()).rejects.toThrow(place);
      await drainAll(other);
      expectEachOnce(await entries(), 4, 3);
    },
  );

  test('skips what is in the log already in one step, however much that is', async () => {
    await writeThings(10, 20);
    crashAt = 'drain.afterAppend';
    await expect(desk.log.drain()).rejects.toThrow();
    const appends: unknown[] = [];
    const { entries: log } = other.log;
    const insertMany = log.insertMany.bind(log);
    log.insertMany = (...call) => {
      appends.push(call);
      return insertMany(...call);
    };
    await drainAll(other);
    expect(appends).toHaveLength(1);
  });
});

describe('reading', () => {
  test('gives what lies behind a position, oldest first', async () => {
    await writeThings(1, 5);
    await drainAll();
    const { events } = await desk.log.read({ epoch: desk.log.epoch, pos: 2 });
    expect(events?.map((event) => event.position.pos)).toEqual([3, 4, 5]);
  });

  test('gives at most as many as asked, and at most a page', async () => {
    await writeThings(2, 110);
    await drainAll();
    const lengths = [await desk.log.read(START, 3), await desk.log.read(START, 1_000)].map(
      ({ events }) => events?.length,
    );
    expect(lengths).toEqual([3, READ_MAX]);
  });

  test('at the head gives nothing', async () => {
    await writeThings(1, 2);
    await drainAll();
    const head = { epoch: desk.log.epoch, pos: await desk.log.head() };
    expect(await desk.log.read(head)).toEqual({ events: [], head });
  });

  test('beyond the head gives null: the reader knows another log', async () => {
    await writeThings(1, 2);
    await drainAll();
    expect((await desk.log.read({ epoch: desk.log.epoch, pos: 3 })).events).toBeNull();
  });

  test('of another epoch gives null', async () => {
    await writeThings(1, 2);
    await drainAll();
    expect((await desk.log.read({ epoch: desk.log.epoch + 1, pos: 1 })).events).toBeNull();
  });

  test('waits for the disk once', async () => {
    const meta = desk.connection.collection<{ _id: string; n: number }>('meta');
    const barriers = async () => (await meta.findOne({ _id: 'barrier' }))?.n ?? 0;
    await writeThings(1, 2);
    await drainAll();
    const before = await barriers();
    await desk.log.read(START);
    expect(await barriers()).toBe(before + 1);
  });

  test('gives other processes nothing personal', async () => {
    await writeThings(1, 1);
    await drainAll();
    expect(JSON.stringify(await desk.log.read(START))).not.toContain('A. Person');
  });

  test('gives the same in process as through text: no dates, nothing undefined', async () => {
    const at = new Date('2026-03-02T13:00:00.000Z');
    await desk.things.create(buildThing(), [buildDraft({ data: { at, list: [at], none: undefined } })]);
    await drainAll();
    const [event] = (await desk.log.read(START)).events ?? [];
    expect(event?.data).toStrictEqual({ at: at.toISOString(), list: [at.toISOString()] });
  });
});

describe('the chain', () => {
  test('holds when nothing was changed', async () => {
    await writeThings(3, 4);
    await drainAll();
    expect(await desk.log.verify()).toEqual({ verified: true, entries: 12, complete: true, firstBadPosition: null });
  });

  test('of an empty log holds', async () => {
    expect(await desk.log.verify()).toEqual({ verified: true, entries: 0, complete: true, firstBadPosition: null });
  });

  test('holds after a personal part was erased', async () => {
    await writeThings(3, 4);
    await drainAll();
    await desk.log.entries.updateOne({ personal: { $ne: null } }, { $set: { personal: null } });
    expect((await desk.log.verify()).verified).toBe(true);
  });

  test('holds over a personal part with undefined and nested values', async () => {
    const personal = { a: undefined, b: { c: undefined, d: [1, undefined, new Date(0)] }, e: null, f: 'é $x' };
    await desk.things.create(buildThing(), [buildDraft({ personal, data: { a: undefined, b: { c: undefined } } })]);
    await drainAll();
    expect((await desk.log.verify()).verified).toBe(true);
  });

  test.each([
    ['in its personal part', { personal: { text: 'a broken emoji \ud83d' } }],
    ['in a name within its personal part', { personal: { '\ud83d': 'a name', '\ud83e': 'another' } }],
    ['in a list within its personal part', { personal: { list: ['\udc00', { deep: '\ud83d!' }] } }],
    ['in its data', { data: { text: '\ud83d' } }],
    ['in its type', { type: 'thing.\ud83d' }],
  ])('holds over half a character %s, which the database keeps as another one', async (_where, draft) => {
    await desk.things.create(buildThing(), [buildDraft(draft)]);
    await drainAll();
    expect((await desk.log.verify()).verified).toBe(true);
  });

  test.each<[string, object]>([
    ['its time', { $set: { at: new Date(0) } }],
    ['its kind', { $set: { type: 'thing.lost' } }],
    ['its actor', { $set: { 'actor.id': 'person_9' } }],
    ['its audience', { $set: { internal: true } }],
    ['its organization', { $set: { organizationId: 'org_b' } }],
    ['its record', { $set: { aggregate: 'thing_other' } }],
    ['one byte of its data', { $set: { 'data.count': 9 } }],
    ['one byte of its personal part', { $set: { 'personal.value.name': 'B. Person' } }],
    ['a field that was added', { $set: { extra: 1 } }],
    ['its hash', { $set: { hash: 'f'.repeat(64) } }],
  ])('names the first entry in which %s was changed', async (_name, update) => {
    await desk.things.create(buildThing(), [buildDraft()]);
    await desk.things.create(buildThing(), [buildDraft({ personal: { name: 'A. Person' }, data: { count: 1 } })]);
    await desk.things.create(buildThing(), [buildDraft()]);
    await drainAll();
    const target = (await entries()).find((entry) => entry.personal);
    await desk.log.entries.updateOne({ _id: target?._id ?? 0 }, update);
    expect(await desk.log.verify()).toMatchObject({ verified: false, firstBadPosition: target?._id });
  });

  describe('of a log that is longer than one check', () => {
    const LENGTH = VERIFY_MAX + 300;

    beforeEach(async () => {
      const events = Array.from({ length: LENGTH }, (_, i) => ({
        aggregate: 'thing_1',
        ...outboxEvent(buildDraft(), { seq: i + 1, organizationId: 'org_a', salt: 's' }),
      }));
      const chain = chainEntries({ pos: 0, hash: '' }, events);
      // In parts: one write of all takes longer than an operation may, where the machine is busy.
      for (let from = 0; from < LENGTH; from += 500) await desk.log.entries.insertMany(chain.slice(from, from + 500));
    });

    const whole = { verified: true, entries: LENGTH, complete: true, firstBadPosition: null };
    const part = { verified: true, entries: VERIFY_MAX, complete: false, firstBadPosition: null };

    test('is checked in parts, each by its own request, and then anew, by any process', async () => {
      expect([await desk.log.verify(), await other.log.verify(), await desk.log.verify()]).toEqual([part, whole, part]);
    });

    test('is checked once for all callers at the same time', async () => {
      expect(await Promise.all([desk.log.verify(), desk.log.verify()])).toEqual([part, part]);
      expect(await desk.log.verify()).toEqual(whole);
    });

    test('names the changed entry, in whichever part, at each check', async () => {
      await desk.log.entries.updateOne({ _id: VERIFY_MAX + 7 }, { $set: { internal: true } });
      const broken = { verified: false, entries: VERIFY_MAX + 6, complete: false, firstBadPosition: VERIFY_MAX + 7 };
      await desk.log.verify();
      expect(await desk.log.verify()).toEqual(broken);
      await desk.log.verify();
      expect(await desk.log.verify()).toEqual(broken);
    });

    test('begins anew where the log ends before the place that was reached', async () => {
      await desk.log.verify();
      await desk.log.entries.deleteMany({ _id: { $gt: 100 } });
      expect(await desk.log.verify()).toEqual({ ...whole, entries: 100 });
    });
  });

  test('shows that its end was cut off, once the end was published', async () => {
    await writeThings(1, 5);
    await drainAll();
    await desk.connection.collection<{ _id: string; pos: number }>('meta').insertOne({ _id: 'published', pos: 5 });
    await desk.log.entries.deleteOne({ _id: 5 });
    expect(await desk.log.verify()).toEqual({ verified: false, entries: 4, complete: true, firstBadPosition: 5 });
  });

  test('breaks at the first entry that was flipped, deleted, inserted or swapped', () => {
    const damage = fc.record({
      length: fc.integer({ min: 2, max: 12 }),
      at: fc.nat(),
      kind: fc.constantFrom('flip', 'delete', 'insert', 'swap', 'renumber'),
      bit: fc.nat(),
    });
    fc.assert(
      fc.property(damage, ({ length, at, kind, bit }) => {
        const whole = buildLog(length);
        // The last entry cannot be deleted or swapped unseen by the next one, so there is a next one.
        const place = at % (length - 1);
        expect(firstBad(damaged(whole, place, kind, bit))).toBe(place + 1);
      }),
      { numRuns: 500 },
    );
  });
});

function buildLog(length: number): LogEntry[] {
  const events = Array.from({ length }, (_, i) => ({
    aggregate: `thing_${i % 3}`,
    ...outboxEvent(buildDraft({ data: { count: i } }), {
      seq: Math.floor(i / 3) + 1,
      organizationId: 'org_a',
      salt: 'salt',
    }),
  }));
  return chainEntries({ pos: 0, hash: '' }, events);
}

function damaged(log: LogEntry[], place: number, kind: string, bit: number): LogEntry[] {
  const entry = log[place] as LogEntry;
  const next = log[place + 1] as LogEntry;
  if (kind === 'flip') return log.with(place, flipped(entry, bit));
  if (kind === 'delete') return log.toSpliced(place, 1);
  if (kind === 'insert') return log.toSpliced(place, 0, { ...entry, seq: 99 });
  if (kind === 'swap') return log.with(place, next).with(place + 1, entry);
  return log.toSpliced(place, 1).map((kept, index) => ({ ...kept, _id: index + 1 }));
}

/** The entry with one bit changed somewhere in its text; where that is no entry or says the same, with another count. */
function flipped(entry: LogEntry, bit: number): LogEntry {
  const bytes = Buffer.from(JSON.stringify(entry));
  const index = bit % (bytes.length * 8);
  bytes[index >> 3] = (bytes[index >> 3] ?? 0) ^ (1 << (index & 7));
  const changed = parseEntry(bytes.toString('utf8'));
  return changed && !isDeepStrictEqual(changed, entry) ? changed : { ...entry, data: { count: -1 } };
}

function parseEntry(text: string): LogEntry | null {
  try {
    const entry = JSON.parse(text) as LogEntry;
    return { ...entry, at: new Date(entry.at) };
  } catch {
    return null;
  }
}

function firstBad(log: LogEntry[]): number | null {
  let tail = { pos: 0, hash: '' };
  for (const entry of log) {
    if (!holdsSafely(entry, tail)) return tail.pos + 1;
    tail = { pos: entry._id, hash: entry.hash };
  }
  return null;
}

/** A flipped bit can make an invalid instant, which has no text to hash. */
function holdsSafely(entry: LogEntry, tail: { pos: number; hash: string }): boolean {
  try {
    return entryHolds(entry, tail);
  } catch {
    return false;
  }
}
