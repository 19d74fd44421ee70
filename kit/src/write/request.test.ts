import { describe, expect, test } from '@jest/globals';
import { Refusal, type FieldProblem } from '../api/errors.ts';
import { InputCheck } from '../api/input.ts';
import type { Viewer } from '../api/viewer.ts';
import { instantIn, newRecordId, writeKey, type TimeInput } from './request.ts';

const person: Viewer = { id: 'per_1', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false };
const client: Viewer = { ...person, id: 'cli_1', kind: 'CLIENT' };
const newId = (prefix: string) => `${prefix}_new`;
const timeZone = 'America/Toronto';

/** The refusal that an act ends with. */
function refusal(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

function fields({ extensions }: Refusal): Pick<FieldProblem, 'path' | 'code'>[] {
  return (extensions['fields'] as FieldProblem[]).map(({ path, code }) => ({ path, code }));
}

describe('a retry key', () => {
  test('is not required of a person', () => {
    expect(writeKey(person, 'makeThing', {})).toBeNull();
  });

  test('is required of a partner system', () => {
    expect(refusal(() => writeKey(client, 'makeThing', {})).code).toBe('IDEMPOTENCY_KEY_REQUIRED');
  });

  test('is the same for the same request, and another for another caller or mutation', () => {
    const input = { idempotencyKey: 'k1' };
    const first = writeKey(person, 'makeThing', input)?.key;
    expect(writeKey(person, 'makeThing', { ...input })?.key).toBe(first);
    expect(writeKey(client, 'makeThing', input)?.key).not.toBe(first);
    expect(writeKey(person, 'endThing', input)?.key).not.toBe(first);
  });

  test.each([
    ['blank', ' ', 'REQUIRED'],
    ['empty', '', 'REQUIRED'],
    ['of 201 characters', 'k'.repeat(201), 'TOO_LONG'],
  ])('that is %s is refused', (_name, idempotencyKey, code) => {
    const refused = refusal(() => writeKey(client, 'makeThing', { idempotencyKey }));
    expect(fields(refused)).toEqual([{ path: 'input.idempotencyKey', code }]);
  });

  test('may have 200 characters', () => {
    expect(writeKey(client, 'makeThing', { idempotencyKey: 'k'.repeat(200) })).not.toBeNull();
  });
});

describe('the id of a new record', () => {
  test('is new without a retry key', () => {
    expect(newRecordId({ viewer: person, newId }, 'thing', { operation: 'makeThing', input: {} })).toBe('thing_new');
  });

  test('is the same again with the same retry key', () => {
    const request = { operation: 'makeThing', input: { idempotencyKey: 'k1' } };
    const id = newRecordId({ viewer: person, newId }, 'thing', request);
    expect(id).toMatch(/^thing_[0-9A-Z]{26}$/);
    expect(newRecordId({ viewer: person, newId }, 'thing', request)).toBe(id);
  });
});

describe('a time', () => {
  function read(input: TimeInput | null | undefined) {
    const check = new InputCheck();
    const instant = instantIn(input, 'input.until', check);
    check.done();
    return instant;
  }

  test('that is not given is null', () => {
    expect([read(null), read(undefined)]).toEqual([null, null]);
  });

  test('is an instant, or a local time in its zone', () => {
    const instant = new Date('2026-07-01T16:00:00Z');
    expect([read({ instant }), read({ local: { time: '2026-07-01T12:00', timeZone } })]).toEqual([instant, instant]);
  });

  test.each([
    ['neither', {}, 'EXACTLY_ONE'],
    ['both', { instant: new Date(0), local: { time: '2026-07-01T12:00', timeZone } }, 'EXACTLY_ONE'],
    ['no time', { local: { time: 'noon', timeZone } }, 'INVALID_TIME'],
    ['a year that the desk does not know', { local: { time: '0001-01-01T12:00', timeZone } }, 'OUT_OF_RANGE'],
    ['a year too far', { local: { time: '9999-01-01T12:00', timeZone } }, 'OUT_OF_RANGE'],
    ['an unknown zone', { local: { time: '2026-07-01T12:00', timeZone: 'Mars/Base' } }, 'INVALID_TIME_ZONE'],
  ])('that gives %s is a problem of its field', (_name, input, code) => {
    expect(fields(refusal(() => read(input)))).toEqual([{ path: 'input.until', code }]);
  });

  test('that happens twice is refused with both instants', () => {
    const refused = refusal(() => read({ local: { time: '2026-11-01T01:30', timeZone } }));
    const candidates = ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'];
    const code = 'AMBIGUOUS_LOCAL_TIME';
    expect(refused.extensions).toMatchObject({ code, candidates, fields: [{ code, args: { candidates } }] });
  });

  test('that the clocks skip is refused with the next one that happens', () => {
    const refused = refusal(() => read({ local: { time: '2027-03-14T02:30', timeZone } }));
    const suggestion = '2027-03-14T07:30:00.000Z';
    const code = 'NONEXISTENT_LOCAL_TIME';
    expect(refused.extensions).toMatchObject({ code, suggestion, fields: [{ code, args: { suggestion } }] });
  });
});
