import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { DEMO_NEWCOMERS, DEMO_PEOPLE } from './demo-people.ts';

const DATA = readFileSync(new URL('../../../services/directory/data/people.yaml', import.meta.url), 'utf8');
const KNOWN = new Map([...DATA.matchAll(/- login: (\S+)\n\s+name: (.+)\n/g)].map(([, login, name]) => [login, name]));

test.each(DEMO_PEOPLE.map(({ login, name }) => [login, name]))('the directory knows %s as %s', (login, name) => {
  expect(KNOWN.get(login)).toBe(name);
});

test('the sign-in page offers eleven of them', () => {
  expect(DEMO_PEOPLE.filter(({ unlisted }) => !unlisted)).toHaveLength(11);
});

test.each(DEMO_NEWCOMERS.map(({ login }) => login))('the directory does not know %s yet', (login) => {
  expect(KNOWN.has(login)).toBe(false);
});
