import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { APP_KEYS, LIST_KEYS, RECORD_KEYS, type Command } from './app/keys.ts';

const SOURCE = path.join(process.cwd(), 'portal/src');
const FOLDERS = readdirSync(SOURCE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The keys of each noun, with those that work on its pages too. */
const KEYS: [string, Command[]][] = [];
for (const folder of FOLDERS.filter((name) => name !== 'app' && existsSync(path.join(SOURCE, name, 'keys.ts')))) {
  const exported = (await import(path.join(SOURCE, folder, 'keys.ts'))) as Record<string, Record<string, Command>>;
  const own = Object.values(exported).flatMap((commands) => Object.values(commands));
  const ofPages = { ...APP_KEYS, ...LIST_KEYS, ...RECORD_KEYS };
  KEYS.push([folder, [...Object.values<Command>(ofPages), ...own]]);
}

describe('the list of nouns', () => {
  it('names each of them', () => {
    const listed = readFileSync(path.join(SOURCE, 'nouns.ts'), 'utf8');
    const nouns = FOLDERS.filter((name) => existsSync(path.join(SOURCE, name, 'noun.tsx')));
    expect(nouns.length).toBeGreaterThan(0);
    expect(nouns.filter((name) => !listed.includes(`from './${name}/noun.tsx`))).toEqual([]);
  });
});

describe('a noun with a list of records', () => {
  const registrations = FOLDERS.filter((name) => existsSync(path.join(SOURCE, name, 'list.tsx')))
    .filter((name) => existsSync(path.join(SOURCE, name, 'noun.tsx')))
    .map((name): [string, string] => [name, readFileSync(path.join(SOURCE, name, 'noun.tsx'), 'utf8')]);
  /** These list no work: what the reader was told, and who there is. */
  const noWork = ['notification', 'organization'];

  it('stands in the navigation, with a command for the palette', () => {
    const without = registrations.filter(([, source]) => !/navigation: \[\s*\{[^\]]*commands: /.test(source));
    expect([registrations.length > 7, without.map(([name]) => name)]).toEqual([true, []]);
  });

  it('leads to the form for a new record, where somebody may fill in one', () => {
    const fillable = registrations
      .filter(([, source]) => /starts: \[[^;]*useShown: /.test(source))
      .map(([name]) => name);
    const without = fillable.filter(
      (name) => !readFileSync(path.join(SOURCE, name, 'list.tsx'), 'utf8').includes('start: '),
    );
    expect([fillable.length > 4, without]).toEqual([true, []]);
  });

  it('stands on the dashboard', () => {
    const without = registrations.filter(([, source]) => !source.includes('dashboard: '));
    expect(without.map(([name]) => name).filter((name) => !noWork.includes(name))).toEqual([]);
  });
});

describe.each(KEYS)('the keys of %s', (noun, commands) => {
  it('are one for each command', () => {
    const taken = commands.map(({ keys }) => keys);
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('have their words', () => {
    const texts = ['app', noun].flatMap((folder) =>
      Object.keys(JSON.parse(readFileSync(path.join(SOURCE, folder, 'messages.en.json'), 'utf8')) as object),
    );
    expect(commands.flatMap(({ label, scope }) => [label, scope]).filter((id) => !texts.includes(id))).toEqual([]);
  });

  it('start no pair with a key that is a command by itself', () => {
    const firsts = commands
      .map(({ keys }) => keys)
      .filter((keys) => keys.includes(' '))
      .map((keys) => keys[0]);
    expect(commands.filter(({ keys }) => firsts.includes(keys))).toEqual([]);
  });
});
