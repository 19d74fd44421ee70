import { describe, expect, it } from '@jest/globals';
import type { ChangeRowFragment } from '../generated/api.ts';
import { apiFilter, matchesFilter, readSearch } from './filter.ts';

const MORNING = Date.parse('2026-03-02T08:00:00Z');

describe('changes planned in seven days', () => {
  const filter = apiFilter({ planned: 'WEEK' }, MORNING);
  const isIn = (plannedStart: string | null) =>
    matchesFilter(filter, {
      state: 'SCHEDULED',
      type: null,
      services: [],
      plannedStart,
    } as unknown as ChangeRowFragment);

  it('are those that start today or on one of the six days after it', () => {
    const starts = [
      '2026-03-01T23:59:59Z',
      '2026-03-02T00:00:00Z',
      '2026-03-08T23:59:59Z',
      '2026-03-09T00:00:00Z',
      null,
    ];
    expect(starts.map(isIn)).toEqual([false, true, true, false, false]);
  });

  it('are one filter all day, so that what was read stays', () => {
    expect(apiFilter({ planned: 'WEEK' }, Date.parse('2026-03-02T23:00:00Z'))).toEqual(filter);
  });

  it('stand in the address; another word there is left out', () => {
    expect([readSearch({ planned: 'WEEK' }), readSearch({ planned: 'YEAR' })]).toEqual([{ planned: 'WEEK' }, {}]);
  });
});
