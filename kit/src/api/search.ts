import { numberNamed, paddedNumber, type NumberForm } from './numbers.ts';

/** The most different words that a record is found by: those that come first in its texts, the title's before the others'. */
export const RECORD_WORDS_MAX = 1_000;
/** The most different words that a search looks for. Those behind them do not narrow it. */
export const SEARCH_WORDS_MAX = 20;
/** Letters of a word that count. */
const LETTERS_MAX = 64;

/** The lists of words that a record is found by, each under the name of those who may search it. */
export type SearchWords<List extends string = string> = Readonly<Record<List, readonly string[]>>;

/** What a list is searched for. */
export interface Search {
  /** The part of a database's filter that every row found meets. */
  condition: object;
  /** The stored list of words that the search reads. */
  field: string;
  /** The words of that list, one of which leads the search. Empty where the condition alone finds its rows by an index. */
  words: readonly string[];
}

/**
 * The different words of some texts, in small letters, without accents, in one form of Unicode: `Relevés` is `releves`, however it is
 * typed. A word is what stands between characters that are neither letters nor digits.
 */
export function wordsOf(texts: readonly (string | null)[], max = RECORD_WORDS_MAX): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of plain(text ?? '').matchAll(/[\p{L}\p{N}]+/gu)) {
      if (words.size >= max) return [...words];
      words.add([...word].slice(0, LETTERS_MAX).join(''));
    }
  }
  return [...words];
}

/**
 * What a text looks for in the list of a noun: the record whose number it names, in any usual spelling; for digits alone, the record of that
 * number or the texts that hold them; else the texts that hold all its words. A text without a word finds nothing. Null where there is no text.
 */
export function searchFor(form: NumberForm, text: string | null | undefined, list = 'words'): Search | null {
  if (!text) return null;
  const field = `search.${list}`;
  const number = numberNamed(form, text) ?? paddedNumber(form, text);
  if (number !== null) return { condition: { number }, field, words: [] };
  const words = wordsOf([text], SEARCH_WORDS_MAX);
  if (!words.length) return { condition: { _id: { $in: [] } }, field, words };
  const holds = { [field]: { $all: words } };
  const digits = /^\s*(\d{1,12})\s*$/.exec(text)?.[1];
  return { condition: digits === undefined ? holds : { $or: [{ number: Number(digits) }, holds] }, field, words };
}

/** A text as words are compared and names are sorted: in small letters, without accents, in one form of Unicode. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
