import { expect, test } from '@jest/globals';
import { DIRECTORY_EVENT_VERSION, readDirectoryRecord } from './events.ts';

const ORGANIZATION = { code: 'LDC-001', type: 'LDC', status: 'ACTIVE', changedFields: [] };
const PERSON = { active: true, roles: ['SME_ANALYST'], organizationIds: [], changedFields: [] };

function event(type: string, eventVersion: number, data: Record<string, unknown>) {
  const about = eventVersion === 1 ? { recordId: 'id_1' } : { subject: { type: 'NOUN', id: 'id_1' } };
  return { type, eventVersion, data: { ...data, ...about } };
}

test.each([1, DIRECTORY_EVENT_VERSION])('an organization is read from events of version %i', (version) => {
  for (const verb of ['created', 'changed', 'suspended', 'reinstated']) {
    const type = `organization.${verb}`;
    expect(readDirectoryRecord(event(type, version, ORGANIZATION))).toEqual({
      kind: 'organization',
      record: { code: 'LDC-001', type: 'LDC', active: true },
    });
    expect(readDirectoryRecord(event(type, version, { ...ORGANIZATION, status: 'SUSPENDED' }))).toMatchObject({
      record: { active: false },
    });
  }
});

test.each([1, DIRECTORY_EVENT_VERSION])('a person is read from events of version %i', (version) => {
  for (const verb of ['created', 'changed', 'activated', 'suspended', 'reinstated', 'deactivated']) {
    const type = `person.${verb}`;
    expect(readDirectoryRecord(event(type, version, PERSON))).toEqual({
      kind: 'person',
      record: { active: true, roles: ['SME_ANALYST'], organizationIds: [] },
    });
  }
});

test.each(['authorization.granted', 'client.created', 'building.sold'])('the mirror keeps nothing of %s', (type) => {
  expect(readDirectoryRecord(event(type, DIRECTORY_EVENT_VERSION, {}))).toBeNull();
});
