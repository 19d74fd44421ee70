import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_MAX } from './creation.ts';
import type { Decision, Drafts } from './event.ts';
import { OUTBOX_MAX } from './record.ts';
import { buildDraft, buildThing, openDesk, type Desk, type Thing } from './things.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

beforeEach(async () => {
  await desk.things.collection.deleteMany({});
});

afterAll(() => desk.close());

function buildDecision(_id: string, events: Drafts = [buildDraft()]): Decision<Thing> {
  return { record: buildThing({ _id }), events };
}

function batch(...ids: string[]): Decision<Thing>[] {
  return ids.map((id) => buildDecision(id));
}

async function numbers(): Promise<Record<string, number | null>> {
  const found = await desk.things.collection.find({}, { sort: { number: 1 } }).toArray();
  return Object.fromEntries(found.map(({ _id, number }) => [_id, number]));
}

describe('a batch of creations', () => {
  test('numbers its records in their order', async () => {
    await desk.things.createMany(batch('thing_c', 'thing_a', 'thing_b'), { numbered: true });
    expect(await numbers()).toEqual({ thing_c: 1, thing_a: 2, thing_b: 3 });
  });

  test('goes on behind the highest number', async () => {
    await desk.things.create(buildThing({ _id: 'thing_first' }), [buildDraft()], { numbered: true });
    await desk.things.createMany(batch('thing_second', 'thing_third'), { numbered: true });
    expect(await numbers()).toEqual({ thing_first: 1, thing_second: 2, thing_third: 3 });
  });

  test('without numbers leaves the numbers alone', async () => {
    await desk.things.createMany(batch('thing_a', 'thing_b'));
    expect(await numbers()).toEqual({ thing_a: null, thing_b: null });
  });

  test('stores each record as a single creation would', async () => {
    const decision = buildDecision('thing_one', [buildDraft({ data: { n: 1 } }), buildDraft({ data: { n: 2 } })]);
    await desk.things.createMany([decision], { numbered: true });
    const stored = async () => {
      const thing = await desk.things.collection.findOne({ _id: 'thing_one' });
      // The second write is a later one; in all else the two are equal.
      return { ...thing, outbox: thing?.outbox.map(({ order: _later, ...event }) => event) };
    };
    const inBatch = await stored();
    await desk.things.collection.deleteMany({});
    await desk.things.create(decision.record, decision.events, { numbered: true });
    expect(inBatch).toEqual(await stored());
  });

  test('leaves every event for the log, in order', async () => {
    const events = (id: string): Drafts => [
      buildDraft({ data: { id, n: 1 } }),
      buildDraft({ data: { id, n: 2 } }),
      buildDraft({ data: { id, n: 3 } }),
    ];
    await desk.things.createMany([
      buildDecision('thing_a', events('thing_a')),
      buildDecision('thing_b', events('thing_b')),
    ]);
    const before = await desk.log.head();
    await desk.log.drain();
    const logged = await desk.log.entries.find({ _id: { $gt: before } }, { sort: { _id: 1 } }).toArray();
    expect(logged.map(({ aggregate, seq, data }) => [aggregate, seq, data['n']])).toEqual([
      ['thing_a', 1, 1],
      ['thing_a', 2, 2],
      ['thing_a', 3, 3],
      ['thing_b', 1, 1],
      ['thing_b', 2, 2],
      ['thing_b', 3, 3],
    ]);
  });

  test('says which records it made and which were there', async () => {
    await desk.things.createMany(batch('thing_a', 'thing_b'), { numbered: true });
    const said = await desk.things.createMany(batch('thing_x', 'thing_a', 'thing_y', 'thing_b'), { numbered: true });
    expect(said).toEqual({ created: ['thing_x', 'thing_y'], alreadyThere: ['thing_a', 'thing_b'] });
  });

  test('leaves no hole in the numbers where records were there already', async () => {
    await desk.things.createMany(batch('thing_a', 'thing_b'), { numbered: true });
    await desk.things.createMany(batch('thing_x', 'thing_a', 'thing_y', 'thing_b', 'thing_z'), { numbered: true });
    expect(await numbers()).toEqual({ thing_a: 1, thing_b: 2, thing_x: 3, thing_y: 4, thing_z: 5 });
  });

  test('does not touch a record that is there already', async () => {
    const [made] = batch('thing_a');
    await desk.things.createMany([
      { ...made, record: buildThing({ _id: 'thing_a', title: 'the first' }) } as Decision<Thing>,
    ]);
    const stored = await desk.things.collection.findOne({ _id: 'thing_a' });
    await desk.things.createMany([
      { ...made, record: buildThing({ _id: 'thing_a', title: 'another' }) } as Decision<Thing>,
    ]);
    expect(await desk.things.collection.findOne({ _id: 'thing_a' })).toEqual(stored);
  });

  test('that names an id twice makes it once', async () => {
    const said = await desk.things.createMany(batch('thing_a', 'thing_a', 'thing_b'), { numbered: true });
    expect(said).toEqual({ created: ['thing_a', 'thing_b'], alreadyThere: ['thing_a'] });
  });

  test('with a record that does not fit the schema writes none of it', async () => {
    const misfit = { ...buildThing({ _id: 'thing_bad' }), count: 'many' } as unknown as Thing;
    const outcome = desk.things.createMany([...batch('thing_good'), { record: misfit, events: [buildDraft()] }]);
    await expect(outcome).rejects.toThrow('count');
    expect(await numbers()).toEqual({});
  });

  test('that is empty does nothing', async () => {
    expect(await desk.things.createMany([], { numbered: true })).toEqual({ created: [], alreadyThere: [] });
  });

  test('takes no more records than its bound', async () => {
    const many = batch(...Array.from({ length: BATCH_MAX + 1 }, (_, i) => `thing_${i}`));
    await expect(desk.things.createMany(many)).rejects.toThrow(`${BATCH_MAX}`);
  });

  test('takes no record with more events than an outbox holds', async () => {
    const events = Array.from({ length: OUTBOX_MAX + 1 }, () => buildDraft()) as unknown as Drafts;
    await expect(desk.things.createMany([buildDecision('thing_a', events)])).rejects.toThrow(`${OUTBOX_MAX}`);
  });

  test('beside single creations of another process gives every number once', async () => {
    const other = await desk.join();
    const ids = (batchNumber: number) => Array.from({ length: 20 }, (_, i) => `thing_${batchNumber}-${i}`);
    await Promise.all([
      ...[0, 1, 2].map((n) => desk.things.createMany(batch(...ids(n)), { numbered: true })),
      ...Array.from({ length: 40 }, () => other.things.create(buildThing(), [buildDraft()], { numbered: true })),
      other.things.createMany(batch(...ids(3)), { numbered: true }),
    ]);
    const found = await desk.things.collection.find({}).toArray();
    expect(found.map(({ number }) => number ?? 0).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
  });

  test('that two processes make at once leaves each record once', async () => {
    const other = await desk.join();
    const ids = Array.from({ length: 50 }, (_, i) => `thing_same-${i}`);
    const said = await Promise.all(
      [desk.things, other.things].map((things) => things.createMany(batch(...ids), { numbered: true })),
    );
    expect([said.flatMap(({ created }) => created).sort(), await desk.things.collection.countDocuments()]).toEqual([
      [...ids].sort(),
      50,
    ]);
  });

  test('however batches overlap, each record is made once, with its events once', async () => {
    const id = fc.integer({ min: 0, max: 15 }).map((n) => `thing_${n}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(id, { maxLength: 12 }), { maxLength: 5 }), async (batches) => {
        await desk.things.collection.deleteMany({});
        const said = [];
        for (const ids of batches) said.push(await desk.things.createMany(batch(...ids), { numbered: true }));
        const wanted = [...new Set(batches.flat())].sort();
        expect(said.flatMap(({ created }) => created).sort()).toEqual(wanted);
        const stored = await desk.things.collection.find({}, { sort: { _id: 1 } }).toArray();
        expect(stored.map(({ _id, outbox }) => [_id, outbox.length])).toEqual(wanted.map((each) => [each, 1]));
      }),
      { numRuns: 30 },
    );
  });
});
