import { describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { Refusal } from '@desk/kit/api/errors';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { LiveDirective } from '../supergraph/directives.ts';
import { checkFilter, eventEnvelope, meetsFilter, recordOf, snapshotEnvelope } from './fields.ts';

const LIVE: LiveDirective = {
  stream: 'library',
  entity: 'overdueBook',
  scope: 'LOANS_READ',
  snapshot: null,
  record: { field: 'overdueBook', type: 'OverdueBook' },
};
const AT = new Date('2026-04-06T15:30:00.000Z');

function event(more: Partial<StreamEvent> = {}): StreamEvent {
  return {
    position: { epoch: 1, pos: 1 },
    aggregate: 'book_1',
    seq: 7,
    type: 'overdueBook.returned',
    eventVersion: 2,
    at: AT,
    actor: SYSTEM_ACTOR,
    organizationId: 'org_a',
    internal: false,
    data: {
      subject: { type: 'OVERDUE_BOOK', id: 'book_1' },
      kind: 'RETURNED',
      changedFields: ['shelf'],
      commentId: null,
      match: { shelf: ['B', 'A'], room: 'EAST' },
    },
    ...more,
  };
}

describe('a message about an event', () => {
  test('has the fields of every live update, the record’s id and a reference to it', () => {
    expect(eventEnvelope(LIVE, event())).toEqual({
      kind: 'RETURNED',
      at: '2026-04-06T15:30:00.000Z',
      actor: { principalId: null, kind: 'SYSTEM', person: null, actingFor: null },
      changedFields: ['shelf'],
      commentId: null,
      version: 7,
      overdueBookId: 'book_1',
      overdueBook: { __typename: 'OverdueBook', id: 'book_1' },
    });
  });

  test('has the version that people saw, where the event names one', () => {
    const { data } = event();
    expect(eventEnvelope(LIVE, event({ data: { ...data, version: 5 } }))).toMatchObject({ version: 5 });
  });

  test('names the comment or note that the change wrote', () => {
    const { data } = event();
    expect(eventEnvelope(LIVE, event({ data: { ...data, messageId: 'com_1' } }))).toMatchObject({ commentId: 'com_1' });
  });

  test('names the person who acted, and the organization acted for', () => {
    const actor = { id: 'per_1', kind: 'PERSON' as const, actingFor: 'org_b' };
    expect(eventEnvelope(LIVE, event({ actor }))['actor']).toEqual({
      principalId: 'per_1',
      kind: 'PERSON',
      person: { __typename: 'Person', id: 'per_1' },
      actingFor: { __typename: 'Organization', id: 'org_b' },
    });
  });

  test('is about the same record in both versions of events', () => {
    const first = event({ eventVersion: 1, data: { recordId: 'book_1' } });
    expect([recordOf(first), recordOf(event())]).toEqual(['book_1', 'book_1']);
  });
});

test('a message with a snapshot refers to the one record that the schema names', () => {
  const live = { ...LIVE, snapshot: 'books', record: { field: 'tally', type: 'BookTally' } };
  expect(snapshotEnvelope(live, AT)).toEqual({
    at: '2026-04-06T15:30:00.000Z',
    tally: { __typename: 'BookTally', id: 'books' },
  });
});

describe('a filter', () => {
  test.each([
    ['without a condition', {}, true],
    ['with an empty condition', { kind: null }, true],
    ['of the record', { overdueBookId: ['book_0', 'book_1'] }, true],
    ['of another record', { overdueBookId: ['book_0'] }, false],
    ['of the organization', { organizationId: ['org_a'] }, true],
    ['of another organization', { organizationId: ['org_b'] }, false],
    ['of the kind', { kind: ['LENT', 'RETURNED'] }, true],
    ['of another kind', { kind: ['LENT'] }, false],
    ['of a value before the change', { shelf: ['A'] }, true],
    ['of a value after the change', { shelf: ['B', 'C'] }, true],
    ['of another value', { shelf: ['C'] }, false],
    ['of a single value', { room: 'EAST' }, true],
    ['of a value that the event does not name', { floor: ['1'] }, false],
    ['of nothing', { kind: [] }, false],
    ['with one condition that holds and one that does not', { kind: ['RETURNED'], shelf: ['C'] }, false],
  ])('%s', (_what, filter, meets) => {
    expect(meetsFilter(LIVE, filter, event())).toBe(meets);
  });

  test('refuses values that are no ids of the noun that a condition names', () => {
    const nodes = new Map([
      ['book', { name: 'OverdueBook', service: 'library' }],
      ['org', { name: 'Organization', service: 'directory' }],
    ]);
    const filter = { overdueBookId: ['book_1', 'B-1'], organizationId: ['LDC-001'], shelf: ['A'], readerId: ['r'] };
    expect(fieldsOf(() => checkFilter(filter, nodes))).toEqual([
      ['filter.overdueBookId.1', 'NOT_AN_ID', { prefixes: ['book'] }],
      ['filter.organizationId.0', 'NOT_AN_ID', { prefixes: ['org'] }],
    ]);
    expect(() => checkFilter({ overdueBookId: ['book_1'], organizationId: null }, nodes)).not.toThrow();
  });
});

function fieldsOf(act: () => void): unknown[] {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const fields = error.extensions['fields'] as { path: string; code: string; args: unknown }[];
    return fields.map(({ path, code, args }) => [path, code, args]);
  }
  throw new Error('It was not refused.');
}
