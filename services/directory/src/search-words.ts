/** A text has no more words than this to be found by; a search asks for no more. */
export const WORDS_MAX = 20;

/** The words of a text as lists are searched by them: in small letters, without accents, each once, at most WORDS_MAX. */
export function searchWords(text: string): string[] {
  return [
    ...new Set(
      plain(text)
        .split(/[^\p{L}\p{N}]+/u)
        .filter(Boolean),
    ),
  ].slice(0, WORDS_MAX);
}

/** A name as lists are sorted by it: `Émilie` stands beside `Emily`, whatever the case. */
export function sortKey(name: string): string {
  return plain(name).trim();
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
