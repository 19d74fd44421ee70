import { expect, test } from '@jest/globals';
import { ManualClock } from '@desk/kit/clock';
import { Circuit } from './circuit.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** A circuit whose part has just failed often enough to count as down. */
function openCircuit() {
  const clock = new ManualClock('2026-04-06T15:00:00Z');
  const circuit = new Circuit(clock);
  for (let failures = 0; failures < 5; failures += 1) circuit.failed();
  return { clock, circuit };
}

test('a part that is down is tried once each five seconds', () => {
  const { clock, circuit } = openCircuit();
  const waits = [circuit.waitMs()];
  clock.advance(5_000);
  waits.push(circuit.waitMs(), circuit.waitMs());
  expect(waits).toEqual([5_000, 0, 5_000]);
});

test('a part that answers again is asked by everybody', () => {
  const { circuit } = openCircuit();
  circuit.succeeded();
  expect([circuit.waitMs(), circuit.waitMs()]).toEqual([0, 0]);
});

test('a clock that is put back keeps nobody from a part that is well again', () => {
  const { clock, circuit } = openCircuit();
  clock.advance(-HOUR_MS);
  expect(circuit.waitMs()).toBe(0);
  expect(circuit.waitMs()).toBe(5_000);
});
