import { DOMAINS } from '@desk/schema/domains';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Words of the desk that come from the API in two languages. */
export interface Named {
  en: string;
  fr: string;
}

/** Words that English sentences hold and French ones do not. */
const ENGLISH_WORDS = /\b(the|and|with|since|until|from|has|was|were|not|you|your|this|by|of|to|is|are|for)\b/i;

/** A record's number before its title. */
const RECORD_NUMBER = /^[A-Z]{2,3}-[\d-]+ /;
/** What a count looks like in either language. */
const COUNT = '[0-9\u00a0\u202f .,]+';

/** Shorter words say too little of a text that is otherwise made of names and numbers. */
const LETTERS_MIN = 3;

/**
 * The texts of a French page that are English: a message or a name of which there is another in French, or a sentence with
 * English words. `written` is what people wrote, which stays in their language; the demo's data count as such.
 */
export function englishIn(texts: readonly string[], names: readonly Named[], written: readonly string[]): string[] {
  const english = [...EN, ...names.filter(({ en, fr }) => en !== fr).map(({ en }) => exactly(en))];
  const french = [...FR, ...names.map(({ fr }) => exactly(fr))];
  const data = [...DEMO_DATA, ...written].map(plain);
  return texts.filter((text) => {
    if (english.some((pattern) => pattern.test(text))) return !french.some((pattern) => pattern.test(text));
    // A French message may hold words that people wrote, and a title may follow the record's number.
    if (!ENGLISH_WORDS.test(text) || french.some((pattern) => pattern.test(text))) return false;
    const title = plain(text).replace(RECORD_NUMBER, '');
    return !data.some((known) => known.includes(title));
  });
}

const EN = patternsOf('messages.en.json');
// Those that come with a page are known in French alone: the English ones hold a name that is the same in both, of the SME.
const FR = [...patternsOf('messages.fr.json'), ...patternsOf('page-messages.fr.json')];

/** What the made-up people and records of each service are called, and what people say. */
const DEMO_DATA = DOMAINS.map((domain) => path.join(ROOT, 'services', domain, 'data')).flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => /demo|organizations|people/.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8')),
);

/** The messages of all files of this name, as patterns that recognize them with any values in them. */
function patternsOf(name: string): RegExp[] {
  const source = path.join(ROOT, 'portal/src');
  const messages = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === name)
    .map((file) => JSON.parse(readFileSync(path.join(source, file), 'utf8')) as Record<string, string>)
    .flatMap((texts) => Object.values(texts));
  return [...new Set(messages)].flatMap((message) => {
    const source = patternOf(message);
    const letters = source.replaceAll('.+', '').replaceAll(/[^\p{L}]/gu, '').length;
    // A message that begins and ends with values, such as "{name} for {organization}", would recognize nearly anything.
    const anchored = !/^\.\+.*\.\+$/.test(source);
    return letters >= LETTERS_MIN && anchored ? [new RegExp(`^${source}$`, 'u')] : [];
  });
}

/** A message in ICU form as the source of a pattern: values stand for any text, each form of a plural for itself. */
function patternOf(message: string): string {
  let source = '';
  for (let at = 0; at < message.length; at += 1) {
    if (message[at] !== '{') {
      source += message[at] === '#' ? COUNT : escaped(message[at] ?? '');
      continue;
    }
    const end = closing(message, at);
    const inside = message.slice(at + 1, end);
    source += /^\w+, plural,/.test(inside) ? `(?:${formsOf(inside).map(patternOf).join('|')})` : '.+';
    at = end;
  }
  return source;
}

function formsOf(plural: string): string[] {
  const forms: string[] = [];
  for (let at = plural.indexOf('{'); at >= 0; at = plural.indexOf('{', closing(plural, at))) {
    forms.push(plural.slice(at + 1, closing(plural, at)));
  }
  return forms;
}

/** Where the brace that opens at a place is closed. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`A brace is not closed: ${text}`);
}

function exactly(text: string): RegExp {
  return new RegExp(`^${escaped(text)}$`, 'u');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** A text without line breaks, quotes and folds: YAML writes them otherwise than the page. */
function plain(text: string): string {
  return text.replaceAll(/["'\s]+/g, ' ').trim();
}
