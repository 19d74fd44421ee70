import { describe, expect, test } from '@jest/globals';
import { Refusal } from '@desk/kit/api/errors';
import { committedApiSdl } from '@desk/schema/sdl';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { inputCheck } from './input-problems.ts';

const SCHEMA = buildSchema(committedApiSdl());
const CREATE = 'mutation ($input: CreateIncidentInput!) { createIncident(input: $input) { replayed } }';
const HOLD = `mutation ($until: TimeInput) {
  holdIncident(input: { id: "inc_1", expectedVersion: 1, reason: CUSTOMER, waitsFor: "them", until: $until }) { replayed }
}`;
const WHOLE = {
  title: 'Meter reads are missing',
  description: 'Since Monday.',
  serviceId: 'svc_1',
  environment: 'PRODUCTION',
  impact: 'HIGH',
  urgency: 'HIGH',
};

const CONTACT = { rank: 'MAIN', name: 'Ann', phone: '416 555 0100', availability: 'always' };

/** The refusal's code, and the code and path of each problem; null for input that fits. */
function check(query: string, variables: Record<string, unknown> = {}): unknown {
  const document = parse(query);
  expect(validate(SCHEMA, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const checkInput = inputCheck(SCHEMA, document, operation);
  try {
    checkInput(variables);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const fields = error.extensions['fields'] as { path: string; code: string }[];
    return [error.code, ...fields.map(({ path, code }) => `${path} ${code}`)];
  }
  return null;
}

const CREATED = (value: string) => `{ incidents(first: 1, filter: { createdFrom: ${value} }) { totalCount } }`;

describe('a value that its type cannot read is refused with its path', () => {
  test.each<[string, string, Record<string, unknown>, string[]]>([
    ['in the document', CREATED('"2026-11-01"'), {}, ['BAD_USER_INPUT', 'filter.createdFrom INVALID_TIME']],
    ['as a number', CREATED('1793500000'), {}, ['BAD_USER_INPUT', 'filter.createdFrom MALFORMED']],
    [
      'as a variable',
      `query ($d: DateTime) ${CREATED('$d')}`,
      { d: '2026-11-01' },
      ['BAD_USER_INPUT', 'filter.createdFrom INVALID_TIME'],
    ],
    [
      'as a variable’s default',
      `query ($d: DateTime = "2026-11-01") ${CREATED('$d')}`,
      {},
      ['BAD_USER_INPUT', 'filter.createdFrom INVALID_TIME'],
    ],
    [
      'without its zone, with the code for that',
      CREATED('"2026-11-01T08:30"'),
      {},
      ['TIME_ZONE_REQUIRED', 'filter.createdFrom INVALID_TIME'],
    ],
    [
      'deep in an input',
      HOLD,
      { until: { instant: 'tomorrow' } },
      ['BAD_USER_INPUT', 'input.until.instant INVALID_TIME'],
    ],
    [
      'a null at an argument that must have a value',
      'query ($first: Int, $ids: [ID!] = ["inc_1"]) { incidents(first: $first) { totalCount } nodes(ids: $ids) { id } }',
      { first: 1, ids: null },
      ['BAD_USER_INPUT', 'ids REQUIRED'],
    ],
    [
      'a null at an argument that has a default',
      'query ($l: Language) { incident(id: "inc_1") { explainClock(kind: RESPONSE, language: $l) { summary } } }',
      { l: null },
      ['BAD_USER_INPUT', 'language REQUIRED'],
    ],
  ])('%s', (_what, query, variables, refused) => {
    expect(check(query, variables)).toEqual(refused);
  });
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['no variable', {}, ['input REQUIRED']],
  ['null', { input: null }, ['input REQUIRED']],
  ['another kind of value', { input: 'x' }, ['input WRONG_TYPE']],
  [
    'fields that are missing, unknown and wrong',
    { input: { title: 5, description: null, foo: 1, environment: 'PRODUCTION', impact: 'HUGE', urgency: 'HIGH' } },
    ['input.title WRONG_TYPE', 'input.description REQUIRED', 'input.serviceId REQUIRED'].concat(
      'input.impact WRONG_TYPE',
      'input.foo NOT_ALLOWED',
    ),
  ],
  [
    'an entry of a list',
    { input: { ...WHOLE, contacts: [CONTACT, { ...CONTACT, name: undefined }] } },
    ['input.contacts.1.name REQUIRED'],
  ],
])('variables that do not fit name every field: %s', (_what, variables, problems) => {
  const [code, ...found] = check(CREATE, variables) as string[];
  expect([code, ...found.sort()]).toEqual(['BAD_USER_INPUT', ...problems.sort()]);
});

test('one of several fields is wanted, and the list of them is told', () => {
  const both = { until: { instant: '2026-11-01T13:30:00Z', local: { time: '2026-11-01T08:30', timeZone: 'UTC' } } };
  expect(check(HOLD, both)).toEqual(['BAD_USER_INPUT', 'until EXACTLY_ONE']);
});

test('what is skipped is not checked, and what fits is passed', () => {
  const query =
    'query ($with: Boolean!, $d: DateTime) { me { id } incidents(first: 1, filter: { createdFrom: $d }) @include(if: $with) { totalCount } }';
  expect(check(query, { with: false, d: 'tomorrow' })).toBeNull();
  expect(check(query, { with: true, d: '2026-11-01T13:30:00Z' })).toBeNull();
  expect(check(CREATE, { input: WHOLE })).toBeNull();
});
