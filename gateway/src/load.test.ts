import { expect, test } from '@jest/globals';
import { watchLoad } from './load.ts';

test('the process is busy with two hundred requests in hand, and no longer when one has ended', () => {
  const load = watchLoad(() => 0);
  const ends = Array.from({ length: 200 }, () => load.begin());
  const busy = [load.busy()];
  ends[0]?.();
  ends[0]?.();
  busy.push(load.busy());
  load.stop();
  expect(busy).toEqual([true, false]);
});

test.each([
  [200, false],
  [201, true],
])('with a delay of %i ms the process is busy: %s', (delayMs, busy) => {
  const load = watchLoad(() => delayMs);
  load.stop();
  expect(load.busy()).toBe(busy);
});
