import { expect, test } from '@jest/globals';
import type { ChangeRisk } from '../generated/api.ts';
import { riskOf } from './risk.ts';

test.each<[ChangeRisk | null, number, { outage?: boolean; ldcActionNeeded?: boolean }, ChangeRisk | null]>([
  [null, 6, { outage: true }, null],
  ['LOW', 1, {}, 'LOW'],
  ['LOW', 2, {}, 'LOW'],
  ['LOW', 3, {}, 'MEDIUM'],
  ['LOW', 5, { outage: true }, 'MEDIUM'],
  ['LOW', 6, {}, 'HIGH'],
  ['LOW', 1, { outage: true }, 'MEDIUM'],
  ['LOW', 1, { ldcActionNeeded: true }, 'MEDIUM'],
  ['HIGH', 1, {}, 'HIGH'],
  ['MEDIUM', 6, { ldcActionNeeded: true }, 'HIGH'],
])('an answer %s for %s services with %j makes the risk %s', (riskAnswer, services, facts, risk) => {
  const serviceIds = Array.from({ length: services }, (_, index) => `S${index}`);
  expect(riskOf({ riskAnswer, serviceIds, outage: null, ldcActionNeeded: null, ...facts })).toBe(risk);
});
