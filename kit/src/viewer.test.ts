import { describe, expect, test } from '@jest/globals';
import { hasRole, reachOf, scopeViewer, type Viewer } from './viewer.ts';

function buildViewer(given: Partial<Viewer> = {}): Viewer {
  return { id: 'person_1', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false, ...given };
}

const IN_B = { organizationId: 'org_b', roles: ['READER'] };
const IN_A = { organizationId: 'org_a', roles: ['WRITER'] };
const FOR_C = { organizationId: 'org_c', scopes: ['THINGS_READ'] };

describe('reach', () => {
  test.each<[string, Viewer, unknown]>([
    ['of whoever belongs nowhere is nothing', buildViewer(), []],
    ['of a member is the own organizations, in order', buildViewer({ memberships: [IN_B, IN_A] }), ['org_a', 'org_b']],
    [
      'of an agent is also those acted for',
      buildViewer({ memberships: [IN_A], delegations: [FOR_C] }),
      ['org_a', 'org_c'],
    ],
    ['names each organization once', buildViewer({ memberships: [IN_A, IN_A] }), ['org_a']],
    ['of staff is all', buildViewer({ staff: true }), 'ALL'],
    ['of an auditor is all', buildViewer({ auditor: true }), 'ALL'],
  ])('%s', (_name, viewer, reach) => {
    expect(reachOf(viewer, 'THINGS_READ')).toEqual(reach);
  });

  test('leaves out organizations that granted something else', () => {
    expect(reachOf(buildViewer({ delegations: [FOR_C] }), 'THINGS_WRITE')).toEqual([]);
  });
});

describe('a role', () => {
  test('counts in any organization', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B, IN_A] }), 'WRITER')).toBe(true);
  });

  test('is enough when it is one of several', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B] }), 'WRITER', 'READER')).toBe(true);
  });

  test('is missing where nobody gave it', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B], staff: true }), 'WRITER')).toBe(false);
  });
});

describe('the viewer of a live re-read', () => {
  test('is no person', () => {
    expect(scopeViewer(['org_a'], false).id).toBeNull();
  });

  test.each<[string, 'ALL' | string[], boolean]>([
    ['some organizations', ['org_a', 'org_b'], false],
    ['all of them, as staff', 'ALL', true],
    ['all of them, without what is internal', 'ALL', false],
    ['none', [], false],
  ])('reaches what the scope reaches: %s', (_name, reach, staff) => {
    const viewer = scopeViewer(reach, staff);
    expect([reachOf(viewer, 'THINGS_READ'), viewer.staff]).toEqual([reach, staff]);
  });

  test('may do nothing by role', () => {
    expect(scopeViewer(['org_a'], false).memberships).toEqual([{ organizationId: 'org_a', roles: [] }]);
  });
});
