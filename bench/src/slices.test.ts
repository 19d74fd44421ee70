import { describe, expect, it } from '@jest/globals';
import { interleave } from './slices.ts';

describe('interleaved slices', () => {
  it('run in turn, and in reversed order on odd rounds', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({ name, slice: async () => order.push(name) });
    await interleave([contender('a'), contender('b')], 3);
    expect(order.join('')).toBe('abbaab');
  });

  it('are kept by name, in the order in which they ran', async () => {
    let turn = 0;
    const contender = (name: string) => ({ name, slice: async () => (turn += 1) });
    expect(await interleave([contender('a'), contender('b')], 2)).toEqual({ a: [1, 4], b: [2, 3] });
  });
});
