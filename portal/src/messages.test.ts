import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KEYS } from './keys.ts';

const SOURCE = path.join(process.cwd(), 'portal/src');
const en = readMessages('en');
const fr = readMessages('fr');

function readMessages(language: string): Record<string, string> {
  return JSON.parse(readFileSync(path.join(SOURCE, `messages/${language}.json`), 'utf8')) as Record<string, string>;
}

/** The names of the values in a message, each once. */
function valuesOf(message: string): string[] {
  return [
    ...new Set([...message.matchAll(/(?<!(?:one|other|=\d+) )\{\s*(\w+)\s*[,}]/g)].map(([, name]) => name ?? '')),
  ].sort();
}

/** The enum's values, read from the SDL: the portal must have a word for each. */
function enumValues(name: string): string[] {
  const sdl = readFileSync(path.join(process.cwd(), 'schema/supergraph.graphql'), 'utf8');
  const body = new RegExp(`^enum ${name}\\b[^{]*\\{([^}]*)\\}`, 'm').exec(sdl)?.[1] ?? '';
  return [...body.replaceAll(/"""[\s\S]*?"""/g, '').matchAll(/^\s*([A-Z][A-Z0-9_]*)\b/gm)].map(
    ([, value]) => value ?? '',
  );
}

describe('the texts of the portal', () => {
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

  it('exist for every command of the keyboard', () => {
    expect(KEYS.filter(({ command }) => !(`command.${command}` in en))).toEqual([]);
  });

  it.each([
    ['IncidentState', 'state'],
    ['IncidentState', 'customerState'],
    ['IncidentAction', 'action'],
    ['IncidentEventKind', 'event'],
    ['Priority', 'priority'],
    ['Impact', 'impact'],
    ['Urgency', 'urgency'],
    ['Environment', 'environment'],
    ['HoldReason', 'holdReason'],
    ['ResolutionCode', 'resolutionCode'],
    ['CauseCategory', 'cause'],
    ['IncidentLinkKind', 'linkKind'],
    ['ContactRank', 'contactRank'],
    ['ClockKind', 'clock'],
    ['ClockState', 'clockState'],
    ['ClockOutcome', 'clockOutcome'],
    ['Role', 'role'],
    ['BreachCause', 'breachCause'],
    ['ErrorCode', 'error'],
  ])('have a word for every %s, as %s', (name, group) => {
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
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('generated') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(path.join(SOURCE, file), 'utf8'));
}
