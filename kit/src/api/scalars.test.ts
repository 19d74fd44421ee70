import { describe, expect, test } from '@jest/globals';
import { Kind } from 'graphql';
import { Unreadable } from './arguments.ts';
import { SCALARS } from './scalars.ts';

/** What a scalar makes of a text, as a variable and inline: a value, or the problem with it. */
function read(scalar: keyof typeof SCALARS, value: unknown): unknown {
  const { parseValue, parseLiteral } = SCALARS[scalar];
  const parsed = parseValue(value);
  if (typeof value === 'string') expect(parseLiteral({ kind: Kind.STRING, value })).toEqual(parsed);
  return parsed instanceof Unreadable ? { ...parsed.problem, refusal: parsed.refusal } : parsed;
}

describe('an instant', () => {
  test.each([
    ['in UTC', '2026-04-06T15:30:00Z', '2026-04-06T15:30:00.000Z'],
    ['with an offset', '2026-04-06T11:30:00.250-04:00', '2026-04-06T15:30:00.250Z'],
    ['without seconds', '2028-02-29T00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is read', (_what, text, instant) => {
    expect((read('DateTime', text) as Date).toISOString()).toBe(instant);
  });

  test.each([
    ['on 30 February', '2027-02-30T10:00:00Z'],
    ['on 29 February of a common year', '2027-02-29T10:00:00-05:00'],
    ['at 24:00', '2027-02-28T24:00:00Z'],
    ['in month 13', '2027-13-01T10:00:00Z'],
    ['that is no time', 'yesterday'],
  ])('%s is refused, and never moved to another', (_what, value) => {
    expect(read('DateTime', value)).toMatchObject({ code: 'INVALID_TIME', refusal: 'BAD_USER_INPUT' });
  });

  test.each(['1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z'])('from 1970 up to 2100 is read: %s', (text) => {
    expect((read('DateTime', text) as Date).toISOString()).toBe(text.replace('Z', '.000Z'));
  });

  test.each(['0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '2100-01-01T00:00:01Z', '9999-12-31T23:59:59Z'])(
    'before or after that is refused: %s',
    (text) => {
      expect(read('DateTime', text)).toMatchObject({
        code: 'OUT_OF_RANGE',
        args: { min: '1970-01-01T00:00:00.000Z', max: '2100-01-01T00:00:00.000Z' },
      });
    },
  );

  test('without its zone is refused as a local time', () => {
    expect(read('DateTime', '2026-04-06T15:30')).toMatchObject({ code: 'INVALID_TIME', refusal: 'TIME_ZONE_REQUIRED' });
  });
});

describe('a time zone', () => {
  test.each(['America/Toronto', 'America/Atikokan', 'UTC'])('is an IANA name: %s', (name) => {
    expect(read('TimeZone', name)).toBe(name);
  });

  test.each(['', 'America/Torronto', '-05:00', '+0500', 'EST5EDT4'])('is no other text: "%s"', (text) => {
    expect(read('TimeZone', text)).toMatchObject({ code: 'INVALID_TIME_ZONE' });
  });
});

describe('an e-mail address', () => {
  test.each(['lena@example.ca', 'lena.kowalchuk+desk@mail.example.ca', 'éloïse@exemple.ca'])('is read: %s', (text) => {
    expect(read('EmailAddress', text)).toBe(text);
  });

  test.each([
    '',
    'lena',
    'lena@',
    '@example.ca',
    'lena@example',
    'a b@example.ca',
    'a@b@example.ca',
    'Lena <l@example.ca>',
    'lena\u202e@example.ca',
    'lena\u200b@example.ca',
    'lena\u200d@example.ca',
    'lena@example\u2066.ca',
    'lena\ufeff@example.ca',
    'lena\u{e0041}@example.ca',
    'lena\u2800@example.ca',
    'lena\uffff@example.ca',
    'lena\u0000@example.ca',
  ])('is no other text: "%s"', (text) => {
    expect(read('EmailAddress', text)).toMatchObject({ code: 'MALFORMED', args: { type: 'EmailAddress' } });
  });

  test('has at most 254 characters', () => {
    expect(read('EmailAddress', `${'x'.repeat(243)}@example.ca`)).toHaveLength(254);
    expect(read('EmailAddress', `${'x'.repeat(244)}@example.ca`)).toMatchObject({ code: 'MALFORMED' });
  });
});

describe('a cursor', () => {
  test('is passed on as it is, up to 2,000 characters', () => {
    expect(read('Cursor', 'x'.repeat(2_000))).toHaveLength(2_000);
    expect(read('Cursor', 'x'.repeat(2_001))).toMatchObject({ code: 'TOO_LONG', args: { max: 2_000, length: 2_001 } });
  });
});

describe('a length of time', () => {
  test('is milliseconds inside and ISO 8601 outside', () => {
    expect([read('Duration', 'PT4H30M'), SCALARS.Duration.serialize(16_200_000)]).toEqual([16_200_000, 'PT4H30M']);
  });

  test('of days is refused: a day of work is not 24 hours', () => {
    expect(read('Duration', 'P1D')).toMatchObject({ code: 'MALFORMED' });
  });
});

test.each(Object.keys(SCALARS) as (keyof typeof SCALARS)[])('%s is text, and no number, list or object', (scalar) => {
  for (const value of [7, true, ['x'], { x: 1 }]) {
    expect(read(scalar, value)).toMatchObject({ code: 'MALFORMED', args: { type: scalar } });
  }
});
