import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  START,
  chainEntries,
  comparePositions,
  decodeEvent,
  encodeEvent,
  entryHolds,
  formatCursor,
  outboxEvent,
  parseCursor,
  streamEvent,
} from './event.ts';
import { buildDraft } from './things.fixture.ts';

const EMPTY = { pos: 0, hash: '' };

const anyPosition = fc.record({ epoch: fc.nat({ max: 9_999_999 }), pos: fc.nat({ max: 2 ** 48 }) });

describe('positions', () => {
  test('are ordered by epoch, then by place', () => {
    const ordered = [START, { epoch: 1, pos: 1 }, { epoch: 1, pos: 2 }, { epoch: 2, pos: 1 }];
    expect([...ordered].reverse().sort(comparePositions)).toEqual(ordered);
  });

  test('are equal to themselves only', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, (a, b) => {
        expect(comparePositions(a, b) === 0).toBe(a.epoch === b.epoch && a.pos === b.pos);
      }),
    );
  });
});

describe('a cursor', () => {
  test('names the service and the place', () => {
    expect(formatCursor('things', { epoch: 1, pos: 42 })).toBe('things:1-42');
  });

  test('is read as the position it was made of, whatever the service is called', () => {
    const anyName = fc.constantFrom('things', 'service-requests', 'known_errors2', 'a.b');
    fc.assert(
      fc.property(anyName, anyPosition, (service, position) => {
        expect(parseCursor(service, formatCursor(service, position))).toEqual(position);
      }),
    );
  });

  test.each([
    '',
    'things',
    'things:1',
    'others:1-42',
    'thingsandmore:1-42',
    'things:1-42 ',
    'things:-1-2',
    'things:1-1e3',
    'things:1-9999999999999999',
    'THINGS:1-2',
  ])('is refused when it is none of ours: "%s"', (text) => {
    expect(parseCursor('things', text)).toBeNull();
  });
});

describe('an event in the outbox', () => {
  test('is open to all who may see the record, unless it says otherwise', () => {
    expect([
      outboxEvent(buildDraft(), 1, 'org_a', 's').internal,
      outboxEvent(buildDraft({ internal: true }), 1, 'org_a', 's').internal,
    ]).toEqual([false, true]);
  });

  test('binds its personal part by a hash that its salt hides', () => {
    const draft = buildDraft({ personal: { name: 'A. Person' } });
    const [one, two] = [outboxEvent(draft, 1, 'org_a', 'salt-1'), outboxEvent(draft, 1, 'org_a', 'salt-2')];
    expect(one.personalHash).toMatch(/^[0-9a-f]{64}$/);
    expect(one.personalHash).not.toBe(two.personalHash);
  });

  test('keeps members that begin with a dollar sign, and leaves undefined ones out', () => {
    const { data } = outboxEvent(
      buildDraft({ data: { $a: '$b', c: undefined, d: [{ e: undefined }] } }),
      1,
      'org_a',
      's',
    );
    expect(data).toStrictEqual({ $a: '$b', d: [{}] });
  });
});

describe('entries of the log', () => {
  const events = [1, 2, 3].map((seq) => ({ aggregate: 'thing_1', ...outboxEvent(buildDraft(), seq, 'org_a', 's') }));

  test('take the positions behind the tail', () => {
    expect(chainEntries({ pos: 7, hash: 'x' }, events).map((entry) => entry._id)).toEqual([8, 9, 10]);
  });

  test('each hold the hash of the one before', () => {
    const [first, second, third] = chainEntries({ pos: 7, hash: 'x' }, events);
    expect([first?.prev, second?.prev, third?.prev]).toEqual(['x', first?.hash, second?.hash]);
  });

  test('hold only behind the tail they were made for', () => {
    const [entry] = chainEntries(EMPTY, events);
    if (!entry) throw new Error('no entry');
    expect([
      entryHolds(entry, EMPTY),
      entryHolds(entry, { pos: 0, hash: 'x' }),
      entryHolds(entry, { pos: 1, hash: '' }),
    ]).toEqual([true, false, false]);
  });

  test('do not hold with a personal part that was put in afterwards', () => {
    const [entry] = chainEntries(EMPTY, events);
    if (!entry) throw new Error('no entry');
    expect(entryHolds({ ...entry, personal: { salt: 's', value: { name: 'B. Person' } } }, EMPTY)).toBe(false);
  });
});

test('an event for other processes survives being text', () => {
  const [entry] = chainEntries(EMPTY, [
    { aggregate: 'thing_1', ...outboxEvent(buildDraft({ data: { text: '$é"\n' } }), 1, 'org_a', 's') },
  ]);
  if (!entry) throw new Error('no entry');
  const event = streamEvent(entry, 3);
  expect(decodeEvent(encodeEvent(event))).toEqual(event);
});

test('an event for other processes shares nothing with the log', () => {
  const [entry] = chainEntries(EMPTY, [
    { aggregate: 'thing_1', ...outboxEvent(buildDraft({ data: { list: [1] } }), 1, 'org_a', 's') },
  ]);
  if (!entry) throw new Error('no entry');
  (streamEvent(entry, 1).data['list'] as number[]).push(2);
  expect(entry.data).toEqual({ list: [1] });
});
