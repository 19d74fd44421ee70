import { expect, test } from '@jest/globals';
import type { Viewer } from '@desk/kit/api/viewer';
import type { KnownPerson } from '../person/person.ts';
import { mayKnowActor } from './policy.ts';

const NOBODY = { kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false } as const;
const LENA: Viewer = {
  ...NOBODY,
  id: 'per_lena',
  memberships: [{ organizationId: 'org_a', organizationType: 'LDC', roles: ['LDC_USER'] }],
} as unknown as Viewer;
const STAFF = { ...NOBODY, id: 'per_sam', staff: true } as unknown as Viewer;
const of = (organizationId: string, ...roles: string[]) =>
  ({ organizationIds: [organizationId], roles }) as unknown as KnownPerson;
const actor = (id: string | null, actingFor: string | null = null) => ({ id, actingFor });

test.each<[string, Viewer, ReturnType<typeof actor>, KnownPerson | null, boolean]>([
  ['the reader', LENA, actor('per_lena'), null, true],
  ['a colleague', LENA, actor('per_omar'), of('org_a', 'LDC_USER'), true],
  ['somebody of the SME', LENA, actor('per_sam'), of('org_sme', 'SME_ANALYST'), true],
  ['an agent who acted for the reader’s distributor', LENA, actor('per_aga', 'org_a'), of('org_agent'), true],
  ['an agent who acted for another one', LENA, actor('per_aga', 'org_b'), of('org_agent'), false],
  ['somebody of another distributor', LENA, actor('per_priya'), of('org_b', 'LDC_USER'), false],
  ['somebody of whom nothing is known', LENA, actor('per_new'), null, false],
  ['anybody, for staff', STAFF, actor('per_priya'), of('org_b', 'LDC_USER'), true],
])('whether a reader may know who acted: %s', (_who, viewer, by, found, may) => {
  expect(mayKnowActor(viewer, by, found)).toBe(may);
});
