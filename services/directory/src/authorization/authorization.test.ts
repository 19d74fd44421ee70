import { describe, expect, test } from '@jest/globals';
import { authorizationHolds, type AgentAuthorization } from './authorization.ts';

const FROM = new Date('2026-04-01T04:00:00Z');
const TO = new Date('2026-05-01T04:00:00Z');

describe('an authorization', () => {
  test.each([
    ['a millisecond before it begins', new Date(FROM.getTime() - 1), false],
    ['at its first instant', FROM, true],
    ['a millisecond before it ends', new Date(TO.getTime() - 1), true],
    ['at the instant of its end', TO, false],
  ])('%s: holds is %p', (_when, at, holds) => {
    expect(authorizationHolds(buildAuthorization(), at)).toBe(holds);
  });

  test('that was revoked does not hold', () => {
    expect(authorizationHolds(buildAuthorization({ revokedAt: FROM }), FROM)).toBe(false);
  });
});

function buildAuthorization(authorization: Partial<AgentAuthorization> = {}): AgentAuthorization {
  return {
    _id: 'aut_1',
    organizationId: 'org_distributor',
    version: 1,
    number: null,
    nextFireAt: null,
    agentId: 'org_agent',
    scopes: ['TICKETS_READ'],
    validFrom: FROM,
    validTo: TO,
    revokedAt: null,
    createdAt: FROM,
    updatedAt: FROM,
    ...authorization,
  };
}
