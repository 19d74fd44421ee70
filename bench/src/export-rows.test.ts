import { describe, expect, it } from '@jest/globals';
import { EXPORT_INCIDENTS, EXPORT_ROWS, exportLines } from './export-rows.ts';

describe('the made-up export', () => {
  const [header = '', ...lines] = [...exportLines()];

  it('has as many rows and incidents as the real one', () => {
    const numbers = new Set(lines.map((line) => line.split(',')[0]));
    expect([lines.length, numbers.size]).toEqual([EXPORT_ROWS, EXPORT_INCIDENTS]);
  });

  it('has a value for every column in every row', () => {
    const width = header.split(',').length;
    expect(lines.filter((line) => line.split(',').length !== width)).toEqual([]);
  });

  it('names no time between 2 and 3 in the morning, which one day of the year does not have', () => {
    expect(lines.filter((line) => / 02:\d\d/.test(line))).toEqual([]);
  });

  it('ends each incident as Closed', () => {
    const last = new Map(lines.map((line) => line.split(',')).map(([number, state]) => [number, state]));
    expect([...new Set(last.values())]).toEqual(['Closed']);
  });
});
