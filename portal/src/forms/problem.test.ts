import { describe, expect, it } from '@jest/globals';
import { parse } from '@formatjs/icu-messageformat-parser';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createIntl } from 'react-intl';
import type { FieldProblem } from '../api/client.ts';
import { FIELD_PROBLEM_CODES, type Language } from '../generated/api.ts';
import { createFormat } from '../text/format.ts';
import { createText, LOCALES } from '../text/text.ts';
import { fieldOf, problemText } from './problem.ts';

const TEXTS = { EN: readTexts('EN'), FR: readTexts('FR') };

/** The texts of the app, parsed as the build does it. */
function readTexts(language: Language) {
  const file = path.join(process.cwd(), `portal/src/app/messages.${language.toLowerCase()}.json`);
  const texts = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
  const parsed = texts.map(([id, text]) => [id, text.includes('{') ? parse(text) : text]);
  const messages = Object.fromEntries(parsed) as Record<string, string>;
  const onError = (error: Error) => {
    throw error;
  };
  return createText(createIntl({ locale: LOCALES[language], messages, onError }));
}

function say(language: Language, problem: Partial<FieldProblem>): string {
  const format = createFormat({ language, zone: 'America/Toronto', now: () => Date.parse('2026-07-06T16:00:00.000Z') });
  const whole = { path: 'input.x', code: 'REQUIRED', args: {}, message: 'must not be so.', ...problem };
  return problemText(whole, { text: TEXTS[language], format }).replaceAll(/\s/g, ' ');
}

/** Every value that some code's words need. */
const ARGS = {
  type: 'DateTime',
  max: 1_200,
  min: 1,
  unit: 'BYTES',
  length: 70_000,
  prefixes: ['CHG', 'PRB'],
  candidates: ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
  suggestion: '2027-03-14T07:00:00.000Z',
  value: 'VEX',
  expected: 'LDC',
  roles: ['SME_ANALYST', 'SME_ADMIN'],
  only: ['VENDOR'],
  of: ['instant', 'local'],
  mutation: 'resolveIncident',
  character: 'U+0000',
};

describe('what is wrong with a field', () => {
  it.each(FIELD_PROBLEM_CODES)('is said in both languages: %s', (code) => {
    const [english, french] = (['EN', 'FR'] as const).map((language) => say(language, { code, args: ARGS }));
    expect([english, french]).toEqual([expect.stringMatching(/^[A-Z].*\.$/), expect.stringMatching(/^[A-ZÉ].*\.$/)]);
    expect(french).not.toBe(english);
  });

  it('names how long a text is, and how long it may be', () => {
    expect([say('EN', { code: 'TOO_LONG', args: ARGS }), say('FR', { code: 'TOO_LONG', args: ARGS })]).toEqual([
      'This is too long: 70,000 bytes, and at most 1,200 are possible.',
      'C’est trop long : 70 000 octets, pour 1 200 au plus.',
    ]);
  });

  it('names lengths of time in the reader’s words', () => {
    const args = { min: 'PT0S', max: 'PT4H30M' };
    expect(say('EN', { code: 'OUT_OF_RANGE', args })).toContain('4 h 30 min');
  });

  it('names choices, roles and instants in the reader’s words', () => {
    expect(say('FR', { code: 'NOT_A_RECORD_NUMBER', args: ARGS })).toContain('CHG ou PRB');
    expect(say('FR', { code: 'MISSING_ROLE', args: ARGS })).not.toContain('SME_');
    expect(say('EN', { code: 'AMBIGUOUS_LOCAL_TIME', args: ARGS })).toContain('01:30 EDT or Sun, Nov 1, 01:30 EST');
    expect(say('FR', { code: 'NONEXISTENT_LOCAL_TIME', args: ARGS })).toContain('14 mars 2027');
  });

  it('is said in the words of the API where the code came after the page', () => {
    expect(say('FR', { code: 'TOO_PURPLE' })).toBe('must not be so.');
  });
});

describe('the field that a problem is about', () => {
  const fields = ['title', 'until', 'contacts.0.name', 'contacts.1.name'];

  it.each([
    ['input.title', 'title'],
    ['input.until.local.timeZone', 'until'],
    ['input.contacts.1.name', 'contacts.1.name'],
    ['input.contacts', 'contacts.0.name'],
    ['input', 'title'],
    ['input.colour', 'title'],
  ])('of %s is %s', (path, field) => {
    expect(fieldOf(path, fields)).toBe(field);
  });
});
