import { describe, expect, test } from '@jest/globals';
import { GraphQLError, Kind, parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { ERROR_CODES, FIELD_PROBLEMS, Refusal, badInput, notFound, publicError, type FieldProblem } from './errors.ts';

const sdl = parse(readFileSync(new URL('../../../schema/directory/error-code.graphql', import.meta.url), 'utf8'));

/** The values of a published enum with their descriptions. */
function publishedValues(name: string): Map<string, string | undefined> {
  const values = sdl.definitions
    .filter((definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION)
    .find((definition) => definition.name.value === name)?.values;
  return new Map(values?.map((value) => [value.name.value, value.description?.value]));
}

/** What a caller receives for an error, and what is reported of it. */
function shape(error: GraphQLError): { shaped: object; reported: unknown[] } {
  const reported: unknown[] = [];
  const shaped = publicError(error, error.toJSON(), { requestId: 'req_1', report: (hidden) => reported.push(hidden) });
  return { shaped, reported };
}

function coded(code: unknown, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError('a sentence', { extensions: { ...extensions, code } });
}

describe.each<[string, Record<string, { meaning: string }>]>([
  ['ErrorCode', ERROR_CODES],
  ['FieldProblemCode', FIELD_PROBLEMS],
])('the register of %s', (name, register) => {
  const published = publishedValues(name);

  test('is the published one', () => {
    expect(Object.keys(register).sort()).toEqual([...published.keys()].sort());
  });

  test.each(Object.keys(register))('gives %s the meaning that is published', (code) => {
    expect(published.get(code)).toBe(register[code]?.meaning);
  });
});

describe('a refusal', () => {
  test('reaches the caller with its sentence, code and details, and the request id', () => {
    const { shaped } = shape(new Refusal('CONFLICT', 'It changed.', { currentVersion: 3 }));
    expect(shaped).toEqual({
      message: 'It changed.',
      extensions: { code: 'CONFLICT', currentVersion: 3, requestId: 'req_1' },
    });
  });

  test('is not reported', () => {
    expect(shape(new Refusal('CONFLICT', 'It changed.')).reported).toEqual([]);
  });

  test('keeps its code whatever its details say', () => {
    expect(new Refusal('CONFLICT', 'x', { code: 'FORBIDDEN' }).extensions['code']).toBe('CONFLICT');
  });

  test('loses a stack trace on its way', () => {
    expect(JSON.stringify(shape(coded('CONFLICT', { stacktrace: ['at secret.ts'] })).shaped)).not.toContain('secret');
  });
});

describe('everything else', () => {
  test.each<[string, GraphQLError]>([
    ['a bug', new GraphQLError('x is undefined', { originalError: new TypeError('x is undefined') })],
    ['an unknown code', coded('E_SECRET')],
    ['a code that is no text', coded({ $ne: 1 })],
    ['a refusal for no public reason', coded('INTERNAL')],
    ['the server’s own word for a bug', coded('INTERNAL_SERVER_ERROR', { stacktrace: ['at secret.ts'] })],
    ['a code named like what every object has', coded('constructor')],
    ['another one of those', coded('toString')],
  ])('is INTERNAL with the request id and no detail: %s', (_name, error) => {
    expect(shape(error).shaped).toEqual({
      message: 'Something went wrong inside the desk.',
      extensions: { code: 'INTERNAL', requestId: 'req_1' },
    });
  });

  test('is reported whole', () => {
    const bug = new GraphQLError('x is undefined');
    expect(shape(bug).reported).toEqual([bug]);
  });

  test('keeps the path, so that the caller knows which field is missing', () => {
    const error = new GraphQLError('x', { path: ['thing', 0, 'title'] });
    expect(shape(error).shaped).toMatchObject({ path: ['thing', 0, 'title'] });
  });
});

describe('complaints about the request', () => {
  test.each<[string, string]>([
    ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
    ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
    ['BAD_REQUEST', 'BAD_USER_INPUT'],
    ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
  ])('%s reaches the caller as %s', (given, expected) => {
    expect(shape(coded(given)).shaped).toEqual({
      message: 'a sentence',
      extensions: { code: expected, requestId: 'req_1' },
    });
  });

  test('are not reported', () => {
    expect(shape(coded('BAD_REQUEST')).reported).toEqual([]);
  });
});

test('NOT_FOUND is the same each time, to the byte', () => {
  expect(JSON.stringify(notFound())).toBe(JSON.stringify(notFound()));
});

test('wrong input names every field, in the sentence and in the details', () => {
  const fields: FieldProblem[] = [
    { path: 'input.title', code: 'REQUIRED', message: 'must not be empty.' },
    { path: 'input.count', code: 'OUT_OF_RANGE', args: { min: 1, max: 9 }, message: 'must be 1 to 9.' },
  ];
  const { message, extensions } = badInput(fields);
  expect([message, extensions]).toEqual([
    'The input is wrong. input.title: must not be empty. input.count: must be 1 to 9.',
    { code: 'BAD_USER_INPUT', fields: [{ ...fields[0], args: {} }, fields[1]] },
  ]);
});

test('a problem of the whole input stands in the sentence without a path', () => {
  const { message } = badInput([{ path: '', code: 'WRONG_TYPE', message: 'The body must be JSON.' }]);
  expect(message).toBe('The input is wrong. The body must be JSON.');
});
