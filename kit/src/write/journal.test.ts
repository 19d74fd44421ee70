import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseUri } from '@desk/testkit/database';
import { Refusal } from '../api/errors.ts';
import type { Reach } from '../api/viewer.ts';
import { derivedId } from '../process/ids.ts';
import { TURNS_WAITING_MAX, type Written } from './creation.ts';
import { Journal } from './journal.ts';
import { requestKey } from './request.ts';
import { KEYS_MAX, OUTBOX_MAX, RECORD_ONLY } from './record.ts';
import { gatedMongo, type Gate } from '@desk/testkit/gate';
import { until } from '@desk/testkit/until';
import { buildDraft, buildThing, countUp, openDesk, thingSchema, type Desk, type Thing } from './things.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

beforeEach(async () => {
  await desk.things.collection.deleteMany({});
});

afterAll(() => desk.close());

const NOBODY: Reach = [];
const ORG_B: Reach = ['org_b'];

async function create(given: Partial<Thing> = {}): Promise<Thing> {
  return (await desk.things.create(buildThing(given), [buildDraft({ type: 'thing.made' })])).record;
}

function addOne(id: string, request: { expectedVersion?: number; key?: ReturnType<typeof requestKey> } = {}) {
  return desk.things.change(id, { reach: 'ALL', ...request }, countUp);
}

async function stored(id: string): Promise<Thing> {
  const found = await desk.things.collection.findOne({ _id: id }, { projection: RECORD_ONLY });
  if (!found) throw new Error(`${id} is not stored`);
  return found;
}

async function outbox(id: string) {
  return (await desk.things.collection.findOne({ _id: id }))?.outbox ?? [];
}

/** The refusal that an operation ends with, as a caller sees it. */
async function refusalOf(
  operation: Promise<unknown>,
): Promise<{ message: string; extensions: Record<string, unknown> }> {
  const outcome = await operation.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
  if (outcome instanceof Refusal) return { message: outcome.message, extensions: outcome.extensions };
  throw outcome;
}

test('the salt of a personal part comes from the randomness that the journal was given', async () => {
  const journal = new Journal(desk.connection, { random: (bytes) => void bytes.fill(7) });
  const { _id } = (await desk.things.create(buildThing(), [buildDraft()])).record;
  const things = await journal.aggregates<Thing>(desk.connection.model<Thing>('Thing'), 'thing');
  await things.change(_id, { reach: 'ALL' }, (thing) => ({
    record: thing,
    events: [buildDraft({ personal: { name: 'A. Person' } })],
  }));
  expect((await outbox(_id)).at(-1)?.personal?.salt).toBe(Buffer.alloc(16, 7).toString('base64url'));
});

