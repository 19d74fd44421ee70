import { expect, test } from '@jest/globals';
import { ManualTime } from '@desk/kit/time/time-source';
import { LoadMeter } from './load-shedding.ts';

const NOON = '2026-11-02T17:00:00Z';

/** A meter with so many requests in hand, all begun so long ago. */
function meterWith(requests: number, agoMs: number) {
  const time = new ManualTime(NOON);
  const load = new LoadMeter(time);
  const ends = Array.from({ length: requests }, () => load.begin());
  time.advance(agoMs);
  return { load, ends };
}

test('the process is busy with two hundred requests in hand, and no longer when one has ended', () => {
  const { load, ends } = meterWith(200, 0);
  const busy = [load.busy];
  ends[0]?.();
  ends[0]?.();
  busy.push(load.busy);
  expect(busy).toEqual([true, false]);
});

test.each([
  ['fifty requests for longer than two seconds', 50, 2_001, true],
  ['fifty requests for two seconds', 50, 2_000, false],
  ['one fewer, however long they take', 49, 25_000, false],
  ['one request, however long it takes', 1, 25_000, false],
  ['nothing', 0, 60_000, false],
])('with %s in hand the process is busy or not', (_what, requests, agoMs, busy) => {
  expect(meterWith(requests, agoMs).load.busy).toBe(busy);
});

test('late requests are counted from the oldest on: those that have just begun do not hide them', () => {
  const { load, ends } = meterWith(50, 2_001);
  for (let begun = 0; begun < 100; begun++) load.begin();
  const busy = [load.busy];
  ends[0]?.();
  busy.push(load.busy);
  expect(busy).toEqual([true, false]);
});
