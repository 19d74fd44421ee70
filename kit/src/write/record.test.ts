import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findMisfit } from './record.ts';

const AT = new Date('2026-03-02T12:00:00.000Z');

describe('a record fits', () => {
  test.each<[string, unknown, unknown]>([
    ['when both are the same', { a: [1, { b: 'x' }], at: AT }, { a: [1, { b: 'x' }], at: new Date(AT) }],
    ['when what is null is left out', { a: null, b: undefined }, {}],
    ['when what is left out is null', {}, { a: null }],
    ['when it is not a number on both sides', { a: Number.NaN }, { a: Number.NaN }],
  ])('%s', (_name, record, cast) => {
    expect(findMisfit(record, cast)).toBeNull();
  });

  test('whatever it is, when it is compared with itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(findMisfit({ value }, structuredClone({ value }))).toBeNull()),
    );
  });
});

describe('a record does not fit', () => {
  test.each<[string, unknown, unknown, string]>([
    ['with an unknown field', { a: 1, b: 2 }, { a: 1 }, 'b'],
    ['with an unknown field within a field', { a: { b: 1, c: 2 } }, { a: { b: 1 } }, 'a.c'],
    ['with an unknown field in a list', { a: [{ b: 1 }, { b: 1, c: 2 }] }, { a: [{ b: 1 }, { b: 1 }] }, 'a.1.c'],
    ['with a number as text', { a: '5' }, { a: 5 }, 'a'],
    ['with an instant as text', { a: AT.toISOString() }, { a: AT }, 'a'],
    ['with another instant', { a: AT }, { a: new Date(0) }, 'a'],
    ['with text as an instant', { a: AT }, { a: AT.toISOString() }, 'a'],
    ['with a list that is shorter', { a: [1, 2] }, { a: [1] }, 'a'],
    ['with a list where there is none', { a: [1] }, { a: 1 }, 'a'],
    ['with a value where there is a list', { a: 1 }, { a: [1] }, 'a'],
    ['with a field where there is an instant', { a: {} }, { a: AT }, 'a'],
    ['with nothing where something was made up', { a: null }, { a: 0 }, 'a'],
  ])('%s', (_name, record, cast, path) => {
    expect(findMisfit(record, cast)).toBe(path);
  });
});
