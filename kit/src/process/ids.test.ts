import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { ManualTime } from '../time/time-source.ts';
import { canonicalJson, contentHash, derivedId, idMaker, randomText } from './ids.ts';

const SHAPE = /^thing_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

describe('a new id', () => {
  const time = new ManualTime('2026-03-02T12:00:00.000Z');

  test('is a prefix and a ULID', () => {
    expect(idMaker(time)('thing')).toMatch(SHAPE);
  });

  test('is the known ULID of its instant and randomness', () => {
    const zeros = idMaker(new ManualTime(new Date(1_469_918_176_385)), (bytes) => bytes.fill(0));
    expect(zeros('thing')).toBe('thing_01ARYZ6S410000000000000000');
  });

  test('differs each time', () => {
    const newId = idMaker(time);
    expect(new Set(Array.from({ length: 1_000 }, () => newId('thing'))).size).toBe(1_000);
  });

  test('sorts by the time it was made', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 1e9 }), (at, laterMs) => {
        const earlier = idMaker(new ManualTime(at))('thing');
        const later = idMaker(new ManualTime(new Date(at.getTime() + laterMs)))('thing');
        expect(earlier < later).toBe(true);
      }),
    );
  });
});

test('random text is the given bytes', () => {
  expect(randomText((bytes) => void bytes.fill(255), 6)).toBe('________');
});

describe('a derived id', () => {
  const request = { principal: 'person_1', operation: 'make', key: 'k' };

  test('is the same for the same request', () => {
    expect(derivedId('thing', request)).toBe(derivedId('thing', { ...request }));
  });

  test('looks like a new one', () => {
    expect(derivedId('thing', request)).toMatch(SHAPE);
  });

  test('differs for any other request', () => {
    const part = fc.string({ maxLength: 8 });
    const anyRequest = fc.record({ principal: part, operation: part, key: part });
    fc.assert(
      fc.property(anyRequest, anyRequest, (one, two) => {
        const same = isDeepStrictEqual(one, two);
        expect(derivedId('thing', one) === derivedId('thing', two)).toBe(same);
      }),
    );
  });

  test('does not run its parts together', () => {
    const other = { principal: 'a', operation: 'bc', key: 'd' };
    expect(derivedId('thing', { principal: 'ab', operation: 'c', key: 'd' })).not.toBe(derivedId('thing', other));
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

  test('is RFC 8785 JSON, but for members that are named by whole numbers', () => {
    const anyName = fc.string({ unit: 'grapheme' }).filter((name) => !/^\d+$/.test(name));
    const anyText = fc.string({ unit: 'grapheme' });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        anyText,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.date({ noInvalidDate: true }),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('tree'), { maxLength: 4 }),
      object: fc.dictionary(anyName, tie('tree'), { maxKeys: 6 }),
    }));
    fc.assert(
      fc.property(tree, (value) => expect(canonicalJson(value)).toBe(canonicalize(value))),
      { numRuns: 1_000 },
    );
    expect([canonicalJson({ 10: 1, 9: 2 }), canonicalize({ 10: 1, 9: 2 })]).toEqual([
      '{"9":2,"10":1}',
      '{"10":1,"9":2}',
    ]);
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
