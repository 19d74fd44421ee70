import { expect, test } from '@jest/globals';
import { LoadMeter } from './load-shedding.ts';

test('the process is busy with two hundred requests in hand, and no longer when one has ended', () => {
  const load = new LoadMeter(() => 0);
  const ends = Array.from({ length: 200 }, () => load.begin());
  const busy = [load.busy];
  ends[0]?.();
  ends[0]?.();
  busy.push(load.busy);
  load.stop();
  expect(busy).toEqual([true, false]);
});

test.each([
  [200, false],
  [201, true],
])('with a delay of %i ms the process is busy: %s', (delayMs, busy) => {
  const load = new LoadMeter(() => delayMs);
  load.stop();
  expect(load.busy).toBe(busy);
});
