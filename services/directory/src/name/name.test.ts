import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WORDS_MAX, searchWords, sortKey } from './name.ts';

describe('the words that lists are searched by', () => {
  test('ignore case and accents', () => {
    expect(searchWords('Rivière-des-Épinettes ÉNERGIE')).toEqual(['riviere', 'des', 'epinettes', 'energie']);
  });

  test('are letters and digits alone, whatever a client writes, so that none is an expression', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(searchWords(text).filter((word) => !/^[\p{L}\p{N}]+$/u.test(word))).toEqual([]);
      }),
    );
  });

  test('are each kept once, up to a bound', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (numbers) => {
        const words = searchWords(numbers.join(' '));
        expect(words).toEqual([...new Set(numbers.map(String))].slice(0, WORDS_MAX));
      }),
    );
  });
});

test('names are sorted by their letters, accents aside', () => {
  expect(['Zoë', 'Émilie', 'adam', 'Emily'].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual([
    'adam',
    'Émilie',
    'Emily',
    'Zoë',
  ]);
});