describe('a creation', () => {
  test('stores the record and gives it back', async () => {
    const thing = await create({ title: 'first' });
    expect(await stored(thing._id)).toEqual(thing);
  });

  test('leaves its event in the outbox', async () => {
    const { _id } = await create();
    expect(await outbox(_id)).toMatchObject([{ seq: 1, type: 'thing.made', organizationId: 'org_a', internal: false }]);
  });

  test('with several events raises the version by each', async () => {
    const { _id, version } = (await desk.things.create(buildThing(), [buildDraft(), buildDraft()])).record;
    expect([version, (await outbox(_id)).map((event) => event.seq)]).toEqual([2, [1, 2]]);
  });

  test('keeps no trace of the journal in the record it gives back', async () => {
    expect(Object.keys(await create()).sort()).toEqual(Object.keys(buildThing()).sort());
  });

  test('numbers 200 parallel records from two processes 1 to 200', async () => {
    const other = await desk.join();
    const sides = [desk.things, other.things];
    const create = async (i: number): Promise<Written<Thing>> => {
      try {
        return await (sides[i % 2] ?? desk.things).create(buildThing(), [buildDraft()], { numbered: true });
      } catch (error) {
        // A creation that waited too long for its turn made nothing, and is asked for again.
        if (error instanceof Refusal && error.code === 'BACKPRESSURE') return create(i);
        throw error;
      }
    };
    const made = await Promise.all(Array.from({ length: 200 }, (_, i) => create(i)));
    const numbers = made.map(({ record }) => record.number ?? 0).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test('without a number leaves the numbers alone', async () => {
    await create();
    const numbered = await desk.things.create(buildThing(), [buildDraft()], { numbered: true });
    expect(numbered.record.number).toBe(1);
  });

  test('goes on numbering after a creation that failed', async () => {
    const { _id } = (await desk.things.create(buildThing(), [buildDraft()], { numbered: true })).record;
    await desk.things.create(buildThing({ _id }), [buildDraft()], { numbered: true }).catch(() => undefined);
    const next = await desk.things.create(buildThing(), [buildDraft()], { numbered: true });
    expect(next.record.number).toBe(2);
  });
});

describe('a repeated creation', () => {
  const createWith = (payload: { title: string }) => {
    const key = requestKey({ principal: 'person_1', operation: 'makeThing', key: 'retry-1' }, payload);
    const _id = derivedId('thing', { principal: 'person_1', operation: 'makeThing', key: 'retry-1' });
    return desk.things.create(buildThing({ _id, ...payload }), [buildDraft()], { key, numbered: true });
  };

  test('gives the record that the first one made, and says that it was done before', async () => {
    const { record, replayed } = await createWith({ title: 'same' });
    expect(replayed).toBe(false);
    expect(await createWith({ title: 'same' })).toEqual({ record, version: record.version, replayed: true });
  });

  test('makes one record, with one event, when all of its repetitions come at once', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => createWith({ title: 'same' })));
    const ids = new Set(made.map(({ record }) => `${record._id} ${record.number}`));
    const events = await outbox(made[0]?.record._id ?? '');
    expect([ids.size, await desk.things.collection.countDocuments(), events.length]).toEqual([1, 1, 1]);
    expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('with another payload is refused', async () => {
    await createWith({ title: 'same' });
    expect((await refusalOf(createWith({ title: 'other' }))).extensions).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('is recognized for ever, and so is another request under its key, however many changes came since', async () => {
    const { _id } = (await createWith({ title: 'same' })).record;
    for (let i = 0; i <= KEYS_MAX; i++)
      await addOne(_id, { key: requestKey({ principal: 'person_1', operation: 'count', key: `k${i}` }, {}) });
    expect((await createWith({ title: 'same' })).record.count).toBe(KEYS_MAX + 1);
    expect((await refusalOf(createWith({ title: 'other' }))).extensions).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('never gets a record that another request made', async () => {
    const { _id } = await create();
    const key = requestKey({ principal: 'person_1', operation: 'makeThing', key: 'retry-1' }, {});
    const outcome = desk.things.create(buildThing({ _id }), [buildDraft()], { key });
    expect((await refusalOf(outcome)).extensions).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('that meets another unique value is no repetition', async () => {
    await desk.connection.collection('things').createIndex({ title: 1 }, { unique: true });
    try {
      await create({ title: 'taken' });
      const key = requestKey({ principal: 'person_1', operation: 'makeThing', key: 'retry-2' }, {});
      await expect(desk.things.create(buildThing({ title: 'taken' }), [buildDraft()], { key })).rejects.toMatchObject({
        code: 11_000,
      });
    } finally {
      await desk.connection.collection('things').dropIndex('title_1');
    }
  });
});

describe('a change', () => {
  test('stores the new state, the version and the event together', async () => {
    const { _id } = await create();
    const { record, replayed } = await addOne(_id);
    expect([await stored(_id), replayed, (await outbox(_id)).at(-1)?.seq]).toEqual([record, false, 2]);
  });

  test('with several events raises the version by each', async () => {
    const { _id } = await create();
    const { record } = await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({
      record: { ...thing, count: 3 },
      events: [buildDraft(), buildDraft(), buildDraft()],
    }));
    expect([record.version, (await outbox(_id)).map((event) => event.seq)]).toEqual([4, [1, 2, 3, 4]]);
  });

  test('that decides to do nothing writes nothing', async () => {
    const { _id } = await create();
    const { record } = await desk.things.change(_id, { reach: 'ALL' }, () => null);
    expect([record.version, (await outbox(_id)).length]).toEqual([1, 1]);
  });

  test('of one field leaves a field alone that another write sets', async () => {
    const { _id } = await create();
    await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({
      record: { ...thing, title: 'new' },
      events: [buildDraft()],
    }));
    expect((await addOne(_id)).record).toMatchObject({ title: 'new', count: 1 });
  });

  test('keeps a text that begins with a dollar sign a text', async () => {
    const { _id } = await create({ note: { text: 'public', secret: 'hidden' } });
    for (const title of ['$note.secret', '$$ROOT', '$title']) {
      await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({
        record: { ...thing, title, tags: [title], note: { text: title, secret: 'hidden' } },
        events: [buildDraft({ data: { [title]: title }, personal: { title } })],
      }));
      expect(await stored(_id)).toMatchObject({ title, tags: [title], note: { text: title } });
    }
  });

  test('that sets a field to null is kept', async () => {
    const { _id } = await create({ note: { text: 'old', secret: null } });
    await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({
      record: { ...thing, note: null },
      events: [buildDraft()],
    }));
    expect((await stored(_id)).note).toBeNull();
  });

  test('that leaves a field out is not written: it would be gone from the answer, and stay in the store', async () => {
    const thing = await create({ note: { text: 'old', secret: null } });
    const outcome = desk.things.change(thing._id, { reach: 'ALL' }, ({ note: _note, ...rest }) => ({
      record: rest as Thing,
      events: [buildDraft()],
    }));
    await expect(outcome).rejects.toThrow('note');
    expect(await stored(thing._id)).toEqual(thing);
  });

  test('is refused whatever the decision refuses, and writes nothing', async () => {
    const thing = await create();
    const refusal = await refusalOf(
      desk.things.change(thing._id, { reach: 'ALL' }, () => {
        throw new Refusal('FORBIDDEN', 'No.');
      }),
    );
    expect([refusal.extensions['code'], await stored(thing._id)]).toEqual(['FORBIDDEN', thing]);
  });

  test('of eight callers at once lands eight times', async () => {
    const { _id } = await create();
    const other = await desk.join();
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? desk : other).things.change(_id, { reach: 'ALL' }, countUp)),
    );
    expect(await stored(_id)).toMatchObject({ count: 8, version: 9 });
  });

  test('of a crowd lands for each acknowledged caller, and all others get BACKPRESSURE', async () => {
    const { _id } = await create();
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => addOne(_id)));
    const landed = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const others = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Refusal] : []));
    expect(new Set(others.map((refusal) => refusal.code)).size).toBeLessThanOrEqual(1);
    expect(others.every((refusal) => refusal.code === 'BACKPRESSURE')).toBe(true);
    expect((await stored(_id)).count).toBe(landed);
  });
});

