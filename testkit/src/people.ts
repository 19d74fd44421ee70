import type { Viewer } from '@desk/kit/api/viewer';
import { buildViewer } from './viewer.ts';

/** Two distributors, a third that is suspended, and the people of the tests. `directory-events.ts` tells services of them. */
export const LDC_A = 'org_A';
export const LDC_B = 'org_B';
export const LDC_SUSPENDED = 'org_C';
export const lena = buildViewer({ id: 'per_lena', memberships: [{ organizationId: LDC_A, roles: ['LDC_USER'] }] });
export const bert = buildViewer({ id: 'per_bert', memberships: [{ organizationId: LDC_B, roles: ['LDC_USER'] }] });
export const tess = buildViewer({
  id: 'per_tess',
  memberships: [{ organizationId: LDC_SUSPENDED, roles: ['LDC_USER'] }],
});
export const sam = buildViewer({
  id: 'per_sam',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_ANALYST'] }],
  staff: true,
});
export const rae = buildViewer({
  id: 'per_rae',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_CONTINUITY'] }],
  staff: true,
});
export const ada = buildViewer({
  id: 'per_ada',
  memberships: [{ organizationId: 'org_SME', roles: ['AUDITOR'] }],
  auditor: true,
});

/** An agent of both distributors, who acts for the given ones in this request with the scopes that they granted. */
export function agentFor(organizations: readonly string[], scopes: string[]): Viewer {
  return buildViewer({
    id: 'per_aga',
    memberships: [{ organizationId: 'org_AGENT', roles: ['AGENT_USER'] }],
    delegations: organizations.map((organizationId) => ({ organizationId, scopes })),
  });
}

/** A partner system to which the first distributor granted scopes. */
export function partnerWith(scopes: string[]): Viewer {
  return buildViewer({
    id: 'cli_partner',
    kind: 'CLIENT',
    memberships: [{ organizationId: 'org_PARTNER', roles: ['PARTNER_CLIENT'] }],
    delegations: [{ organizationId: LDC_A, scopes }],
  });
}
