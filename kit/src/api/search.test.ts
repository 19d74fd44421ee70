import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RECORD_WORDS_MAX, SEARCH_WORDS_MAX, searchFor, wordsOf } from './search.ts';

const INCIDENTS = { numberPrefix: 'INC' };

describe('the words of a text', () => {
  test.each([
    ['Relevés de compteurs', ['releves', 'de', 'compteurs']],
    ['Releve\u0301s', ['releves']],
    ['meter_read.csv, v1.2', ['meter', 'read', 'csv', 'v1', '2']],
    ['the meter of the meter', ['the', 'meter', 'of']],
    ['ＭＤＭ／Ｒ', ['mdm', 'r']],
    ['"quoted" -minus', ['quoted', 'minus']],
    [' \u00a0 …', []],
  ])('%p are %p', (text, words) => {
    expect(wordsOf([text])).toEqual(words);
  });

  test('end at a maximum, those of the first text before the others', () => {
    const many = Array.from({ length: RECORD_WORDS_MAX }, (_, place) => `w${place}`).join(' ');
    const words = wordsOf(['the title', many, null]);
    expect(words).toHaveLength(RECORD_WORDS_MAX);
    expect(words.slice(0, 2)).toEqual(['the', 'title']);
  });

  test('are the same in every form of Unicode and in every case that reads alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(wordsOf([text.normalize('NFD')])).toEqual(wordsOf([text.normalize('NFC')]));
        expect(wordsOf(wordsOf([text]))).toEqual(wordsOf([text]));
      }),
    );
  });
});

describe('a search', () => {
  test('for a number looks for the record of that number alone', () => {
    for (const text of ['INC-000017', 'inc17', 'INC\u00a0000017', '000017'])
      expect(searchFor(INCIDENTS, text)).toMatchObject({ condition: { number: 17 }, words: [] });
  });

  test('for digits looks for the record of that number, or for the texts that hold them', () => {
    expect(searchFor(INCIDENTS, ' 2026 ')).toMatchObject({
      condition: { $or: [{ number: 2026 }, { 'search.words': { $all: ['2026'] } }] },
      words: ['2026'],
    });
  });

  test('for words looks for the texts that hold all of them', () => {
    expect(searchFor(INCIDENTS, 'Relevés manquants', 'published')).toEqual({
      condition: { 'search.published': { $all: ['releves', 'manquants'] } },
      field: 'search.published',
      words: ['releves', 'manquants'],
    });
  });

  test('without a word finds nothing', () => {
    expect(searchFor(INCIDENTS, '…')).toMatchObject({ condition: { _id: { $in: [] } }, words: [] });
  });

  test('for nothing is none', () => {
    expect(searchFor(INCIDENTS, '')).toBeNull();
  });

  test('looks for a few words only', () => {
    const text = Array.from({ length: 90 }, (_, place) => `w${place}`).join(' ');
    expect(searchFor(INCIDENTS, text)?.words).toHaveLength(SEARCH_WORDS_MAX);
  });
});
