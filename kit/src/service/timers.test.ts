import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualTime } from '../time/time-source.ts';
import { createLogger } from '../process/logger.ts';
import { until } from '@desk/testkit/until';
import {
  buildDraft,
  buildThing,
  NOON,
  openDesk,
  silentLogger,
  type Desk,
  type Side,
  type Thing,
} from '../write/things.fixture.ts';
import { FAILED_MS, Timers } from './timers.ts';

let desk: Desk;
let sides: Side[];
let time: ManualTime;
let workers: Timers<Thing>[] = [];

beforeAll(async () => {
  desk = await openDesk();
  sides = [desk, await desk.join(), await desk.join()];
});

beforeEach(() => {
  time = new ManualTime(NOON);
});

afterEach(async () => {
  for (const worker of workers) await worker.stop();
  workers = [];
  for (const name of ['things', 'log']) await desk.connection.collection(name).deleteMany({});
});

afterAll(() => desk.close());

const MINUTE_MS = 60_000;

function minutesAfterNoon(minutes: number): Date {
  return new Date(NOON.getTime() + minutes * MINUTE_MS);
}

/** A thing that acts each ten minutes, first at 12:10, `acts` times. */
async function makeThing(acts = 1): Promise<string> {
  const thing = buildThing({ nextFireAt: minutesAfterNoon(10), title: String(acts) });
  return (await desk.things.create(thing, [buildDraft({ type: 'thing.made' })])).record._id;
}

/** The act that is due: it is stamped with the instant at which it was due, whenever it is done. */
async function fire(side: Side, id: string): Promise<Thing> {
  const { record } = await side.things.change(id, { reach: 'ALL' }, (record) => {
    if (!record.nextFireAt || record.nextFireAt > time.now()) return null;
    const count = record.count + 1;
    const nextFireAt = count < Number(record.title) ? minutesAfterNoon(10 * (count + 1)) : null;
    return {
      record: { ...record, count, nextFireAt },
      events: [buildDraft({ type: 'thing.acted', at: record.nextFireAt })],
    };
  });
  return record;
}

function work(side: Side = desk, act = fire): Timers<Thing> {
  const worker = new Timers({ aggregates: side.things, time, logger: silentLogger, fire: (id) => act(side, id) });
  workers.push(worker);
  return worker;
}

async function actsOf(id: string): Promise<Date[]> {
  const thing = await desk.things.collection.findOne({ _id: id });
  return (thing?.outbox ?? []).filter((event) => event.type === 'thing.acted').map((event) => event.at);
}

async function allDone(): Promise<void> {
  await until(
    'nothing is due',
    async () => (await desk.things.collection.countDocuments({ nextFireAt: { $ne: null } })) === 0,
  );
}

test('a thing acts when its instant has come, not before', async () => {
  const id = await makeThing();
  const worker = work();
  time.set(minutesAfterNoon(9));
  await worker.run();
  const early = await actsOf(id);
  time.set(minutesAfterNoon(10));
  await allDone();
  expect([early, await actsOf(id)]).toEqual([[], [minutesAfterNoon(10)]]);
});

test('a thing without an instant never acts', async () => {
  const { _id } = (await desk.things.create(buildThing(), [buildDraft()])).record;
  time.set(minutesAfterNoon(1_000_000));
  expect([await work().run(), await actsOf(_id)]).toEqual([0, []]);
});

test('with three workers each act is done exactly once', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => makeThing(3)));
  for (const side of sides) work(side);
  time.set(minutesAfterNoon(100));
  await allDone();
  const acts = await Promise.all(ids.map(actsOf));
  expect(acts).toEqual(ids.map(() => [10, 20, 30].map(minutesAfterNoon)));
});

test('without leases each act is done exactly once all the same', async () => {
  const id = await makeThing(5);
  time.set(minutesAfterNoon(100));
  await Promise.all(sides.flatMap((side) => [fire(side, id), fire(side, id), fire(side, id)]));
  while ((await fire(desk, id)).nextFireAt);
  expect(await actsOf(id)).toEqual([10, 20, 30, 40, 50].map(minutesAfterNoon));
});

test('a worker that comes late does what was missed, in order, stamped with the instants it was due', async () => {
  const id = await makeThing(4);
  time.set(minutesAfterNoon(60 * 24 * 30));
  work();
  await allDone();
  expect(await actsOf(id)).toEqual([10, 20, 30, 40].map(minutesAfterNoon));
});

test('more things than one round takes are all done', async () => {
  const due = minutesAfterNoon(10);
  const things = Array.from({ length: 120 }, () => buildThing({ nextFireAt: due, title: '1' }));
  await Promise.all(things.map((thing) => desk.things.create(thing, [buildDraft()])));
  time.set(due);
  for (const side of sides) work(side);
  await allDone();
  expect(await desk.things.collection.countDocuments({ count: 1 })).toBe(120);
});

