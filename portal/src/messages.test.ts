import { describe, expect, it } from '@jest/globals';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SOURCE = path.join(process.cwd(), 'portal/src');
const FILES = sourceFiles(/messages\.en\.json$/);
const en = readMessages('en');
const fr = readMessages('fr');

/** The texts of every folder. */
function readMessages(language: string): Record<string, string> {
  return Object.assign({}, ...FILES.map((file) => readJson(file.replace('.en.', `.${language}.`)))) as Record<
    string,
    string
  >;
}

function readJson(file: string): Record<string, string> {
  return JSON.parse(readFileSync(path.join(SOURCE, file), 'utf8')) as Record<string, string>;
}

/** The names of the values in a message, each once. */
function valuesOf(message: string): string[] {
  return [...new Set(namesIn(parse(message)))].sort();
}

function namesIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    const choices = 'options' in element ? Object.values(element.options) : [];
    return [element.value, ...choices.flatMap(({ value }) => namesIn(value))];
  });
}

/** The enums that the folders say in words, with the group of the words: each folder's `words.json` names its own. */
function words(): [string, string][] {
  const files = sourceFiles(/words\.json$/);
  return files.flatMap((file) =>
    Object.entries(readJson(file)).map(([group, name]): [string, string] => [name, group]),
  );
}

/** The enum's values, read from the SDL: the portal must have a word for each. */
function enumValues(name: string): string[] {
  const sdl = readFileSync(path.join(process.cwd(), 'schema/api.graphql'), 'utf8');
  const body = new RegExp(`^enum ${name}\\b[^{]*\\{([^}]*)\\}`, 'm').exec(sdl)?.[1] ?? '';
  return [...body.replaceAll(/"""[\s\S]*?"""/g, '').matchAll(/^\s*([A-Z][A-Z0-9_]*)\b/gm)].map(
    ([, value]) => value ?? '',
  );
}

describe('the texts of the portal', () => {
  it('have names of their own in each folder', () => {
    const names = FILES.flatMap((file) => Object.keys(readJson(file)));
    expect([FILES.length > 1, names.filter((name, index) => names.indexOf(name) !== index)]).toEqual([true, []]);
  });

  it('are the same set in both languages', () => {
    expect(Object.keys(fr)).toEqual(Object.keys(en));
  });

  it('hold the same values in both languages', () => {
    const differ = Object.keys(en).filter((id) => `${valuesOf(en[id] ?? '')}` !== `${valuesOf(fr[id] ?? '')}`);
    expect(differ).toEqual([]);
  });

  it('are French in French, but for words that are the same', () => {
    const same = Object.keys(en).filter((id) => en[id] === fr[id] && !SAME_IN_FRENCH.has(en[id] ?? ''));
    expect(same).toEqual([]);
  });

  it('exist for every name that the source uses', () => {
    const used = sources().flatMap((text) => [...text.matchAll(/\btext\(\s*'([^']+)'/g)].map(([, id]) => id ?? ''));
    expect([used.length > 100, used.filter((id) => !(id in en))]).toEqual([true, []]);
  });

  it.each(words())('have a word for every %s, as %s', (name, group) => {
    const values = enumValues(name);
    expect([values.length > 0, values.filter((value) => !(`${group}.${value}` in en))]).toEqual([true, []]);
  });
});

const SAME_IN_FRENCH = new Set([
  'Incidents',
  'Pages',
  'Conversation',
  'Description',
  'Service',
  'Solution',
  'Cause',
  'Actions',
  'Organisation',
  'Production',
  'Configuration',
  'Ctrl',
  'Infrastructure',
  'version {version, number}',
]);

function sources(): string[] {
  return sourceFiles(/(?<!\.test)\.tsx?$/).map((file) => readFileSync(path.join(SOURCE, file), 'utf8'));
}

function sourceFiles(named: RegExp): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => named.test(file) && !file.startsWith('generated')).sort();
}
