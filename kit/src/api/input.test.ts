import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal, type FieldProblem } from './errors.ts';
import { InputCheck, checkFilter } from './input.ts';

/** What a check complains about. */
function problems(check: (input: InputCheck) => void): FieldProblem[] {
  const input = new InputCheck();
  check(input);
  return refused(() => input.done());
}

/** The fields that a refusal of `act` names. */
function refused(act: () => unknown): FieldProblem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'BAD_USER_INPUT')
      return error.extensions['fields'] as FieldProblem[];
    throw error;
  }
  return [];
}

test('right input passes', () => {
  expect(problems((input) => input.line('title', 'a title', 10))).toEqual([]);
});

test('one refusal names every problem, in order', () => {
  const found = problems((input) => {
    input.line('title', '', 10);
    input.body('text', null, 1);
    input.require('count', false, { code: 'OUT_OF_RANGE', args: { min: 1, max: 9 }, message: 'must be 1 to 9.' });
    input.require('other', true, { code: 'REQUIRED', message: 'must be right.' });
  });
  expect(found.map((problem) => problem.path)).toEqual(['title', 'text', 'count']);
});

test.each([
  ['NUL', '\0', 'U+0000'],
  ['an escape', '\x1b', 'U+001B'],
  ['a control of C1', '\x9b', 'U+009B'],
  ['the first half of a character', '\ud83d', 'U+D83D'],
  ['the second half of a character', '\ude00', 'U+DE00'],
  ['a noncharacter', '\uffff', 'U+FFFF'],
  ['a noncharacter in the middle', '\ufdd0', 'U+FDD0'],
  ['a noncharacter of another plane', '\u{10fffe}', 'U+10FFFE'],
  ['a tag', '\u{e0041}', 'U+E0041'],
])('%s is refused in a line and in a longer text, never repaired', (_what, character, name) => {
  const found = problems((input) => {
    input.line('title', `a${character}b`, 10);
    input.body('text', `a${character}b`, 1);
  });
  const problem = {
    code: 'CHARACTER_NOT_ALLOWED',
    args: { character: name },
    message: `must not hold the character ${name}.`,
  };
  expect(found).toEqual([
    { path: 'title', ...problem },
    { path: 'text', ...problem },
  ]);
});

test.each(['\t', '\u2028', '\u200f', '\u202e', '\u2066', '\u061c', '\ufeff', '\u200b', '\u2060', '\u00ad', '\u3164'])(
  'what breaks a line, turns its direction or hides in it is refused in a line, and stands in a longer text: %j',
  (character) => {
    expect(problems((input) => input.line('title', `a${character}b`, 10))).toMatchObject([
      { path: 'title', code: 'CHARACTER_NOT_ALLOWED' },
    ]);
    expect(problems((input) => input.body('text', `a${character}b`, 1))).toEqual([]);
  },
);

test.each(['😀', 'Hydro-Québec – Relevés', 'e\u0301', '👩\u200d🔧', 'a\u00a0b', 'ستلم'])(
  'what people write passes: %s',
  (text) => {
    const input = new InputCheck();
    expect([input.line('title', text, 30), input.body('text', `${text}\r\n\t${text}`, 1)]).toEqual([
      text,
      `${text}\r\n\t${text}`,
    ]);
    expect(() => input.done()).not.toThrow();
  },
);

describe('marks on one letter', () => {
  const letter = (marks: number) => `a${'\u0301'.repeat(marks)}b`;
  const told = (text: string) =>
    problems((input) => {
      input.line('title', text, 200);
      input.body('text', text, 1);
    });

  test('are as many as languages need', () => {
    expect(told(letter(8))).toEqual([]);
    expect(told('שָׁ֣ל ཧཱུྃ ệ 👩🏽\u200d❤\ufe0f\u200d👩🏽 می\u200cخواهم')).toEqual([]);
  });

  test('are not more than 8, in a line and in a longer text', () => {
    expect(told(letter(9))).toEqual(
      ['title', 'text'].map((path) => ({
        path,
        code: 'CHARACTER_NOT_ALLOWED',
        args: { character: 'U+0301' },
        message: 'must have at most 8 marks on one letter: U+0301 is one more.',
      })),
    );
    expect(told(`a${'\u200d'.repeat(9)}b`)).toHaveLength(2);
  });
});

