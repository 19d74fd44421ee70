import type { Problem } from './errors.ts';

/** Half characters, and controls other than tab and line feeds: no text of ours may hold them. */
const NOWHERE = /(?![\t\n\r])[\p{Surrogate}\p{Control}]/u;
/** What would break a line, or let it be read in another order than it is written. */
const NOT_IN_A_LINE = /[\t\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** A text of these alone shows nothing, or an accent without its letter. The last one is a Braille cell without dots. */
const INVISIBLE = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}\p{Mark}\u2800]*$/u;

/** True for a text in which there is something to see. */
export function saysSomething(text: string): boolean {
  return !INVISIBLE.test(text);
}

/** What is wrong with the characters of a text, wherever it stands. Null where nothing is. */
export function characterProblem(text: string): Problem | null {
  return notAllowed(NOWHERE.exec(text)?.[0]);
}

/** What is wrong with the characters of a line of text, its breaks apart. Null where nothing is. */
export function lineCharacterProblem(line: string): Problem | null {
  return characterProblem(line) ?? notAllowed(NOT_IN_A_LINE.exec(line)?.[0]);
}

function notAllowed(character: string | undefined): Problem | null {
  if (character === undefined) return null;
  const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return { code: 'CHARACTER_NOT_ALLOWED', args: { character: name }, message: `must not hold the character ${name}.` };
}
