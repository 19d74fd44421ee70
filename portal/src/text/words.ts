/** A text as words are compared: in small letters, without accents, in one form of Unicode. The API searches by the same rule. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The different words of a text. A number among them stands with and without its leading noughts: `INC-000017` holds `17` too. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.flatMap((word) => [word, word.replace(/^0+(?=\d)/, '')]));
}

/** True when a text holds another one, whatever the case and accents of both. */
export function holds(text: string, part: string): boolean {
  return plain(text).includes(plain(part));
}
