import { describe, expect, it } from '@jest/globals';
import type { IncidentRowFragment } from '../generated/api.ts';
import { apiFilter, compareRows, matchesFilter, readSearch } from './filter.ts';

function buildRow(differs: Partial<IncidentRowFragment> = {}): IncidentRowFragment {
  return {
    id: 'inc_1',
    number: 'INC-000001',
    version: 1,
    title: 'Billing files are late',
    organization: { id: 'org_1', code: 'LDC-001', name: 'Cedar Falls Hydro' },
    service: { id: 'BILLING' },
    priority: 'P2',
    state: 'NEW',
    hold: null,
    assignee: null,
    breached: false,
    dueAt: '2026-04-06T18:00:00.000Z',
    createdAt: '2026-04-06T12:00:00.000Z',
    updatedAt: '2026-04-06T12:00:00.000Z',
    ...differs,
  };
}

describe('the address of a list', () => {
  it('opens also with words it does not know', () => {
    expect(readSearch({ state: 'NEW,LOST', priority: 7, colour: 'red', order: 'sideways' })).toEqual({ state: 'NEW' });
  });

  it('keeps a search for a number', () => {
    expect(readSearch({ text: 123 })).toEqual({ text: '123' });
  });

  it('becomes the filter of the API', () => {
    expect(apiFilter({ open: true, priority: 'P1,P2', assignee: 'me', text: ' late ' }, 'per_1')).toEqual({
      open: true,
      priority: ['P1', 'P2'],
      assigneeId: ['per_1'],
      text: 'late',
    });
  });
});

describe('a row belongs to a list', () => {
  it.each([
    ['of open incidents while it is open', { open: true }, {}, true],
    ['of open incidents until it is resolved', { open: true }, { state: 'RESOLVED' as const }, false],
    ['of states when its state is among them', { state: 'NEW,ON_HOLD' }, { state: 'ON_HOLD' as const }, true],
    ['of a priority when it has it', { priority: 'P1' }, {}, false],
    [
      'of waiting ones when it waits for the same',
      { hold: 'CUSTOMER' },
      { hold: { reason: 'CUSTOMER' as const } },
      true,
    ],
    ['of waiting ones not when it waits for nothing', { hold: 'CUSTOMER' }, {}, false],
    ['of unassigned incidents without an assignee', { unassigned: true }, {}, true],
    ['of mine when I am its assignee', { assignee: 'me' }, { assignee: { id: 'per_1', name: 'Sam' } }, true],
    ['of missed targets when it missed one', { breached: true }, { breached: true }, true],
    ['of an organization when it is its own', { organization: 'org_2' }, {}, false],
    ['of a search when it has every word', { text: 'LATE files' }, {}, true],
    ['of a search whatever its accents', { text: 'LÂTE filés' }, {}, true],
    ['of a search not for a part of a word', { text: 'file' }, {}, false],
    ['of a search not when a word is missing', { text: 'late meters' }, {}, false],
  ])('%s', (_name, search, differs, belongs) => {
    expect(matchesFilter(apiFilter(search, 'per_1'), buildRow(differs))).toBe(belongs);
  });
});

describe('the order of a list', () => {
  it('is the newest first', () => {
    const newer = buildRow({ id: 'inc_2', createdAt: '2026-04-07T12:00:00.000Z' });
    expect(compareRows('newest', newer, buildRow())).toBeLessThan(0);
  });

  it('puts what falls due first above', () => {
    const later = buildRow({ id: 'inc_2', dueAt: '2026-04-09T12:00:00.000Z' });
    expect(compareRows('due', buildRow(), later)).toBeLessThan(0);
  });

  it('puts what has no due time last', () => {
    expect(compareRows('due', buildRow({ id: 'inc_0', dueAt: null }), buildRow())).toBeGreaterThan(0);
  });

  it('goes by id where all else is equal', () => {
    expect(compareRows('priority', buildRow(), buildRow({ id: 'inc_2' }))).toBeLessThan(0);
  });
});
