import { afterEach, expect, test } from '@jest/globals';
import { PollingLoop } from './polling-loop.ts';
import { until } from '@desk/testkit/until';

const HOUR_MS = 3_600_000;

let running: PollingLoop[] = [];

afterEach(async () => {
  for (const rounds of running) await rounds.stop();
  running = [];
});

function start(
  round: () => Promise<boolean>,
  everyMs = HOUR_MS,
  onError: (error: unknown) => void = () => {},
): PollingLoop {
  const rounds = new PollingLoop({ everyMs, round, onError });
  running.push(rounds);
  return rounds;
}

test('the first round begins at once', async () => {
  let count = 0;
  start(async () => ++count < 0);
  await until('a round', () => count === 1);
  expect(count).toBe(1);
});

test('while there is more, the next round follows at once', async () => {
  let count = 0;
  start(async () => ++count < 5);
  await until('five rounds', () => count >= 5);
  expect(count).toBe(5);
});

test('when there is no more, the next round follows after the pause', async () => {
  let count = 0;
  start(async () => ++count < 0, 1);
  await until('three rounds', () => count >= 3);
  expect(count).toBeGreaterThanOrEqual(3);
});

test('waking ends the pause', async () => {
  let count = 0;
  const rounds = start(async () => ++count < 0);
  await until('a round', () => count === 1);
  rounds.wake();
  await until('another round', () => count === 2);
  expect(count).toBe(2);
});

test('waking during a round is not forgotten', async () => {
  let count = 0;
  let finish = () => {};
  const rounds = start(() => {
    count++;
    return new Promise((resolve) => (finish = () => resolve(false)));
  });
  rounds.wake();
  finish();
  await until('another round', () => count === 2);
  finish();
  expect(count).toBe(2);
});

test('there is never more than one round at a time', async () => {
  let inHand = 0;
  let most = 0;
  let count = 0;
  const rounds = start(async () => {
    most = Math.max(most, ++inHand);
    await new Promise((resolve) => setImmediate(resolve));
    inHand--;
    return ++count < 20;
  });
  for (let i = 0; i < 50; i++) rounds.wake();
  await until('twenty rounds', () => count >= 20);
  expect(most).toBe(1);
});

test('a round that fails is reported, and the next one comes all the same', async () => {
  let count = 0;
  const errors: unknown[] = [];
  start(
    async () => {
      if (++count === 1) throw new Error('once');
      return false;
    },
    1,
    (error) => errors.push(error),
  );
  await until('another round', () => count >= 2);
  expect(errors).toEqual([new Error('once')]);
});

test('stopping waits for the round in hand, and no other begins', async () => {
  let finish = () => {};
  const ended: string[] = [];
  let count = 0;
  const rounds = start(() => {
    count++;
    return new Promise((resolve) => {
      finish = () => {
        ended.push('round');
        resolve(true);
      };
    });
  });
  const stopped = rounds.stop().then(() => ended.push('stop'));
  finish();
  await stopped;
  expect([ended, count]).toEqual([['round', 'stop'], 1]);
});

test('stopping ends a pause', async () => {
  let count = 0;
  const rounds = start(async () => ++count < 0);
  await until('a round', () => count === 1);
  await rounds.stop();
  expect(count).toBe(1);
});
