import { describe, expect, test } from '@jest/globals';
import { loadCatalogue } from '../catalogue/port.ts';
import { ImportProblem, type ImportMapping } from './mapping.ts';
import { loadMapping } from './port.ts';
import { columnNames, rowReader, type KnownOrganization, type ReadRow } from './row.ts';
import { HEADER, IMPORTED_AT, ORGANIZATIONS, SERVICES, exportLine, servicenowReader } from './import.fixture.ts';

const reader = servicenowReader();
const catalogue = loadCatalogue();

function read(given: Record<string, string | number> = {}): ReadRow {
  return reader.read(exportLine(given).split(','), 7);
}

function reasonOf(given: Record<string, string | number>): string {
  const row = read(given);
  return 'reason' in row ? row.reason : 'it was taken';
}

function readerOf(
  change: Partial<ImportMapping>,
  organizations: KnownOrganization[] | null = ORGANIZATIONS,
  header = HEADER,
) {
  return rowReader({ ...loadMapping(), ...change }, header.split(','), {
    catalogue,
    services: SERVICES,
    organizations,
    now: IMPORTED_AT,
  });
}

function problemsOf(...given: Parameters<typeof readerOf>): readonly string[] {
  try {
    readerOf(...given);
  } catch (error) {
    if (error instanceof ImportProblem) return error.problems;
    throw error;
  }
  return [];
}

