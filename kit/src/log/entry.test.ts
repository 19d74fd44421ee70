import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  START,
  chainEntries,
  comparePositions,
  decodeEvent,
  encodeEvent,
  entryHolds,
  formatCursor,
  parseCursor,
  streamEvent,
  type LogEntry,
} from './entry.ts';
import { canonicalJson } from '../process/ids.ts';
import { outboxEvent } from '../write/event.ts';
import { buildDraft } from '../write/things.fixture.ts';

const EMPTY = { pos: 0, hash: '' };
/** A first event's place in the life of its thing. */
const PLACE = { seq: 1, organizationId: 'org_a', salt: 's' };

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
  ])('is refused in any other form: "%s"', (text) => {
    expect(parseCursor('things', text)).toBeNull();
  });
});

describe('an event in the outbox', () => {
  test('is for everybody who may see the record, unless its draft is internal', () => {
    expect([
      outboxEvent(buildDraft(), PLACE).internal,
      outboxEvent(buildDraft({ internal: true }), PLACE).internal,
    ]).toEqual([false, true]);
  });

  test('binds its personal part by a hash that its salt hides', () => {
    const draft = buildDraft({ personal: { name: 'A. Person' } });
    const [one, two] = [
      outboxEvent(draft, { seq: 1, organizationId: 'org_a', salt: 'salt-1' }),
      outboxEvent(draft, { seq: 1, organizationId: 'org_a', salt: 'salt-2' }),
    ];
    expect(one.personalHash).toMatch(/^[0-9a-f]{64}$/);
    expect(one.personalHash).not.toBe(two.personalHash);
  });

  test('keeps members that begin with a dollar sign, and leaves undefined ones out', () => {
    const { data } = outboxEvent(buildDraft({ data: { $a: '$b', c: undefined, d: [{ e: undefined }] } }), {
      seq: 1,
      organizationId: 'org_a',
      salt: 's',
    });
    expect(data).toStrictEqual({ $a: '$b', d: [{}] });
  });
});

describe('entries of the log', () => {
  const events = [1, 2, 3].map((seq) => ({
    aggregate: 'thing_1',
    ...outboxEvent(buildDraft(), { seq, organizationId: 'org_a', salt: 's' }),
  }));

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
    {
      aggregate: 'thing_1',
      ...outboxEvent(buildDraft({ data: { text: '$é"\n' } }), PLACE),
    },
  ]);
  if (!entry) throw new Error('no entry');
  const event = streamEvent(entry, 3);
  expect(decodeEvent(encodeEvent(event))).toEqual(event);
});

test('an event for other processes shares nothing with the log', () => {
  const [entry] = chainEntries(EMPTY, [
    {
      aggregate: 'thing_1',
      ...outboxEvent(buildDraft({ data: { list: [1] } }), PLACE),
    },
  ]);
  if (!entry) throw new Error('no entry');
  (streamEvent(entry, 1).data['list'] as number[]).push(2);
  expect(entry.data).toEqual({ list: [1] });
});

describe('the hash of an entry', () => {
  const tail = { pos: 6, hash: 'x' };
  const event = { aggregate: 'thing_1', ...outboxEvent(buildDraft({ data: { 10: 'b', 9: 'a' } }), PLACE) };
  const sha256 = (text: string | undefined) =>
    createHash('sha256')
      .update(text ?? '')
      .digest('hex');

  test('is SHA-256 over RFC 8785 JSON, and the entry names that version', () => {
    const [{ hash, personal: _personal, ...covered }] = chainEntries(tail, [event]) as [LogEntry];
    expect([covered.hashVersion, hash]).toEqual([2, sha256(canonicalize(covered))]);
  });

  test('of an event from before there were versions is over the text of that time, and it holds', () => {
    const { hashVersion: _hash, eventVersion: _event, ...old } = event;
    const [entry] = chainEntries(tail, [old]) as [LogEntry];
    const { hash, personal: _personal, ...covered } = entry;
    expect([Object.keys(entry).includes('hashVersion'), hash]).toEqual([false, sha256(canonicalJson(covered))]);
    expect(hash).not.toBe(sha256(canonicalize(covered)));
    expect(entryHolds(entry, tail)).toBe(true);
  });

  test('chains entries of both versions', () => {
    const { hashVersion: _hash, ...old } = event;
    const [first, second] = chainEntries(tail, [old, event]) as [LogEntry, LogEntry];
    expect([entryHolds(first, tail), entryHolds(second, { pos: 7, hash: first.hash })]).toEqual([true, true]);
  });

  test.each([0, 1, 3, '2', null])('does not hold where the entry claims the version %p', (hashVersion) => {
    const [entry] = chainEntries(tail, [event]) as [LogEntry];
    expect(entryHolds({ ...entry, hashVersion } as LogEntry, tail)).toBe(false);
  });

  test('needs no code of ours: the example of the decision verifies with the library alone', () => {
    const page = readFileSync(new URL('../../../docs/decisions/0018-audit-hash.md', import.meta.url), 'utf8');
    const example = /```json\n([^]*?)```/.exec(page)?.[1] ?? '';
    const { hash, personal, ...covered } = JSON.parse(example) as LogEntry;
    expect(sha256(canonicalize(covered))).toBe(hash);
    const { salt = '', value } = personal ?? {};
    expect(
      createHmac('sha256', salt)
        .update(canonicalize(value) ?? '')
        .digest('hex'),
    ).toBe(covered.personalHash);
  });

  test.each<[string, unknown]>([
    ['a number without end', Infinity],
    ['what is no number', Number.NaN],
    ['an instant that is none', new Date(Number.NaN)],
  ])('cannot be made of %s, so no such event is made', (_what, value) => {
    expect(() => outboxEvent(buildDraft({ data: { list: [value] } }), PLACE)).toThrow('JSON cannot say');
  });
});

test('an entry from before there were versions reaches other processes as version 1', () => {
  const { eventVersion: _version, ...old } = outboxEvent(buildDraft(), PLACE);
  const [entry] = chainEntries(EMPTY, [{ aggregate: 'thing_1', ...old }]) as [LogEntry];
  expect(streamEvent(entry, 1).eventVersion).toBe(1);
});

test('an event that an earlier version put onto the stream is read as version 1', () => {
  const [entry] = chainEntries(EMPTY, [{ aggregate: 'thing_1', ...outboxEvent(buildDraft(), PLACE) }]) as [LogEntry];
  const { eventVersion: _version, ...old } = streamEvent(entry, 1);
  expect(decodeEvent(JSON.stringify(old)).eventVersion).toBe(1);
});
