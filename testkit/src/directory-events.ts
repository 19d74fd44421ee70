import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import type { StreamEvent } from '@desk/kit/log/entry';
import {
  DIRECTORY_EVENT_VERSION,
  type DirectoryEvent,
  type OrganizationEventData,
} from '@desk/schema/directory/events';
import { LDC_A, LDC_B, LDC_SUSPENDED } from './people.ts';

/** What the directory's log tells of the people of the tests, for the stream of a service that follows it. */
export function directoryEvents(): StreamEvent[] {
  const facts: DirectoryEvent[] = [
    organization(LDC_A, { code: 'LDC-001', type: 'LDC', status: 'ACTIVE' }),
    organization(LDC_B, { code: 'LDC-002', type: 'LDC', status: 'ACTIVE' }),
    organization(LDC_SUSPENDED, { code: 'LDC-003', type: 'LDC', status: 'SUSPENDED' }),
    organization('org_SME', { code: 'SME', type: 'SME', status: 'ACTIVE' }),
    organization('org_AGENT', { code: 'AGT-001', type: 'AGENT', status: 'ACTIVE' }),
    {
      type: 'person.created',
      data: {
        subject: { type: 'PERSON', id: 'per_sam' },
        changedFields: [],
        active: true,
        roles: ['SME_ANALYST'],
        organizationIds: ['org_SME'],
      },
    },
    ...['READ_INGESTION', 'VEE', 'BILLING', 'SERVICE_DESK'].map(service),
  ];
  return facts.map(({ type, data }, index) => ({
    position: { epoch: 1, pos: index + 1 },
    aggregate: data.subject.id,
    seq: 1,
    type,
    eventVersion: DIRECTORY_EVENT_VERSION,
    at: new Date('2026-01-01T00:00:00Z'),
    actor: SYSTEM_ACTOR,
    organizationId: data.subject.id,
    internal: false,
    data: { ...data },
  }));
}

function organization(id: string, told: Omit<OrganizationEventData, 'subject' | 'changedFields'>): DirectoryEvent {
  return { type: 'organization.created', data: { subject: { type: 'ORGANIZATION', id }, changedFields: [], ...told } };
}

function service(code: string): DirectoryEvent {
  const subject = { type: 'SERVICE', id: `svc_${code}` } as const;
  return { type: 'service.created', data: { subject, changedFields: [], code, en: code, fr: code, dependsOn: [] } };
}
