import { describe, expect, test } from '@jest/globals';
import { Store, Stream } from './volatile-storage.ts';

function buildStore(writes: number): Store<{ value: number }> {
  const store = new Store({ value: 0 });
  for (let value = 1; value <= writes; value += 1) store.write({ value });
  return store;
}

function buildStream(length: number, lengthMax: number): Stream<{ position: number }> {
  const stream = new Stream<{ position: number }>(lengthMax);
  for (let position = 1; position <= length; position += 1) stream.add({ position });
  return stream;
}

describe('a database', () => {
  test('shows a write before it is durable', () => {
    expect(buildStore(1).state).toEqual({ value: 1 });
  });

  test.each([0, 1, 2, 3])('keeps the first %i of three writes at risk over a crash', (keep) => {
    const store = buildStore(3);
    store.crash(keep);
    expect(store.state).toEqual({ value: keep });
  });

  test('keeps what was flushed over a crash', () => {
    const store = buildStore(3);
    store.flush();
    store.write({ value: 4 });
    store.crash(0);
    expect(store.state).toEqual({ value: 3 });
  });

  test('has nothing at risk after a crash: the journal was read from the disk', () => {
    const store = buildStore(3);
    store.crash(2);
    expect(store.atRisk).toBe(0);
  });

  test('has the writes that a failover kept still at risk', () => {
    const store = buildStore(3);
    store.failover(2);
    store.failover(1);
    expect(store.state).toEqual({ value: 1 });
  });

  test('begins a new term with a failover', () => {
    const store = buildStore(0);
    store.failover(0);
    expect(store.term).toBe(1);
  });
});

describe('a stream', () => {
  test('refuses a position that is not above its last', () => {
    const stream = buildStream(2, 4);
    expect([stream.add({ position: 2 }), stream.add({ position: 4 })]).toEqual([false, true]);
  });

  test('forgets the oldest entries', () => {
    expect(buildStream(6, 4).after(0, 10)).toEqual([
      { position: 3 },
      { position: 4 },
      { position: 5 },
      { position: 6 },
    ]);
  });

  test('loses from its tail what was not synced', () => {
    const stream = buildStream(2, 4);
    stream.sync();
    stream.add({ position: 3 });
    stream.add({ position: 4 });
    stream.loseTail(1);
    expect(stream.last).toBe(3);
  });

  test('takes lost positions again', () => {
    const stream = buildStream(2, 4);
    stream.flushAll();
    expect(stream.add({ position: 1 })).toBe(true);
  });

  test('answers again after the reads that it left unanswered', () => {
    const stream = buildStream(1, 4);
    stream.fallSilent(1);
    expect([stream.after(0, 1), stream.after(0, 1)]).toEqual([null, [{ position: 1 }]]);
  });
});
