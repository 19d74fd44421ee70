import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from './clock.ts';
import { canonicalJson, contentHash, derivedId, idMaker, randomText } from './ids.ts';

const SHAPE = /^thing_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

describe('a new id', () => {
  const clock = new ManualClock('2026-03-02T12:00:00.000Z');

  test('is a prefix and a ULID', () => {
    expect(idMaker(clock)('thing')).toMatch(SHAPE);
  });

  test('is the known ULID of its instant and randomness', () => {
    const zeros = idMaker(new ManualClock(new Date(1_469_918_176_385)), (bytes) => bytes.fill(0));
    expect(zeros('thing')).toBe('thing_01ARYZ6S410000000000000000');
  });

  test('is another one each time', () => {
    const newId = idMaker(clock);
    expect(new Set(Array.from({ length: 1_000 }, () => newId('thing'))).size).toBe(1_000);
  });

  test('sorts by the time it was made', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 1e9 }), (at, laterMs) => {
        const earlier = idMaker(new ManualClock(at))('thing');
        const later = idMaker(new ManualClock(new Date(at.getTime() + laterMs)))('thing');
        expect(earlier < later).toBe(true);
      }),
    );
  });
});

test('random text is the given bytes', () => {
  expect(randomText((bytes) => void bytes.fill(255), 6)).toBe('________');
});

describe('a derived id', () => {
  test('is the same for the same request', () => {
    expect(derivedId('thing', 'person_1', 'make', 'k')).toBe(derivedId('thing', 'person_1', 'make', 'k'));
  });

  test('cannot be told from a new one', () => {
    expect(derivedId('thing', 'person_1', 'make', 'k')).toMatch(SHAPE);
  });

  test('is another one for anything else', () => {
    const part = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (one, two) => {
        const same = one.every((value, i) => value === two[i]);
        expect(derivedId('thing', ...one) === derivedId('thing', ...two)).toBe(same);
      }),
    );
  });

  test('does not run its parts together', () => {
    expect(derivedId('thing', 'ab', 'c', 'd')).not.toBe(derivedId('thing', 'a', 'bc', 'd'));
  });
});

describe('canonical JSON', () => {
  test('puts the members of every object in order', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: 3 })).toBe('{"a":3,"b":[{"c":2,"d":1}]}');
  });

  test('leaves the order of lists alone', () => {
    expect(canonicalJson([3, 1, 2])).toBe('[3,1,2]');
  });

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  test('writes instants as text', () => {
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  test('means the same as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  test('of equal values is equal, and so is their hash', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(contentHash(reversed)).toBe(contentHash(value));
      }),
    );
  });
});
