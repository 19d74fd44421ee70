import { describe, expect, test } from '@jest/globals';
import { buildPrincipal } from '../ground.fixture.ts';
import { viewerOf } from './viewer.ts';

const FROM = '2026-04-01T04:00:00.000Z';
const TO = '2026-05-01T04:00:00.000Z';
const agent = buildPrincipal({
  id: 'per_aga',
  memberships: [{ organizationId: 'org_agent', organizationType: 'AGENT', roles: ['AGENT_USER'] }],
  authorizations: [
    { id: 'aut_1', organizationId: 'org_a', scopes: ['TICKETS_READ', 'TICKETS_WRITE'], validFrom: FROM, validTo: TO },
    { id: 'aut_2', organizationId: 'org_b', scopes: ['TICKETS_READ'], validFrom: FROM, validTo: TO },
  ],
});
const at = (instant: string, actingFor: string[] = ['org_a']) => viewerOf(agent, actingFor, new Date(instant));

describe('an agent acts for an organization', () => {
  test.each([
    ['from the first instant of the authorization', FROM, ['org_a']],
    ['until just before its end', '2026-05-01T03:59:59.999Z', ['org_a']],
    ['not at its end', TO, []],
    ['not before it begins', '2026-04-01T03:59:59.999Z', []],
  ])('%s', (_when, instant, organizations) => {
    expect(at(instant).viewer.delegations.map(({ organizationId }) => organizationId)).toEqual(organizations);
  });

  test('only where the request names it', () => {
    expect(at('2026-04-10T00:00:00Z', []).viewer.delegations).toEqual([]);
  });

  test('never for one that has not authorized it', () => {
    expect(at('2026-04-10T00:00:00Z', ['org_c', 'org_agent']).viewer.delegations).toEqual([]);
  });

  test('with the scopes of all its authorizations together', () => {
    const more = {
      id: 'aut_3',
      organizationId: 'org_b',
      scopes: ['TICKETS_WRITE' as const],
      validFrom: FROM,
      validTo: TO,
    };
    const both = { ...agent, authorizations: [...agent.authorizations, more] };
    expect(viewerOf(both, ['org_b'], new Date(FROM)).viewer.delegations).toEqual([
      { organizationId: 'org_b', scopes: ['TICKETS_READ', 'TICKETS_WRITE'] },
    ]);
  });
});

describe('a viewer changes by itself', () => {
  test.each([
    ['when an authorization begins', '2026-03-01T00:00:00Z', FROM],
    ['when one ends', '2026-04-10T00:00:00Z', TO],
    ['no more after its end', TO, null],
  ])('%s', (_when, instant, expected) => {
    expect(at(instant).changesAt?.toISOString() ?? null).toBe(expected);
  });

  test('never by an authorization that the request does not name', () => {
    expect(at('2026-04-10T00:00:00Z', []).changesAt).toBeNull();
  });
});

describe('a principal is', () => {
  type Membership = ReturnType<typeof buildPrincipal>['memberships'][number];
  const viewer = (organizationType: Membership['organizationType'], ...roles: Membership['roles']) => {
    const memberships = [{ organizationId: 'org_x', organizationType, roles }];
    return viewerOf(buildPrincipal({ id: 'per_x', memberships }), [], new Date(FROM)).viewer;
  };
  test('staff with a role of the operator at the operator', () => {
    expect(viewer('SME', 'SME_ANALYST')).toMatchObject({ staff: true, auditor: false });
  });
  test('no staff with the name of such a role elsewhere', () => {
    expect(viewer('LDC', 'SME_ADMIN').staff).toBe(false);
  });
  test('no staff at the operator without such a role', () => {
    expect(viewer('SME', 'CAB_MEMBER').staff).toBe(false);
  });
  test('an auditor with that role, and no staff by it', () => {
    expect(viewer('SME', 'AUDITOR')).toMatchObject({ staff: false, auditor: true });
  });
});