test('a line that passes shows all its characters but joiners and selectors, and passes as a longer text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (text) => {
      const line = text.trim();
      if (problems((input) => input.line('title', text, 200)).length) return;
      expect(line).not.toMatch(
        /[\p{Control}\p{Surrogate}\p{Noncharacter_Code_Point}\p{Bidi_Control}\u{e0000}-\u{e007f}\ufeff]/u,
      );
      expect(line.replaceAll(/[\u200c\u200d\p{Variation_Selector}]/gu, '')).not.toMatch(
        /\p{Default_Ignorable_Code_Point}/u,
      );
      expect(line).not.toMatch(/\p{Mark}{9}/u);
      expect(problems((input) => input.body('text', line, 1))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

describe('a line', () => {
  test.each([undefined, null, '', ' \t\n ', '\u200b', '\u2060\ufeff', '\u3164', '\u2800', '\u0301', '\u00ad \u200d'])(
    'must say something: not %p',
    (value) => {
      expect(problems((input) => input.line('title', value, 10))).toEqual([
        { path: 'title', code: 'REQUIRED', args: {}, message: 'must not be empty.' },
      ]);
    },
  );

  test('is given back without the white space around it', () => {
    expect(new InputCheck().line('title', '  a title\n', 10)).toBe('a title');
  });

  test.each([
    [10, 0],
    [11, 1],
  ])('of %i characters, where 10 are allowed, has %i problems', (length, count) => {
    expect(problems((input) => input.line('title', 'x'.repeat(length), 10))).toHaveLength(count);
  });

  test.each(['a\nb', 'a\rb'])('must be one: not %p', (value) => {
    expect(problems((input) => input.line('title', value, 10))).toHaveLength(1);
  });
});

describe('an id', () => {
  const told = (value: string) => problems((input) => input.id('id', value, 'inc', 'per'));

  test.each(['inc_01JD', 'per_01JD'])('with one of the prefixes passes: %s', (value) => {
    expect(told(value)).toEqual([]);
  });

  test.each(['', 'INC-000123', 'com_01JD', 'inc_', 'inc_01JD ', `inc_${'0'.repeat(65)}`, 'inc_a_b'])(
    'is refused for its form alone: "%s"',
    (value) => {
      expect(told(value)).toEqual([
        {
          path: 'id',
          code: 'NOT_AN_ID',
          args: { prefixes: ['inc', 'per'] },
          message: 'must be an id that begins with inc_ or per_.',
        },
      ]);
    },
  );
});

test('a list whose values stand there once each has a problem at each place that repeats one', () => {
  const found = problems((input) => input.eachOnce('ids', ['a', null, 'b', 'a', null, 'a']));
  expect(found.map(({ path, code }) => [path, code])).toEqual([
    ['ids.3', 'ALREADY_THERE'],
    ['ids.5', 'ALREADY_THERE'],
  ]);
});

describe('a body', () => {
  test('may have lines', () => {
    expect(problems((input) => input.body('text', 'a\nb', 1))).toEqual([]);
  });

  test.each([
    ['x'.repeat(1024), 0],
    ['x'.repeat(1025), 1],
    ['é'.repeat(512), 0],
    ['é'.repeat(513), 1],
  ])('is measured in bytes', (text, count) => {
    expect(problems((input) => input.body('text', text, 1))).toHaveLength(count);
  });
});

describe('a filter', () => {
  const limits = { textMax: 5, listMax: 2, ids: { assigneeId: 'per' } };

  test('within its limits is given back as it is', () => {
    const filter = { text: 'reads', state: ['NEW', 'CLOSED'], open: null };
    expect(checkFilter(filter, limits)).toBe(filter);
  });

  test('of too long a text and too many values is refused for both', () => {
    const filter = { text: 'longer', state: ['NEW'], priority: ['P1', 'P2', 'P3'] };
    expect(refused(() => checkFilter(filter, limits))).toEqual([
      {
        path: 'filter.text',
        code: 'TOO_LONG',
        args: { max: 5, unit: 'CHARACTERS', length: 6 },
        message: 'must have at most 5 characters, and has 6.',
      },
      { path: 'filter.priority', code: 'TOO_MANY', args: { max: 2 }, message: 'must have at most 2 values.' },
    ]);
  });

  test('of ids is refused for each value that is not an id of the kind', () => {
    const filter = { assigneeId: ['per_01JD', 'inc_01JD', 'lena'] };
    expect(refused(() => checkFilter(filter, { ...limits, listMax: 3 }))).toMatchObject([
      { path: 'filter.assigneeId.1', code: 'NOT_AN_ID', args: { prefixes: ['per'] } },
      { path: 'filter.assigneeId.2', code: 'NOT_AN_ID' },
    ]);
  });

  test('may have no text', () => {
    expect(refused(() => checkFilter({ text: '' }, limits))).toEqual([]);
  });
});