describe('a row', () => {
  test('is read in our words', () => {
    expect(
      read({ number: '0000045', ident_state: 'Awaiting User Info', sys_mod_count: 3, impact: 1, reopen_count: 2 }),
    ).toMatchObject({
      number: '0000045',
      line: 7,
      order: 3,
      state: 'ON_HOLD',
      holdReason: 'CUSTOMER',
      impact: 'HIGH',
      urgency: 'MEDIUM',
      priority: 'P3',
      reopenCount: 2,
      resolvedAt: null,
    });
  });

  test.each([
    ['New', 'NEW', null],
    ['Active', 'IN_PROGRESS', null],
    ['Awaiting User Info', 'ON_HOLD', 'CUSTOMER'],
    ['Awaiting Evidence', 'ON_HOLD', 'CUSTOMER'],
    ['Awaiting Vendor', 'ON_HOLD', 'VENDOR'],
    ['Awaiting Problem', 'ON_HOLD', 'PROBLEM'],
    ['Resolved', 'RESOLVED', null],
    ['Closed', 'CLOSED', null],
  ])('of the state %s is %s %s', (ident_state, state, holdReason) => {
    expect(read({ ident_state })).toMatchObject({ state, holdReason });
  });

  test('has its times in the zone of the mapping', () => {
    expect(read({ opened_at: '1/7/2016 09:00', sys_updated_at: '2/7/2016 09:30:15' })).toMatchObject({
      openedAt: new Date('2016-07-01T13:00:00Z'),
      updatedAt: new Date('2016-07-02T13:30:15Z'),
    });
  });

  test('of the hour that happens twice has both readings', () => {
    expect(read({ sys_updated_at: '6/11/2016 01:30' })).toMatchObject({
      updatedAt: new Date('2016-11-06T05:30:00Z'),
      later: { updatedAt: new Date('2016-11-06T06:30:00Z') },
    });
  });

  test('of the hour that the clocks skip is moved on by the rule of the mapping, and says so', () => {
    expect(read({ sys_updated_at: '13/3/2016 02:30' })).toMatchObject({
      updatedAt: new Date('2016-03-13T07:30:00Z'), // 03:30 in Toronto
      notes: [{ kind: 'SKIPPED_HOUR', line: 7 }],
    });
  });

  test('of the error state of the source keeps the state of its incident', () => {
    expect(read({ ident_state: '-100' })).toMatchObject({ state: null, holdReason: null });
  });

  test('takes the second column of a name for itself', () => {
    const row = read({ category: '55', 'category#2': '170' });
    expect('codes' in row && row.codes).toMatchObject({ category: '55', 'category#2': '170' });
  });

  test('holds null where the source says ?', () => {
    expect(read({ assignment_group: '?', location: '?', resolved_at: '?' })).toMatchObject({
      assignmentGroupId: null,
      organizationId: null,
      resolvedAt: null,
    });
  });

  test('gives the same location always the same LDC', () => {
    const of = (location: string) => (read({ location }) as { organizationId: string }).organizationId;
    expect(of('143')).toBe(of('143'));
  });

  test('is given to active LDCs only, and to each of them', () => {
    const given = Array.from({ length: 100 }, (_, location) => read({ location }) as { organizationId: string });
    expect([...new Set(given.map(({ organizationId }) => organizationId))].sort()).toEqual(['org_A', 'org_B']);
  });

  test.each(['5,510,746', '5 510 746', '5\u202f510\u202f746', "5'510'746"])(
    'reads the count %s, and says so',
    (reassignment_count) => {
      const fields = exportLine().split(',');
      fields[HEADER.split(',').indexOf('reassignment_count')] = reassignment_count;
      expect(reader.read(fields, 7)).toMatchObject({
        reassignmentCount: 5_510_746,
        notes: [{ kind: 'GROUPED_COUNT', line: 7 }],
      });
    },
  );

  test.each(['5,51', '1.5', '12,34,567', '1,234.5'])('does not take %s for a count', (reassignment_count) => {
    const fields = exportLine().split(',');
    fields[HEADER.split(',').indexOf('reassignment_count')] = reassignment_count;
    expect(reader.read(fields, 7)).toMatchObject({ reason: expect.stringContaining('is not a whole number') });
  });

  test('without a title and a description says so in their place', () => {
    const row = readerOf({ title: '{vendor}', description: '{vendor}' }).read(exportLine().split(','), 2);
    expect(row).toMatchObject({
      title: 'No title in SERVICENOW (INC1)',
      description: 'No description in SERVICENOW.',
      notes: [{ kind: 'NO_TITLE', line: 2 }],
    });
  });

  test('has a title of one line that fits', () => {
    const long = readerOf({ title: `{number} ${'x'.repeat(500)}` }).read(exportLine().split(','), 2);
    expect((long as { title: string }).title).toHaveLength(200);
  });

  test.each([
    ['a state that is not mapped', { ident_state: '-1' }, 'ident_state "-1" is not in the mapping'],
    [
      'a word of the language as state',
      { ident_state: 'constructor' },
      'ident_state "constructor" is not in the mapping',
    ],
    ['no number', { number: '?' }, 'number is missing'],
    ['no time', { sys_updated_at: '?' }, 'sys_updated_at is missing'],
    [
      'a time of another form',
      { sys_updated_at: '2016-02-29' },
      'sys_updated_at "2016-02-29" is not a time of the form',
    ],
    [
      'a day that does not exist',
      { opened_at: '30/2/2016 09:00' },
      'opened_at "30/2/2016 09:00" is not a time of the calendar',
    ],
    [
      'a minute that does not exist',
      { opened_at: '1/2/2016 09:77' },
      'opened_at "1/2/2016 09:77" is not a time of the calendar',
    ],
    ['a time that is still to come', { sys_updated_at: '1/1/2999 00:00' }, 'is still to come'],
    ['a time before there were computers', { opened_at: '1/1/0016 00:00' }, 'is before 1990'],
    ['a count that is none', { sys_mod_count: '-1' }, 'sys_mod_count "-1" is not a whole number'],
    ['an impact that is not mapped', { impact: '9' }, 'impact "9" is not in the mapping'],
  ])('with %s is a reject that says so', (_what, given, reason) => {
    expect(reasonOf(given as Record<string, string>)).toContain(reason);
  });

  test('of an hour that the clocks skip is a reject without a rule', () => {
    const row = readerOf({ skippedHour: 'REJECT' }).read(
      exportLine({ sys_updated_at: '13/3/2016 02:30' }).split(','),
      2,
    );
    expect('reason' in row && row.reason).toContain('does not exist in America/Toronto');
  });

  test.each([
    ['UPD0000012', 12],
    ['#7', 7],
    ['29/2/2016 09:05', Date.UTC(2016, 1, 29, 14, 5)],
  ])('may have %s as its place in the order', (sys_mod_count, order) => {
    expect(read({ sys_mod_count })).toMatchObject({ order });
  });

  test('with several mistakes names each', () => {
    expect(reasonOf({ impact: '9', urgency: '8', sys_mod_count: 'x' }).split('; ')).toHaveLength(3);
  });

  test('that is a reject still has its number', () => {
    expect(read({ number: '0000045', impact: '9' })).toMatchObject({ number: '0000045' });
  });

  test('that is too short never throws', () => {
    expect(() => reader.read(['INC1'], 2)).not.toThrow();
  });
});

