import { expect, test } from '@jest/globals';
import { ManualClock, systemClock } from './clock.ts';

const NOON = '2026-03-02T12:00:00.000Z';

test('a manual clock stands still', () => {
  const clock = new ManualClock(NOON);
  expect([clock.now(), clock.now()]).toEqual([new Date(NOON), new Date(NOON)]);
});

test('a manual clock goes where it is set', () => {
  const clock = new ManualClock(NOON);
  clock.set('2026-03-02T13:00:00.000Z');
  expect(clock.now().toISOString()).toBe('2026-03-02T13:00:00.000Z');
});

test('a manual clock goes on by milliseconds', () => {
  const clock = new ManualClock(NOON);
  clock.advance(1_500);
  expect(clock.now().toISOString()).toBe('2026-03-02T12:00:01.500Z');
});

test('nobody moves a manual clock by changing what it told', () => {
  const clock = new ManualClock(NOON);
  clock.now().setFullYear(1999);
  expect(clock.now()).toEqual(new Date(NOON));
});

test('the system’s clock tells the machine’s time', () => {
  const before = Date.now();
  const now = systemClock.now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
