import { expect, test } from '@jest/globals';
import { computePriority } from './priority.ts';
import type { Environment, Impact, Priority, Urgency } from '../generated/api.ts';
import { newest } from '@desk/kit/time/data-file';
import { loadReferenceData } from './port.ts';

const matrix = newest(loadReferenceData().matrices, 'INCIDENT');

const cells: [Impact, Urgency, Priority][] = [
  ['HIGH', 'HIGH', 'P1'],
  ['HIGH', 'MEDIUM', 'P2'],
  ['HIGH', 'LOW', 'P3'],
  ['MEDIUM', 'HIGH', 'P2'],
  ['MEDIUM', 'MEDIUM', 'P3'],
  ['MEDIUM', 'LOW', 'P4'],
  ['LOW', 'HIGH', 'P3'],
  ['LOW', 'MEDIUM', 'P4'],
  ['LOW', 'LOW', 'P4'],
];

test.each(cells)('impact %s and urgency %s in production are %s', (impact, urgency, priority) => {
  expect(computePriority(matrix, { impact, urgency, environment: 'PRODUCTION' })).toBe(priority);
});

test.each<[Environment]>([['SANDBOX'], ['QA']])('nothing in %s is more severe than P3', (environment) => {
  const priorities = cells.map(([impact, urgency]) => computePriority(matrix, { impact, urgency, environment }));
  expect([...new Set(priorities)].sort()).toEqual(['P3', 'P4']);
});

test('the cap of an environment does not raise a P4', () => {
  expect(computePriority(matrix, { impact: 'LOW', urgency: 'LOW', environment: 'SANDBOX' })).toBe('P4');
});
