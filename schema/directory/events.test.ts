import { describe, expect, test } from '@jest/globals';
import { DIRECTORY_EVENT_VERSION, readDirectoryEvent } from './events.ts';

/** The data of each noun as version 1 wrote them, with what today's form calls the noun. */
const VERSION_1 = [
  {
    type: 'organization.changed',
    noun: 'ORGANIZATION',
    told: { changedFields: ['status'], code: 'LDC-001', type: 'LDC', status: 'SUSPENDED' },
  },
  {
    type: 'person.created',
    noun: 'PERSON',
    told: { changedFields: ['name'], active: true, roles: ['LDC_USER'], organizationIds: ['org_1'] },
  },
  {
    type: 'client.deactivated',
    noun: 'CLIENT',
    told: { changedFields: ['active'], active: false, roles: ['PARTNER_CLIENT'], organizationIds: ['org_2'] },
  },
  {
    type: 'authorization.granted',
    noun: 'AUTHORIZATION',
    told: {
      changedFields: ['scopes'],
      agentId: 'org_3',
      scopes: ['TICKETS_READ'],
      validFrom: '2026-01-01T05:00:00.000Z',
      validTo: '2028-01-01T05:00:00.000Z',
      revoked: false,
    },
  },
] as const;

describe('an event', () => {
  test.each(VERSION_1)('of version 1, $type, is read in today’s form', ({ type, noun, told }) => {
    expect(readDirectoryEvent({ type, eventVersion: 1, data: { recordId: 'x_1', ...told } })).toEqual({
      type,
      data: { subject: { type: noun, id: 'x_1' }, ...told },
    });
  });

  test.each(VERSION_1)('of today, $type, is read as it is', ({ type, noun, told }) => {
    const data = { subject: { type: noun, id: 'x_1' }, ...told };
    expect(readDirectoryEvent({ type, eventVersion: DIRECTORY_EVENT_VERSION, data })).toEqual({ type, data });
  });

  test.each(['organization.forgotten', 'toString', 'incident.created'])('%s is not known', (type) => {
    expect(readDirectoryEvent({ type, eventVersion: 2, data: {} })).toBeNull();
  });
});