describe('a repeated change', () => {
  const key = (payload: unknown) => requestKey({ principal: 'person_1', operation: 'count', key: 'retry-1' }, payload);

  test('is done once and answered again, and says that it was done before', async () => {
    const { _id } = await create();
    const { record, replayed } = await addOne(_id, { key: key({ by: 1 }) });
    expect(replayed).toBe(false);
    expect(await addOne(_id, { key: key({ by: 1 }) })).toEqual({ record, version: record.version, replayed: true });
  });

  test('is done once when all of its repetitions come at once', async () => {
    const { _id } = await create();
    await Promise.all(Array.from({ length: 8 }, () => addOne(_id, { key: key({ by: 1 }) })));
    expect(await stored(_id)).toMatchObject({ count: 1, version: 2 });
  });

  test('is answered though the version it expected is long gone', async () => {
    const { _id } = await create();
    await addOne(_id, { key: key({ by: 1 }), expectedVersion: 1 });
    await addOne(_id);
    expect((await addOne(_id, { key: key({ by: 1 }), expectedVersion: 1 })).record.count).toBe(2);
  });

  test('with another payload is refused', async () => {
    const { _id } = await create();
    await addOne(_id, { key: key({ by: 1 }) });
    expect((await refusalOf(addOne(_id, { key: key({ by: 2 }) }))).extensions).toEqual({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('under another person is another request', async () => {
    const { _id } = await create();
    await addOne(_id, { key: requestKey({ principal: 'person_1', operation: 'count', key: 'same' }, {}) });
    await addOne(_id, { key: requestKey({ principal: 'person_2', operation: 'count', key: 'same' }, {}) });
    expect((await stored(_id)).count).toBe(2);
  });

  test('is known for the last 64 changes', async () => {
    const { _id } = await create();
    await addOne(_id, { key: key({}) });
    for (let i = 0; i < 63; i++)
      await addOne(_id, { key: requestKey({ principal: 'person_1', operation: 'count', key: `k${i}` }, {}) });
    await addOne(_id, { key: key({}) });
    expect((await stored(_id)).count).toBe(64);
  });

  test('is known by its record: the same key on another record is another request', async () => {
    const [one, two] = [await create(), await create()];
    for (const { _id } of [one, two]) await addOne(_id, { key: key({ id: _id }) });
    expect([(await stored(one._id)).count, (await stored(two._id)).count]).toEqual([1, 1]);
  });

  describe('that found nothing to do', () => {
    const finish = (id: string, payload: unknown = {}) =>
      desk.things.change(
        id,
        { reach: 'ALL', key: requestKey({ principal: 'person_1', operation: 'finish', key: 'retry-1' }, payload) },
        (thing) => (thing.count === 0 ? null : countUp(thing)),
      );

    test('is answered again, whatever happened since', async () => {
      const { _id } = await create();
      const { replayed } = await finish(_id);
      await addOne(_id);
      const again = await finish(_id);
      expect([again.record.count, (await stored(_id)).count]).toEqual([1, 1]);
      expect([replayed, again.replayed]).toEqual([false, true]);
    });

    test('leaves version and events alone', async () => {
      const { _id } = await create();
      const { record } = await finish(_id);
      expect([record.version, (await stored(_id)).version, (await outbox(_id)).length]).toEqual([1, 1, 1]);
    });

    test('with another payload is refused', async () => {
      const { _id } = await create();
      await finish(_id);
      expect((await refusalOf(finish(_id, { by: 2 }))).extensions).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' });
    });

    test('is decided anew when somebody else wrote meanwhile', async () => {
      const { _id } = await create();
      const other = await desk.join();
      const { collection } = desk.things;
      const updateOne = collection.updateOne.bind(collection);
      collection.updateOne = async (...call) => {
        collection.updateOne = updateOne;
        await other.things.change(_id, { reach: 'ALL' }, countUp);
        return updateOne(...call);
      };
      expect(await finish(_id)).toMatchObject({ record: { count: 2 }, replayed: false });
    });
  });
});

describe('a change that expects a version', () => {
  test('is done when it is the present one', async () => {
    const { _id, version } = await create();
    expect((await addOne(_id, { expectedVersion: version })).record.version).toBe(2);
  });

  test('is refused with the present one when it is stale', async () => {
    const { _id } = await create();
    await addOne(_id);
    expect((await refusalOf(addOne(_id, { expectedVersion: 1 }))).extensions).toEqual({
      code: 'CONFLICT',
      currentVersion: 2,
    });
  });

  test('lands once when two people make it at once', async () => {
    const { _id } = await create();
    const outcomes = await Promise.allSettled([
      addOne(_id, { expectedVersion: 1 }),
      addOne(_id, { expectedVersion: 1 }),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a record of a foreign organization', () => {
  test('cannot be told from one that is missing', async () => {
    const { _id } = await create({ organizationId: 'org_a' });
    const foreign = await refusalOf(desk.things.change(_id, { reach: ORG_B }, countUp));
    const missing = await refusalOf(desk.things.change('thing_none', { reach: ORG_B }, countUp));
    expect(JSON.stringify(foreign)).toBe(JSON.stringify(missing));
  });

  test('is NOT_FOUND even with a wrong version or a used key', async () => {
    const { _id } = await create({ organizationId: 'org_a' });
    const key = requestKey({ principal: 'person_1', operation: 'count', key: 'retry-1' }, {});
    await addOne(_id, { key });
    const refusals = [
      await refusalOf(desk.things.change(_id, { reach: ORG_B, expectedVersion: 99 }, countUp)),
      await refusalOf(desk.things.change(_id, { reach: ORG_B, key }, countUp)),
    ];
    expect(refusals.map((refusal) => refusal.extensions['code'])).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  test('stays as it is', async () => {
    const thing = await create({ organizationId: 'org_a' });
    await refusalOf(desk.things.change(thing._id, { reach: ORG_B }, countUp));
    expect(await stored(thing._id)).toEqual(thing);
  });

  test('is out of reach of a caller without an organization', async () => {
    const { _id } = await create();
    expect((await refusalOf(desk.things.change(_id, { reach: NOBODY }, countUp))).extensions['code']).toBe('NOT_FOUND');
  });
});

describe('a full outbox', () => {
  test('refuses a further change with BACKPRESSURE, and writes nothing', async () => {
    const { _id } = await create();
    const events = Array.from({ length: OUTBOX_MAX - 1 }, () => buildDraft());
    await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({
      record: thing,
      events: [buildDraft(), ...events.slice(1)],
    }));
    const refusal = await refusalOf(addOne(_id));
    expect([refusal.extensions['code'], (await stored(_id)).version]).toEqual(['BACKPRESSURE', OUTBOX_MAX]);
  });

  test('still answers a repeated change', async () => {
    const { _id } = await create();
    const key = requestKey({ principal: 'person_1', operation: 'count', key: 'retry-1' }, {});
    await addOne(_id, { key });
    const events = Array.from({ length: OUTBOX_MAX }, () => buildDraft());
    await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({ record: thing, events: [buildDraft(), ...events] }));
    expect((await addOne(_id, { key })).record.count).toBe(1);
  });

  test('takes changes again once it is drained', async () => {
    const { _id } = await create();
    const events = Array.from({ length: OUTBOX_MAX }, () => buildDraft());
    await desk.things.change(_id, { reach: 'ALL' }, (thing) => ({ record: thing, events: [buildDraft(), ...events] }));
    await desk.log.drain();
    expect((await addOne(_id)).record.count).toBe(1);
  });
});

describe('two kinds of record in one service', () => {
  const kind = (name: string) => desk.connection.model<Thing>(name, thingSchema, name);

  test('have prefixes of their own, so that the log can tell their records apart', async () => {
    const { journal } = await desk.join();
    await expect(journal.aggregates<Thing>(kind('others'), 'thing')).rejects.toThrow('thing');
  });

  test('never share an id: one without the prefix of its kind is not written', async () => {
    const { journal } = await desk.join();
    const others = await journal.aggregates<Thing>(kind('others'), 'other');
    const { _id } = await create();
    await expect(others.create(buildThing({ _id }), [buildDraft()])).rejects.toThrow('other_');
    await expect(others.createMany([{ record: buildThing({ _id }), events: [buildDraft()] }])).rejects.toThrow(
      'other_',
    );
    expect(await others.collection.countDocuments()).toBe(0);
  });

  test.each(['', 'Thing', 'thing_', 'my_thing', 'thing1'])(
    'no prefix could be taken for another: not "%s"',
    async (prefix) => {
      const { journal } = await desk.join();
      await expect(journal.aggregates<Thing>(kind('odd'), prefix)).rejects.toThrow('prefix');
    },
  );
});

describe('a record that does not fit its schema', () => {
  const misfits: [string, object][] = [
    ['a missing field', { title: undefined }],
    ['an unknown field', { colour: 'red' }],
    ['an unknown field within a field', { note: { text: 'x', secret: null, colour: 'red' } }],
    ['a number as text', { count: '5' }],
    ['an instant as text', { madeAt: '2026-03-02T12:00:00.000Z' }],
    ['a text as number', { tags: [5] }],
  ];

  test.each(misfits)('is not created: %s', async (_name, given) => {
    const thing = buildThing(given);
    await expect(desk.things.create(thing, [buildDraft()])).rejects.toThrow();
    expect(await desk.things.collection.countDocuments()).toBe(0);
  });

  test.each(misfits)('is not written by a change: %s', async (_name, given) => {
    const thing = await create();
    const change = desk.things.change(thing._id, { reach: 'ALL' }, (record) => ({
      record: { ...record, ...(given as Partial<Thing>) },
      events: [buildDraft()],
    }));
    await expect(change).rejects.toThrow();
    expect(await stored(thing._id)).toEqual(thing);
  });
});

test('a look-up by number uses the index', async () => {
  const plan = await desk.things.collection.find({ number: 7 }).explain('queryPlanner');
  expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
});

describe('an answer that stands on what was read', () => {
  /** How many barriers there were. */
  async function barriers(): Promise<number> {
    const meta = desk.connection.collection<{ _id: string; n: number }>('meta');
    return (await meta.findOne({ _id: 'barrier' }))?.n ?? 0;
  }

  test('waits for the disk when a change is repeated', async () => {
    const { _id } = await create();
    const key = requestKey({ principal: 'person_1', operation: 'count', key: 'retry-1' }, {});
    await addOne(_id, { key });
    const before = await barriers();
    await addOne(_id, { key });
    expect(await barriers()).toBe(before + 1);
  });

  test('waits for the disk when nothing is to be done', async () => {
    const { _id } = await create();
    const before = await barriers();
    await desk.things.change(_id, { reach: 'ALL' }, () => null);
    expect(await barriers()).toBe(before + 1);
  });
});

describe('numbered creations behind a database that does not answer', () => {
  let gated: { uri: string; gate: Gate };
  let cut: Desk;

  beforeAll(async () => {
    gated = await gatedMongo(await databaseUri());
    cut = await openDesk(() => undefined, gated.uri);
    await cut.things.create(buildThing(), [buildDraft()], { numbered: true });
  });

  afterAll(async () => {
    gated.gate.set('shut');
    gated.gate.set('open');
    await cut.close();
    await gated.gate.close();
  });

  test('are all answered in less time than the gateway waits: one is uncertain, the rest were never sent', async () => {
    gated.gate.set('mute');
    const startedAt = performance.now();
    const asked = Array.from({ length: TURNS_WAITING_MAX + 5 }, async () => {
      const refusal = await refusalOf(cut.things.create(buildThing(), [buildDraft()], { numbered: true }));
      return { code: refusal.extensions['code'], ms: performance.now() - startedAt };
    });
    const answers = await Promise.all(asked);
    const codes = answers.map(({ code }) => code).sort();
    expect([codes[0], codes.at(-2), codes.at(-1)]).toEqual(['BACKPRESSURE', 'BACKPRESSURE', 'WRITE_UNCERTAIN']);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(9_000);
    // One creation runs or is about to, and TURNS_WAITING_MAX wait; the others are refused at once.
    expect(answers.filter(({ ms }) => ms < 1_000).length).toBeGreaterThanOrEqual(4);
  });
});

describe('a write whose answer is lost', () => {
  let gated: { uri: string; gate: Gate };
  let cut: Desk;
  let loseAnswerAt: string | null = null;

  beforeAll(async () => {
    gated = await gatedMongo(await databaseUri());
    cut = await openDesk((place) => {
      if (place !== loseAnswerAt) return;
      loseAnswerAt = null;
      // The request passes before the connection ends; its answer does not.
      gated.gate.set('mute');
      setTimeout(() => gated.gate.set('shut'), 100);
      setTimeout(() => gated.gate.set('open'), 200);
    }, gated.uri);
  });

  afterAll(async () => {
    await cut.close();
    await gated.gate.close();
  });

  test('is WRITE_UNCERTAIN, and a repetition finds the change done once', async () => {
    const { _id } = (await cut.things.create(buildThing(), [buildDraft()])).record;
    const key = requestKey({ principal: 'person_1', operation: 'count', key: 'retry-1' }, {});
    loseAnswerAt = 'commit.beforeWrite';
    const refusal = await refusalOf(cut.things.change(_id, { reach: 'ALL', key }, countUp));
    const repeated = await cut.things.change(_id, { reach: 'ALL', key }, countUp);
    expect(refusal.extensions['code']).toBe('WRITE_UNCERTAIN');
    expect(repeated).toMatchObject({ record: { count: 1, version: 2 }, version: 2, replayed: true });
  });

  test('is WRITE_UNCERTAIN too when what was read came from a primary that was lost meanwhile', async () => {
    const { journal } = cut;
    const term = journal.term();
    await journal.barrier(term);
    gated.gate.set('shut');
    await until('the connections have ended', () => journal.term() > term);
    gated.gate.set('open');
    expect((await refusalOf(journal.barrier(term))).extensions['code']).toBe('WRITE_UNCERTAIN');
    await journal.barrier();
  });

  test('is WRITE_UNCERTAIN, and a repetition finds the creation done once', async () => {
    const key = requestKey({ principal: 'person_1', operation: 'makeThing', key: 'retry-1' }, {});
    const thing = buildThing({
      _id: derivedId('thing', { principal: 'person_1', operation: 'makeThing', key: 'retry-1' }),
    });
    const make = () => cut.things.create(thing, [buildDraft()], { key, numbered: true });
    loseAnswerAt = 'create.beforeInsert';
    const refusal = await refusalOf(make());
    const repeated = await make();
    expect(refusal.extensions['code']).toBe('WRITE_UNCERTAIN');
    expect(repeated).toMatchObject({ record: { number: 1, version: 1 }, version: 1, replayed: true });
  });
});