/** A row of a list, by a mapping without a column of order and of updates. */
function readListed(given: Record<string, string>, change: Partial<ImportMapping> = {}): ReadRow {
  const { order: _order, updatedAt: _updatedAt, ...columns } = loadMapping().columns;
  return readerOf({ columns, ...change }).read(exportLine(given).split(','), 2);
}

describe('a row of a list, which names no update', () => {
  const ended = { resolved_at: '1/3/2016 15:00', closed_at: '6/3/2016 15:00' };

  test.each([
    ['New', '2016-02-29T14:00:00Z'],
    ['Resolved', '2016-03-01T20:00:00Z'],
    ['Closed', '2016-03-06T20:00:00Z'],
  ])('that is %s has the instant that its state tells', (ident_state, updatedAt) => {
    expect(readListed({ ident_state, ...ended })).toMatchObject({ updatedAt: new Date(updatedAt) });
  });

  test('that is closed without saying when is a reject', () => {
    expect(readListed({ ident_state: 'Closed' })).toMatchObject({ reason: expect.stringContaining('since when') });
  });

  test('may take its state from the mapping', () => {
    const { state: _state, ...columns } = loadMapping().columns;
    const change = { columns, defaults: { state: 'Awaiting Vendor' } };
    expect(readerOf(change).read(exportLine().split(','), 2)).toMatchObject({ state: 'ON_HOLD', holdReason: 'VENDOR' });
  });

  test('takes what the mapping says for an unknown value', () => {
    expect(readListed({ ident_state: '?' }, { defaults: { state: 'Active' } })).toMatchObject({ state: 'IN_PROGRESS' });
  });
});

describe('a mapping that does not fit', () => {
  test('names every column that the file does not have', () => {
    const header = HEADER.replace('number', 'nummer').replace('impact', 'impakt');
    const said = problemsOf({}, ORGANIZATIONS, header).join('\n');
    expect([said.includes('"number"'), said.includes('"impact"')]).toEqual([true, true]);
  });

  test('must name a column or a value for the state', () => {
    const { state: _state, ...columns } = loadMapping().columns;
    expect(problemsOf({ columns }).join()).toContain('defaults.state');
  });

  test('names a code that is not ours', () => {
    expect(problemsOf({ service: { values: {}, default: 'ABACUS' } })).toEqual([
      'Mapping, service: "ABACUS" is none of our codes.',
    ]);
  });

  test('names an organization that is not there', () => {
    expect(problemsOf({ organization: { values: {}, default: 'LDC-999' } })).toEqual([
      'Mapping, organization: "LDC-999" is none of our codes.',
    ]);
  });

  test('says what to do while no organization is known', () => {
    expect(problemsOf({}, [])[0]).toContain('npm start');
  });

  test('that names one organization needs no column for it', () => {
    expect(readerOf({ organization: { values: {}, default: 'LDC-002' } }).source.assumed.organizationId).toBe('org_B');
  });

  test('that gives ids works while no organization is known', () => {
    const { source } = readerOf({ organization: { values: {}, default: 'org_X' } }, []);
    expect(source.assumed.organizationId).toBe('org_X');
  });

  test('is refused before organizations are known', () => {
    expect(problemsOf({ service: { values: {}, default: 'ABACUS' } }, null)).toHaveLength(1);
  });
});

test('columns of one name are told apart by their place', () => {
  expect(columnNames(['a', ' b ', 'a', 'a'])).toEqual(['a', 'b', 'a#2', 'a#3']);
});
