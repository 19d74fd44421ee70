import { expect, test } from '@jest/globals';
import { ManualTime } from '@desk/kit/time/time-source';
import { Circuit } from './circuit.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** A circuit whose part has just failed often enough to count as down. */
function openCircuit() {
  const time = new ManualTime('2026-04-06T15:00:00Z');
  const circuit = new Circuit(time);
  for (let failures = 0; failures < 5; failures += 1) circuit.failed();
  return { time, circuit };
}

test('a part that is down is tried once each five seconds', () => {
  const { time, circuit } = openCircuit();
  const waits = [circuit.waitMs()];
  time.advance(5_000);
  waits.push(circuit.waitMs(), circuit.waitMs());
  expect(waits).toEqual([5_000, 0, 5_000]);
});

test('a part that answers again is asked by everybody', () => {
  const { circuit } = openCircuit();
  circuit.succeeded();
  expect([circuit.waitMs(), circuit.waitMs()]).toEqual([0, 0]);
});

test('a clock that is put back keeps nobody from a part that is well again', () => {
  const { time, circuit } = openCircuit();
  time.advance(-HOUR_MS);
  expect(circuit.waitMs()).toBe(0);
  expect(circuit.waitMs()).toBe(5_000);
});