describe('a thing that another worker has in hand', () => {
  const LEASE_MS = 30_000;

  test('is left to it', async () => {
    const id = await makeThing();
    time.set(minutesAfterNoon(10));
    await desk.things.collection.updateOne(
      { _id: id },
      { $set: { leaseUntil: new Date(time.now().getTime() + LEASE_MS) } },
    );
    expect([await work().run(), await actsOf(id)]).toEqual([0, []]);
  });

  test('is done by the next one once the first has died', async () => {
    const id = await makeThing();
    time.set(minutesAfterNoon(10));
    let wakeUp = () => {};
    const hanging = new Promise<Thing>((resolve) => (wakeUp = () => resolve(buildThing())));
    work(sides[1], () => hanging);
    await until('the first worker has the lease', async () =>
      Boolean((await desk.things.collection.findOne({ _id: id }))?.leaseUntil),
    );
    time.advance(LEASE_MS + 1);
    work();
    await allDone();
    wakeUp();
    expect(await actsOf(id)).toEqual([minutesAfterNoon(10)]);
  });
});

describe('a thing whose act fails', () => {
  const failing = async (side: Side, id: string): Promise<Thing> => {
    const thing = await side.things.collection.findOne({ _id: id });
    if (thing?.tags.includes('broken')) throw new Error('broken');
    return fire(side, id);
  };

  test('is tried again', async () => {
    const id = await makeThing();
    await desk.things.collection.updateOne({ _id: id }, { $set: { tags: ['broken'] } });
    time.set(minutesAfterNoon(10));
    work(desk, failing);
    // Only then: timers leave a failed record alone from the present instant on.
    await until('it has failed and is left alone', async () => {
      const thing = await desk.things.collection.findOne({ _id: id });
      return thing?.leaseUntil?.getTime() === time.now().getTime() + FAILED_MS;
    });
    await desk.things.collection.updateOne({ _id: id }, { $set: { tags: [] } });
    time.advance(MINUTE_MS);
    await allDone();
    expect(await actsOf(id)).toEqual([minutesAfterNoon(10)]);
  });

  test('does not keep the others from theirs, even when a round is full of such', async () => {
    const broken = Array.from({ length: 100 }, () => buildThing({ nextFireAt: NOON, tags: ['broken'], title: '1' }));
    await Promise.all(broken.map((thing) => desk.things.create(thing, [buildDraft()])));
    const id = await makeThing();
    time.set(minutesAfterNoon(10));
    work(desk, failing);
    await until('it has acted', async () => (await actsOf(id)).length > 0);
    expect(await actsOf(id)).toEqual([minutesAfterNoon(10)]);
  });
});

describe('things whose act does nothing, though they are due', () => {
  const idle = async (side: Side, id: string): Promise<Thing> => {
    const thing = await side.things.collection.findOne({ _id: id });
    if (!thing?.tags.includes('idle')) return fire(side, id);
    return (await side.things.change(id, { reach: 'ALL' }, () => null)).record;
  };

  beforeEach(async () => {
    const things = Array.from({ length: 100 }, () => buildThing({ nextFireAt: NOON, tags: ['idle'], title: '1' }));
    await desk.things.createMany(things.map((record) => ({ record, events: [buildDraft()] })));
  });

  test('do not keep the others from theirs, and are tried again', async () => {
    const id = await makeThing();
    time.set(minutesAfterNoon(10));
    const tries = new Map<string, number>();
    work(desk, (side, each) => {
      tries.set(each, (tries.get(each) ?? 0) + 1);
      return idle(side, each);
    });
    await until('it has acted', async () => (await actsOf(id)).length > 0);
    time.advance(MINUTE_MS);
    await until('each was tried again', () => tries.size === 101 && Math.min(...[...tries.values()].slice(0, 100)) > 1);
    expect(await actsOf(id)).toEqual([minutesAfterNoon(10)]);
  });

  test('are logged', async () => {
    const lines: string[] = [];
    const logger = createLogger('test', 'error', { write: (line) => void lines.push(line) });
    time.set(minutesAfterNoon(1));
    const worker = new Timers({ aggregates: desk.things, time, logger, fire: (id) => idle(desk, id) });
    workers.push(worker);
    await until('one was told of', () => lines.length > 0);
    expect(lines[0]).toContain('does nothing');
  });

  test('do not hold up a stop', async () => {
    time.set(minutesAfterNoon(1));
    const tried = new Set<string>();
    const worker = work(desk, (side, id) => {
      tried.add(id);
      return idle(side, id);
    });
    await until('one was tried', () => tried.size > 0);
    await worker.stop();
    expect(tried.size).toBeLessThan(100);
  });
});

test('a thing that has more to do than one turn takes does the rest after the others', async () => {
  const id = await makeThing(60);
  const other = await makeThing();
  await desk.things.collection.updateOne({ _id: other }, { $set: { nextFireAt: minutesAfterNoon(20) } });
  time.set(minutesAfterNoon(10_000));
  work();
  await until('the other has acted', async () => (await actsOf(other)).length > 0);
  expect(await actsOf(id)).toHaveLength(50);
  time.advance(MINUTE_MS);
  await allDone();
  expect(await actsOf(id)).toHaveLength(60);
});

test('looking for what is due uses the index', async () => {
  const plans: string[] = [];
  const { collection } = desk.things;
  const find = collection.find.bind(collection);
  collection.find = ((...call: Parameters<typeof find>) => {
    const cursor = find(...call);
    const toArray = cursor.toArray.bind(cursor);
    cursor.toArray = async () => {
      plans.push(JSON.stringify(await cursor.clone().explain('queryPlanner')));
      return toArray();
    };
    return cursor;
  }) as typeof find;
  try {
    await work().run();
  } finally {
    collection.find = find;
  }
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.join()).not.toContain('COLLSCAN');
});
