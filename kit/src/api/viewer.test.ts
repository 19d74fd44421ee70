import { describe, expect, test } from '@jest/globals';
import {
  hasRole,
  mayActFor,
  mayKnowActor,
  ownOrganization,
  reachOf,
  scopeViewer,
  withinReachOrPublished,
  type Reach,
  type Viewer,
} from './viewer.ts';

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

test.each<[string, Reach, object]>([
  ['staff see every published record', 'ALL', {}],
  [
    'a member sees the own records and the published ones',
    ['org_a'],
    { $or: [{ organizationId: { $in: ['org_a'] } }, { publishedAt: { $gt: new Date(0) } }] },
  ],
  ['whoever belongs nowhere sees none', [], { organizationId: { $in: [] } }],
])('%s', (_name, reach, filter) => {
  expect(withinReachOrPublished(reach)).toEqual(filter);
});

describe('a role', () => {
  test('counts in any organization', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B, IN_A] }), 'WRITER')).toBe(true);
  });

  test('is enough when it is one of several', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B] }), 'WRITER', 'READER')).toBe(true);
  });

  test('is missing where no membership has it', () => {
    expect(hasRole(buildViewer({ memberships: [IN_B], staff: true }), 'WRITER')).toBe(false);
  });
});

describe('somebody may act for an organization', () => {
  const may = (viewer: Viewer, organizationId: string) =>
    mayActFor(viewer, organizationId, { roles: ['WRITER'], scope: 'THINGS_READ' });
  const viewer = buildViewer({ memberships: [IN_A, IN_B], delegations: [FOR_C] });

  test.each([
    ['with a role there', 'org_a', true],
    ['with another role there', 'org_b', false],
    ['with a scope that it granted', 'org_c', true],
    ['of which they hold nothing', 'org_d', false],
  ])('%s', (_name, organizationId, expected) => {
    expect(may(viewer, organizationId)).toBe(expected);
  });

  test('not with another scope', () => {
    const other = buildViewer({ delegations: [{ organizationId: 'org_c', scopes: ['THINGS_WRITE'] }] });
    expect(may(other, 'org_c')).toBe(false);
  });
});

test.each<[string, Viewer, string | null]>([
  ['a member of one organization writes for it', buildViewer({ memberships: [IN_A] }), 'org_a'],
  ['a member of two names one', buildViewer({ memberships: [IN_A, IN_B] }), null],
  ['staff name one', buildViewer({ memberships: [IN_A], staff: true }), null],
  ['an agent names one', buildViewer({ memberships: [{ organizationId: 'org_agent', roles: ['AGENT_USER'] }] }), null],
])('%s when nothing else is said', (_name, viewer, organizationId) => {
  expect(ownOrganization(viewer)).toBe(organizationId);
});

describe('the viewer of a live re-read', () => {
  const AGENT = buildViewer({ memberships: [IN_A], delegations: [FOR_C] });

  test('names no person', () => {
    expect(scopeViewer(AGENT)).toMatchObject({ id: null, kind: 'SYSTEM' });
  });

  test.each<[string, Viewer]>([
    ['a member', buildViewer({ memberships: [IN_B, IN_A] })],
    ['an agent', AGENT],
    ['staff', buildViewer({ memberships: [IN_A], staff: true })],
    ['an auditor', buildViewer({ memberships: [IN_A], auditor: true })],
    ['who is both', buildViewer({ staff: true, auditor: true })],
    ['who belongs nowhere', buildViewer()],
  ])('reaches under every scope what %s reaches, and nothing else', (_who, viewer) => {
    for (const scope of ['THINGS_READ', 'THINGS_WRITE'])
      expect(reachOf(scopeViewer(viewer), scope)).toEqual(reachOf(viewer, scope));
    expect(scopeViewer(viewer).staff).toBe(viewer.staff);
  });

  test('keeps what an agent was granted out of the memberships', () => {
    expect(scopeViewer(AGENT)).toMatchObject({ memberships: [IN_A], delegations: [FOR_C] });
  });

  test.each<[string, Viewer, Viewer]>([
    [
      'are the same in another order',
      buildViewer({ memberships: [IN_B, { ...IN_A, roles: ['WRITER', 'READER'] }] }),
      buildViewer({ id: 'person_2', memberships: [{ ...IN_A, roles: ['READER', 'WRITER'] }, IN_B] }),
    ],
    [
      'are the same in two parts',
      buildViewer({ delegations: [FOR_C, { ...FOR_C, scopes: ['THINGS_READ', 'THINGS_WRITE'] }] }),
      buildViewer({ delegations: [{ ...FOR_C, scopes: ['THINGS_WRITE', 'THINGS_READ'] }] }),
    ],
    [
      'are everything, whatever staff belong to',
      buildViewer({ memberships: [IN_A], staff: true }),
      buildViewer({ memberships: [IN_B], staff: true }),
    ],
  ])('is one for all whose rights %s', (_how, one, other) => {
    expect(scopeViewer(one)).toEqual(scopeViewer(other));
  });
});

describe('who did something', () => {
  const reader = buildViewer({ memberships: [IN_A] });
  const staff = buildViewer({ staff: true });
  const by = (id: string, actingFor: string | null = null) => ({ id, actingFor });
  const of = (organizationId: string, isStaff = false) => ({ organizationIds: [organizationId], staff: isStaff });

  test.each<[string, Viewer, ReturnType<typeof by>, ReturnType<typeof of> | null, boolean]>([
    ['is known of the viewer', reader, by('person_1'), null, true],
    ['is known of a colleague', reader, by('person_2'), of('org_a'), true],
    ['is known of the operator’s staff', reader, by('person_3'), of('org_o', true), true],
    ['is known of an agent who acted for the own organization', reader, by('person_4', 'org_a'), of('org_g'), true],
    ['is hidden of an agent who acted for another one', reader, by('person_4', 'org_b'), of('org_g'), false],
    ['is hidden of somebody of another organization', reader, by('person_5'), of('org_b'), false],
    ['is hidden of somebody of whom nothing is known', reader, by('person_6'), null, false],
    ['is known to staff, whoever it was', staff, by('person_5'), of('org_b'), true],
  ])('%s', (_what, viewer, actor, found, may) => {
    expect(mayKnowActor(viewer, actor, found)).toBe(may);
  });
});
