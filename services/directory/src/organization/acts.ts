import type { Decision } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import type { OrganizationStatus } from '../generated/api.ts';
import { organizationEvent, type OrganizationEvent } from './event.ts';
import type { Organization } from './organization.ts';

/** Sets whether an organization takes part. Null when it has this status already. */
export function setOrganizationStatus(
  organization: Organization,
  status: OrganizationStatus,
  act: Act,
): Decision<Organization, OrganizationEvent> | null {
  if (organization.status === status) return null;
  const record = { ...organization, status, updatedAt: act.at };
  return { record, events: [organizationEvent('organization.changed', { record, changedFields: ['status'] }, act)] };
}
