import { expect, test } from '@jest/globals';
import { ManualTime, systemTime } from './time-source.ts';

const NOON = '2026-03-02T12:00:00.000Z';

test('a manual time stands still', () => {
  const time = new ManualTime(NOON);
  expect([time.now(), time.now()]).toEqual([new Date(NOON), new Date(NOON)]);
});

test('a manual time goes where it is set', () => {
  const time = new ManualTime(NOON);
  time.set('2026-03-02T13:00:00.000Z');
  expect(time.now().toISOString()).toBe('2026-03-02T13:00:00.000Z');
});

test('a manual time goes on by milliseconds', () => {
  const time = new ManualTime(NOON);
  time.advance(1_500);
  expect(time.now().toISOString()).toBe('2026-03-02T12:00:01.500Z');
});

test('a changed instant does not move the manual time that gave it', () => {
  const time = new ManualTime(NOON);
  time.now().setFullYear(1999);
  expect(time.now()).toEqual(new Date(NOON));
});

test('the system’s time is the machine’s', () => {
  const before = Date.now();
  const now = systemTime.now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
