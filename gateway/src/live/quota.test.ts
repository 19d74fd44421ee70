import { describe, expect, test } from '@jest/globals';
import { buildPrincipal } from '../ground.fixture.ts';
import { LiveQuota, SOCKET_LIMITS } from './quota.ts';
import type { Authenticated } from '../identity/viewer.ts';

const buildAuthenticated = (id: string, callerClass: Authenticated['callerClass'] = 'LDC_USER') =>
  ({ principal: buildPrincipal({ id }), callerClass }) as Authenticated;

describe('a quota', () => {
  test.each([
    ['LDC_USER', 5, 10, 30],
    ['AGENT', 10, 20, 60],
    ['PARTNER', 5, 20, 60],
  ] as const)('of a caller of class %s is as published', (caller, sockets, perSocket, subscriptions) => {
    expect(SOCKET_LIMITS[caller]).toEqual({ sockets, subscriptionsPerSocket: perSocket, subscriptions });
  });

  test('of an organization holds over all its people, and for no other', () => {
    const quota = new LiveQuota({ ...SOCKET_LIMITS, socketsPerOrganization: 2 });
    expect(['per_a', 'per_b', 'per_c'].map((id) => quota.takeSocket(buildAuthenticated(id)) !== null)).toEqual([
      true,
      true,
      false,
    ]);
    const memberships = [{ organizationId: 'org_b', organizationType: 'LDC' as const, roles: [] }];
    const elsewhere = { ...buildAuthenticated('per_d'), principal: buildPrincipal({ id: 'per_d', memberships }) };
    expect(quota.takeSocket(elsewhere)).not.toBeNull();
  });

  test('takes no place of an organization where the principal has none left', () => {
    const quota = new LiveQuota({ ...SOCKET_LIMITS, socketsPerOrganization: 6 });
    for (let i = 0; i < 8; i += 1) quota.takeSocket(buildAuthenticated('per_a'));
    expect(quota.takeSocket(buildAuthenticated('per_b'))).not.toBeNull();
  });

  test('gets a place back once, however often it is given back', () => {
    const quota = new LiveQuota(SOCKET_LIMITS);
    const places = Array.from({ length: 5 }, () => quota.takeSocket(buildAuthenticated('per_a')));
    places[0]?.();
    places[0]?.();
    expect([1, 2].map(() => quota.takeSocket(buildAuthenticated('per_a')) !== null)).toEqual([true, false]);
  });
});
