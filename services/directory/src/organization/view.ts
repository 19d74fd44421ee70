import type { Connection } from '@desk/kit/api/page';
import type { HistoryEntry } from '@desk/kit/log/history';
import type { OrganizationEventKind } from '../generated/api.ts';
import { historyView } from '../history/view.ts';
import type { OrganizationEvent } from './event.ts';
import type { Organization } from './organization.ts';

/** A page of organizations, as the API shows it. */
export type OrganizationPage = Connection<Organization>;

export type OrganizationHistoryEntry = HistoryEntry<OrganizationEventKind>;
export type OrganizationHistoryPage = Connection<OrganizationHistoryEntry>;

/** The answer of a mutation that changes an organization. */
export interface OrganizationAnswer {
  organization: Organization;
  version: number;
  replayed: boolean;
}

const KINDS = {
  'organization.created': 'CREATED',
  'organization.changed': 'CHANGED',
  'organization.suspended': 'SUSPENDED',
  'organization.reinstated': 'REINSTATED',
} as const satisfies Record<OrganizationEvent['type'], OrganizationEventKind>;

/** How an organization's events are shown in its history. */
export const ORGANIZATION_HISTORY = historyView<OrganizationEventKind>(KINDS);
