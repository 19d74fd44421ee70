import type { Problem } from './errors.ts';

/** Most marks, joiners and selectors behind one another: what stands on one letter in any language, and no tower of them. */
export const MARKS_MAX = 8;
/** Half characters, noncharacters, tags, and controls other than tab and line feeds: no text of ours may hold them. */
const NOWHERE = /(?![\t\n\r])[\p{Surrogate}\p{Control}\p{Noncharacter_Code_Point}\u{e0000}-\u{e007f}]/u;
/** The first mark of too many. */
const MARK_TOO_MANY = new RegExp(`(?<=[\\p{Mark}\\u200c\\u200d]{${MARKS_MAX}})[\\p{Mark}\\u200c\\u200d]`, 'u');
/**
 * What would break a line, let it be read in another order than it is written, or hide in it. Of the invisible characters, words need
 * the two joiners and emoji the selectors.
 */
const NOT_IN_A_LINE = /[\t\u2028\u2029]|(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/u;
/** What nobody sees. The last one is a Braille cell without dots. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
/** A text of these alone shows nothing, or an accent without its letter. */
const INVISIBLE = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}\p{Mark}\u2800]*$/u;

/** True for a text in which there is something to see. */
export function saysSomething(text: string): boolean {
  return !INVISIBLE.test(text);
}

/** True for a text that people see whole, and in the order in which it is written: what names a person or a machine. */
export function showsAll(text: string): boolean {
  return lineCharacterProblem(text) === null && !UNSEEN.test(text);
}

/** What is wrong with the characters of a text, wherever it stands. Null where nothing is. */
export function characterProblem(text: string): Problem | null {
  return notAllowed(NOWHERE.exec(text)?.[0]) ?? tooManyMarks(MARK_TOO_MANY.exec(text)?.[0]);
}

/** What is wrong with the characters of a line of text, its breaks apart. Null where nothing is. */
export function lineCharacterProblem(line: string): Problem | null {
  return characterProblem(line) ?? notAllowed(NOT_IN_A_LINE.exec(line)?.[0]);
}

function notAllowed(character: string | undefined): Problem | null {
  if (character === undefined) return null;
  const name = nameOf(character);
  return { code: 'CHARACTER_NOT_ALLOWED', args: { character: name }, message: `must not hold the character ${name}.` };
}

function tooManyMarks(character: string | undefined): Problem | null {
  if (character === undefined) return null;
  const name = nameOf(character);
  const message = `must have at most ${MARKS_MAX} marks on one letter: ${name} is one more.`;
  return { code: 'CHARACTER_NOT_ALLOWED', args: { character: name }, message };
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
