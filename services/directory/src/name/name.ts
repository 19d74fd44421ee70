import { plain, wordsOf } from '@desk/kit/api/search';

/** Longest name of an organization or a person, in characters. */
export const NAME_CHARACTERS_MAX = 120;

/** A text has at most this many words to be found by; a search uses at most as many. */
export const WORDS_MAX = 20;

/** The words of a text as lists are searched by them: in small letters, without accents, each once, at most WORDS_MAX. */
export function searchWords(text: string): string[] {
  return wordsOf([text], WORDS_MAX);
}

/** A name as lists are sorted by it: `Émilie` stands beside `Emily`, whatever the case. */
export function sortKey(name: string): string {
  return plain(name).trim();
}

/** The part of a database's filter that finds rows which have, for each word of a text, a word that begins with it. */
export function withWords(text: string | null | undefined): { words?: { $all: RegExp[] } } {
  if (!text) return {};
  return { words: { $all: searchWords(text).map((word) => new RegExp(`^${word}`, 'u')) } };
}
