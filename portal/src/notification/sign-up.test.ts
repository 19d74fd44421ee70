import { describe, expect, it } from '@jest/globals';
import type { Text } from '../text/text.ts';
import { wordsOf } from './sign-up.ts';

const WORDS: Readonly<Record<string, string>> = {
  'notification.kind.CHANGE': 'Changes',
  'notification.kind.PROBLEM': 'Problems',
  'change.state.SCHEDULED': 'Scheduled',
  'change.risk.HIGH': 'High risk',
  'problem.state.NEW': 'New',
  'priority.P1': 'P1 critical',
};
const has = (id: string) => id in WORDS;
const text = Object.assign((id: string, values = {}) => `${id} ${Object.values(values).join()}`.trim(), {
  has,
  word: (group: string, code: string) => WORDS[`${group}.${code}`] ?? code,
}) as unknown as Text;

const NONE = { recordType: [], serviceId: [], state: [], risk: [], priority: [] };
const SERVICES = [{ id: 'VEE', en: 'Validation', fr: 'Validation des données' }];

function wordsFor(filter: Partial<Parameters<typeof wordsOf>[0]>): string[] {
  return wordsOf({ ...NONE, ...filter }, { text, services: SERVICES, language: 'FR' });
}

describe('a sign-up in words', () => {
  it('names the kinds of record, and nothing else where nothing else was chosen', () => {
    expect(wordsFor({ recordType: ['CHANGE', 'PROBLEM'] })).toEqual(['Changes, Problems']);
  });

  it('names services, states, risks and priorities, each in the reader’s words', () => {
    const filter = {
      serviceId: ['VEE', 'GONE'],
      state: ['SCHEDULED', 'NEW'],
      risk: ['HIGH'],
      priority: ['P1'],
    } as const;
    expect(wordsFor({ recordType: ['CHANGE', 'PROBLEM'], ...(filter as object) })).toEqual([
      'Changes, Problems',
      'following.services Validation des données, GONE',
      'following.states Scheduled, New',
      'High risk',
      'P1 critical',
    ]);
  });

  it('leaves a state as the API names it where no kind of the sign-up has a word for it', () => {
    expect(wordsFor({ recordType: ['CHANGE'], state: ['LATER'] })).toEqual(['Changes', 'following.states LATER']);
  });
});
