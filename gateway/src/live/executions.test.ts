import { expect, test } from '@jest/globals';
import { Executions, IN_FLIGHT_MAX, IN_FLIGHT_OF_GROUP_MAX } from './executions.ts';

/** Groups with so much work each, which ends when the test says so. */
async function buildGroups(...amounts: number[]) {
  const executions = new Executions();
  const running = amounts.map((): number[] => []);
  const ends = new Map<string, () => void>();
  amounts.forEach((amount, group) => {
    const run = executions.group();
    for (let piece = 0; piece < amount; piece += 1) {
      void run(async () => {
        running[group]?.push(piece);
        await new Promise<void>((end) => ends.set(`${group}.${piece}`, end));
        running[group] = running[group]?.filter((one) => one !== piece) ?? [];
      });
    }
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  return {
    running,
    async end(group: number, piece: number) {
      ends.get(`${group}.${piece}`)?.();
      await settled();
    },
  };
}

test('a group’s work runs in its order, so much at a time as one group may', async () => {
  const first = Array.from({ length: IN_FLIGHT_OF_GROUP_MAX }, (_, piece) => piece);
  const { running, end } = await buildGroups(100);
  expect(running[0]).toEqual(first);
  await end(0, 3);
  expect(running[0]).toEqual([...first.filter((piece) => piece !== 3), first.length]);
});

test('a group that came late runs beside one with a backlog', async () => {
  const { running } = await buildGroups(1_000, 1);
  expect(running[1]).toEqual([0]);
});

test('all groups together run no more than there are places', async () => {
  const { running } = await buildGroups(...Array.from({ length: 20 }, () => 20));
  expect(running.flat()).toHaveLength(IN_FLIGHT_MAX);
});

test('a place that becomes free goes to the groups in turn', async () => {
  const busy = IN_FLIGHT_MAX / IN_FLIGHT_OF_GROUP_MAX;
  const { running, end } = await buildGroups(...Array.from({ length: busy }, () => 100), 3, 3);
  const late = () => [running[busy], running[busy + 1]].map((pieces) => pieces?.length);
  expect(late()).toEqual([0, 0]);
  // One place in three goes back to the group that gives them up.
  for (let piece = 0; piece < 5; piece += 1) await end(0, piece);
  expect([...late(), running[0]?.length]).toEqual([2, 2, IN_FLIGHT_OF_GROUP_MAX - 4]);
});
