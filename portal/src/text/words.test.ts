import { describe, expect, it } from '@jest/globals';
import { holds, wordsOf } from './words.ts';

describe('words', () => {
  it('are the same however their accents and case are typed', () => {
    expect([...wordsOf('Relevés D’ÉTÉ')]).toEqual([...wordsOf('releve\u0301s d’ete')]);
  });

  it('of a record’s number hold the number with and without its noughts', () => {
    expect([...wordsOf('INC-000017')]).toEqual(['inc', '000017', '17']);
  });
});

describe('a text', () => {
  it.each([
    ['Aller aux échéances', 'eche', true],
    ['Aller aux echeances', 'ÉCHÉ', true],
    ['Go to changes', 'due', false],
  ])('%p holds %p: %p', (text, part, expected) => {
    expect(holds(text, part)).toBe(expected);
  });
});
