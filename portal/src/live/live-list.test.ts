import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adoptRows, appendRows, applyRow, mergeRows, removeRow, type ListRule, type LiveRow } from './live-list.ts';

interface Row extends LiveRow {
  open: boolean;
  rank: number;
}

const rule: ListRule<Row> = {
  matches: (row) => row.open,
  compare: (first, second) => first.rank - second.rank,
  more: false,
};

function buildRow(id: string, differs: Partial<Row> = {}): Row {
  return { id, version: 1, updatedAt: '2026-04-06T12:00:00.000Z', open: true, rank: 0, ...differs };
}

describe('a live list', () => {
  it('changes a shown row in place', () => {
    const list = adoptRows([buildRow('a'), buildRow('b', { rank: 1 })]);
    const changed = applyRow(list, buildRow('b', { version: 2, rank: -1 }), rule);
    expect([changed.order, changed.rows.get('b')?.version]).toEqual([['a', 'b'], 2]);
  });

  it('lets a new row wait', () => {
    const changed = applyRow(adoptRows([buildRow('a')]), buildRow('b'), rule);
    expect([changed.order, [...changed.waiting]]).toEqual([['a'], ['b']]);
  });

  it('counts a row that waits once, however often it changes', () => {
    const once = applyRow(adoptRows([buildRow('a')]), buildRow('b'), rule);
    expect(applyRow(once, buildRow('b', { version: 2 }), rule).waiting.size).toBe(1);
  });

  it('stops counting a row that left before it was shown', () => {
    const once = applyRow(adoptRows([buildRow('a')]), buildRow('b'), rule);
    expect(applyRow(once, buildRow('b', { version: 2, open: false }), rule).waiting.size).toBe(0);
  });

  it('keeps a row that no longer belongs, and says so', () => {
    const changed = applyRow(adoptRows([buildRow('a')]), buildRow('a', { version: 2, open: false }), rule);
    expect([changed.order, [...changed.left]]).toEqual([['a'], ['a']]);
  });

  it('takes back that a row left when it belongs again', () => {
    const left = applyRow(adoptRows([buildRow('a')]), buildRow('a', { version: 2, open: false }), rule);
    expect(applyRow(left, buildRow('a', { version: 3 }), rule).left.size).toBe(0);
  });

  it('ignores a state older than the one it shows', () => {
    const list = adoptRows([buildRow('a', { version: 3, rank: 7 })]);
    expect(applyRow(list, buildRow('a', { version: 2, rank: 1 }), rule).rows.get('a')?.rank).toBe(7);
  });

  it('does not tell of a row that would stand behind the last loaded one', () => {
    const list = adoptRows([buildRow('a', { rank: 1 }), buildRow('b', { rank: 5 })]);
    expect(applyRow(list, buildRow('c', { rank: 9 }), { ...rule, more: true }).waiting.size).toBe(0);
  });

  it('tells of a row that would stand among the loaded ones', () => {
    const list = adoptRows([buildRow('a', { rank: 1 }), buildRow('b', { rank: 5 })]);
    expect([...applyRow(list, buildRow('c', { rank: 3 }), { ...rule, more: true }).waiting]).toEqual(['c']);
  });

  it('marks a row that the reader may no longer see', () => {
    expect([...removeRow(adoptRows([buildRow('a')]), 'a').left]).toEqual(['a']);
  });

  it('marks the rows that a second reading no longer finds', () => {
    const list = mergeRows(adoptRows([buildRow('a'), buildRow('b')]), [buildRow('b'), buildRow('c')], rule);
    expect([list.order, [...list.left], [...list.waiting]]).toEqual([['a', 'b'], ['a'], ['c']]);
  });

  it('puts the next page behind the others, without the rows it already shows', () => {
    const list = appendRows(adoptRows([buildRow('a'), buildRow('b')]), [buildRow('b'), buildRow('c')]);
    expect(list.order).toEqual(['a', 'b', 'c']);
  });

  it('never moves a row, whatever arrives', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const rows = fc.record({ id: ids, version: fc.nat(9), open: fc.boolean(), rank: fc.integer(), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(rows), fc.boolean(), (arriving, more) => {
        const start = adoptRows([buildRow('a'), buildRow('b', { rank: 1 }), buildRow('c', { rank: 2 })]);
        const end = arriving.reduce(
          (list, { gone, ...row }) =>
            gone ? removeRow(list, row.id) : applyRow(list, buildRow(row.id, row), { ...rule, more }),
          start,
        );
        expect(end.order).toEqual(['a', 'b', 'c']);
      }),
    );
  });

  it('never counts a shown row as new', () => {
    const rows = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), version: fc.nat(9), open: fc.boolean() });
    fc.assert(
      fc.property(fc.array(rows), (arriving) => {
        const end = arriving.reduce(
          (list, row) => applyRow(list, buildRow(row.id, row), rule),
          adoptRows([buildRow('a')]),
        );
        expect(end.waiting.has('a')).toBe(false);
      }),
    );
  });
});
